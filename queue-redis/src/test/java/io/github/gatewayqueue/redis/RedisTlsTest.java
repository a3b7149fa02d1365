package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.logging.Level;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;

/** A server that is talked to over TLS, with a certificate for its address or for another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisTlsTest {
  private static final String PASSWORD = "changeit";

  private final int ownPort = EmbeddedRedis.freePort();
  private final int othersPort = EmbeddedRedis.freePort();
  private RedisProcess server;
  private RedisProcess impostor;
  private Path certificates;
  private SSLContext before;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    certificates = directory.resolve("trusted.p12");
    server = begin(directory, "own", "ip:127.0.0.1", ownPort);
    impostor = begin(directory, "others", "dns:redis.example.org", othersPort);
    before = SSLContext.getDefault();
    SSLContext.setDefault(trusting(certificates)); // what a URL goes by
  }

  @AfterAll
  void stop() {
    if (before != null) { // all of it was started
      SSLContext.setDefault(before);
      server.close();
      impostor.close();
    }
  }

  private RedisProcess begin(Path directory, String name, String subject, int port)
      throws Exception {
    Path keys = directory.resolve(name + ".p12");
    keytool(
        List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + name),
        List.of("-ext", "san=" + subject, "-alias", name),
        keys);
    Path certificate = directory.resolve(name + ".crt");
    keytool(List.of("-exportcert", "-rfc", "-alias", name), file(certificate), keys);
    keytool(List.of("-importcert", "-noprompt", "-alias", name), file(certificate), certificates);
    Path key = directory.resolve(name + ".key");
    byte[] encoded = load(keys).getKey(name, PASSWORD.toCharArray()).getEncoded();
    Files.writeString(
        key,
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(encoded)
            + "\n-----END PRIVATE KEY-----\n");
    return RedisProcess.begin(
        "tls-port " + port,
        "tls-cert-file " + certificate,
        "tls-key-file " + key,
        "tls-auth-clients no");
  }

  private static List<String> file(Path file) {
    return List.of("-file", file.toString());
  }

  private static void keytool(List<String> what, List<String> more, Path store)
      throws IOException, InterruptedException {
    var command = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/keytool") + "");
    command.command().addAll(what);
    command.command().addAll(more);
    command.command().addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    Process process = command.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(store.toFile())) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static SSLContext trusting(Path store) throws IOException, GeneralSecurityException {
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(load(store));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static RedisQueue.Builder with(RedisQueue.Builder builder) {
    return builder
        .namespace(RedisProcess.newNamespace())
        .interval(Duration.ofMillis(50))
        .startDelay(Duration.ZERO);
  }

  private static URI uri(int port) {
    return URI.create("rediss://127.0.0.1:" + port);
  }

  @Test
  void request_overTls_isReleased() throws Exception {
    try (RedisQueue queue = with(RedisQueue.builder(uri(ownPort))).build()) {
      Asking.of(queue, 0, 1).awaitReturn();
      Asking.of(queue, 0, 1).awaitReturn(); // hears of the one before over TLS, too
    }
  }

  @Test
  void request_withOptionsOfOnesOwn_isReleased() throws Exception {
    SslOptions options =
        SslOptions.builder()
            .truststore(certificates.toFile(), PASSWORD.toCharArray())
            .trustStoreType("PKCS12")
            .build();
    try (RedisClient client =
            RedisClient.builder()
                .hostAndPort(new HostAndPort("127.0.0.1", ownPort))
                .clientConfig(DefaultJedisClientConfig.builder().sslOptions(options).build())
                .build();
        RedisQueue queue = with(RedisQueue.builder(client)).build()) {
      Asking.of(queue, 0, 1).awaitReturn();
    }
  }

  /** A machine in between would get the password. */
  @Test
  void request_toServerWithAnothersCertificate_tellsAndWaits() throws Exception {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL);
        RedisQueue queue = with(RedisQueue.builder(uri(othersPort))).build()) {
      Asking asking = Asking.of(queue, 0, 1);
      Await.until(() -> !log.lines().isEmpty());
      String line = log.lines().getFirst();
      assertTrue(
          line.startsWith("WARNING: cannot talk to the store, nobody is released meanwhile: "),
          line);
      var unread = assertThrows(IOException.class, () -> queue.require(1));
      assertTrue(
          String.valueOf(unread.getMessage()).startsWith("the store does not answer: "),
          unread.toString());
      assertTrue(line.contains("No subject alternative names matching IP address"), line);
      asking.interrupt();
      asking.awaitInterruptedException();
    }
  }
}
