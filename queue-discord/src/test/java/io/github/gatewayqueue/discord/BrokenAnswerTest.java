package io.github.gatewayqueue.discord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that end too early, never, or are no HTTP. */
class BrokenAnswerTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

  private static final String CUT_OFF =
      """
      nothing          | ``
      half a line      | HTTP/1.1 20
      half the headers | HTTP/1.1 200 OK~Content-Le
      no body          | HTTP/1.1 200 OK~Content-Length: 100~~
      half a body      | HTTP/1.1 200 OK~Content-Length: 100~~{"session_start
      half a chunk     | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~{"se
      """;

  /** What a server may send before it goes silent. */
  private static final String SILENCES =
      CUT_OFF
          + """
          an open end      | HTTP/1.1 200 OK~~{"session_start
          a 429's headers  | HTTP/1.1 429 Slow~Content-Length: 100~~
          """;

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = SILENCES)
  void fetch_silentServer_timesOutAndHangsUp(String name, String sent) throws IOException {
    try (var server = silentAfter(sent);
        var client = HttpClient.newHttpClient()) {
      var limits = Calls.at(server.url()).httpClient(client).requestTimeout(SHORT).build();
      long start = System.nanoTime();
      assertEquals(
          asked(server) + " gave no complete answer within 300 ms", Calls.ioFailure(limits), name);
      assertTrue(System.nanoTime() - start >= SHORT.toNanos());
      awaitOneHangUp(server);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = SILENCES)
  void fetch_interruptedWithAClient_throwsAndHangsUp(String name, String sent)
      throws IOException, InterruptedException {
    try (var server = silentAfter(sent);
        var client = HttpClient.newHttpClient()) {
      interruptOnceAnswered(server, Calls.at(server.url()).httpClient(client).build());
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = SILENCES)
  void fetch_interruptedWithoutAClient_throwsAndHangsUp(String name, String sent)
      throws IOException, InterruptedException {
    try (var server = silentAfter(sent)) {
      interruptOnceAnswered(server, Calls.at(server.url()).build());
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          CUT_OFF
              + """
              no HTTP            | 220 mail.example.org ESMTP~
              no status          | HTTP/1.1 OK~~
              a negative length  | HTTP/1.1 200 OK~Content-Length: -5~~{}
              a length of words  | HTTP/1.1 200 OK~Content-Length: many~~{}
              a chunk of no size | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~zz~{}~
              """)
  void fetch_cutOffOrNoHttp_isAnIoExceptionWithItsCause(String name, String sent)
      throws IOException {
    try (var server = RawServer.sending(lines(sent))) {
      var thrown = assertThrows(IOException.class, Calls.at(server.url()).build()::fetch, name);
      String message = String.valueOf(thrown.getMessage());
      assertTrue(message.startsWith(asked(server) + " failed: java."), message);
      assertNotNull(thrown.getCause());
    }
  }

  @Test
  void fetch_bodyEndedByClosing_isCutOff() throws IOException {
    try (var server = RawServer.sending(HEAD + "\r\n{\"session_start")) {
      assertEquals(
          asked(server) + " gave no session start limit: the body ends too early",
          Calls.ioFailure(Calls.at(server.url()).build()));
    }
  }

  @Test
  void fetch_bodyInSmallPieces_isRead() throws IOException, InterruptedException {
    try (var server =
        new RawServer(client -> {
          client.setTcpNoDelay(true);
          String head = HEAD + "Content-Length: " + FakeRest.LIMIT.length() + "\r\n\r\n";
          for (char character : (head + FakeRest.LIMIT).toCharArray()) {
            RawServer.send(client, String.valueOf(character));
          }
        })) {
      assertEquals(999, Calls.at(server.url()).build().fetch().remaining());
    }
  }

  /** A body that never ends: a reader that wants all of it first does not return. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          200 | answered more than 65536 bytes
          503 | answered 503, expected 200
          302 | answered 302, expected 200; redirects are not followed, as the token must not go \
          elsewhere: check the base URL
          """)
  void fetch_endlessBody_isHungUpOn(int status, String message) throws IOException {
    for (boolean chunked : new boolean[] {false, true}) {
      try (var server = endless(status, chunked);
          var client = HttpClient.newHttpClient()) {
        var limits = Calls.at(server.url()).httpClient(client).build();
        assertEquals(asked(server) + " " + message, Calls.ioFailure(limits));
      }
    }
  }

  @Test
  void fetch_endlessBodyOfARefusal_saysSo() throws IOException {
    try (var server = endless(401, false)) {
      String message = Calls.failure(GatewayQueueException.class, Calls.at(server.url()).build());
      assertTrue(message.startsWith(asked(server) + " answered 401"), message);
    }
  }

  @Test
  void fetch_endlessBodyOfARateLimit_saysHowLong() throws IOException {
    try (var server =
        new RawServer(client ->
            sendForEver(client, "HTTP/1.1 429 Slow\r\nRetry-After: 0.01\r\n\r\n", "<p>slow</p>"))) {
      assertEquals(Duration.ofMillis(10), Calls.unavailable(Calls.at(server.url()).build()));
    }
  }

  @Test
  void fetch_refusedConnection_saysSo() throws IOException {
    int port;
    try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    String message = Calls.ioFailure(Calls.at(URI.create("http://127.0.0.1:" + port)).build());
    String start =
        "GET http://127.0.0.1:" + port + "/gateway/bot failed: java.net.ConnectException";
    assertTrue(message.startsWith(start), message);
  }

  /** A server that accepts nobody: once its backlog is full, a connection does not come about. */
  @Test
  void fetch_connectionThatHangs_timesOut() throws IOException {
    List<Socket> backlog = new ArrayList<>();
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      // Where any number of connections is accepted, or those too many are refused, none can hang.
      assumeTrue(fill(server, backlog), "this system lets no connection wait for a full backlog");
      URI url = URI.create("http://127.0.0.1:" + server.getLocalPort());
      String message = Calls.ioFailure(Calls.at(url).connectTimeout(SHORT).build());
      assertEquals(
          "GET "
              + url
              + "/gateway/bot failed: java.net.http.HttpConnectTimeoutException:"
              + " HTTP connect timed out",
          message);
    } finally {
      for (Socket socket : backlog) {
        socket.close();
      }
    }
  }

  private static boolean fill(ServerSocket server, List<Socket> backlog) throws IOException {
    while (backlog.size() < 100) {
      Socket socket = new Socket();
      backlog.add(socket);
      try {
        socket.connect(server.getLocalSocketAddress(), (int) SHORT.toMillis());
      } catch (SocketTimeoutException e) {
        return true;
      } catch (ConnectException e) {
        return false; // refused rather than left waiting, as Windows does
      }
    }
    return false;
  }

  /** A label of more than 63 characters is no name to ask any server for. */
  @Test
  void fetch_hostThatCanNotBe_saysSo() {
    String host = "a".repeat(64) + ".invalid";
    String message = Calls.ioFailure(Calls.at(URI.create("http://" + host)).build());
    String start = "GET http://" + host + "/gateway/bot failed: java.net.ConnectException, ";
    assertTrue(message.startsWith(start), message);
    assertTrue(message.endsWith("java.nio.channels.UnresolvedAddressException"), message);
  }

  @Test
  void fetch_silentTlsServer_timesOut() throws IOException {
    try (var server = RawServer.withoutReading(client -> {})) {
      assertEquals(
          "GET " + server.url("https") + "/gateway/bot gave no complete answer within 300 ms",
          Calls.ioFailure(Calls.at(server.url("https")).requestTimeout(SHORT).build()));
    }
  }

  @Test
  void fetch_httpsToAServerWithoutTls_saysSo() throws IOException {
    String plain = "HTTP/1.1 400 Bad Request\r\n\r\n";
    try (var server = RawServer.withoutReading(client -> RawServer.send(client, plain))) {
      String message = Calls.ioFailure(Calls.at(server.url("https")).build());
      String start = "GET " + server.url("https") + "/gateway/bot failed: javax.net.ssl.";
      assertTrue(message.startsWith(start), message);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s\r\n\r\n",
        "HTTP/1.1 %s\r\n\r\n",
        "HTTP/1.1 200 %s\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\n%s\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n",
        "HTTP/1.1 200 OK\r\n\r\n%s",
        "HTTP/1.1 200 OK\r\n\r\n\"%s\"",
        "HTTP/1.1 200 OK\r\n\r\n{\"%s\": }",
        "HTTP/1.1 200 OK\r\n\r\n{%s: 1}",
        "HTTP/1.1 200 OK\r\n\r\n{\"a\": %s}",
        "HTTP/1.1 200 OK\r\n\r\n{\"session_start_limit\": \"%s\"}",
        "HTTP/1.1 200 OK\r\n\r\n{\"session_start_limit\": {\"total\": \"%s\"}}",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/%s\r\n\r\n",
        "HTTP/1.1 503 %1$s\r\nX: %1$s\r\n\r\n%1$s",
      })
  void fetch_serverSendsTheTokenBack_staysSecret(String answer) throws IOException {
    try (var server = RawServer.sending(answer.formatted(Calls.TOKEN));
        var log = new CapturedLog("io.github.gatewayqueue.discord", Level.ALL)) {
      Calls.ioFailure(Calls.at(server.url()).build());
      assertTrue(server.requests().getFirst().contains(Calls.TOKEN), "it was sent");
      assertTrue(log.lines().stream().noneMatch(line -> line.contains(Calls.TOKEN)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 429 %1$s\r\nRetry-After: %1$s\r\n\r\n{\"retry_after\": 1e9, \"%1$s\": 1}",
        "HTTP/1.1 429 %1$s\r\nX-RateLimit-Reset-After: %1$s\r\n\r\n{\"retry_after\": \"%1$s\"}",
      })
  void fetch_rateLimitThatSendsTheTokenBack_staysSecret(String answer) throws IOException {
    try (var server = RawServer.sending(answer.formatted(Calls.TOKEN))) {
      var limits = Calls.at(server.url()).build();
      Calls.unavailable(limits);
      Calls.unavailable(limits);
      assertEquals(1, server.requests().size());
    }
  }

  /** The answer leaves the connection fit for another request, so that only a client closes it. */
  @Test
  void fetch_withoutClient_keepsNoConnection() throws IOException, InterruptedException {
    String length = "Content-Length: " + FakeRest.LIMIT.length();
    try (var server =
        new RawServer(client -> {
          RawServer.send(client, HEAD + length + "\r\n\r\n" + FakeRest.LIMIT);
          RawServer.awaitHangUp(client);
        })) {
      assertEquals(999, Calls.at(server.url()).build().fetch().remaining());
      awaitOneHangUp(server);
    }
  }

  private static RawServer silentAfter(String sent) throws IOException {
    return new RawServer(client -> {
      RawServer.send(client, lines(sent));
      RawServer.awaitHangUp(client);
    });
  }

  /** The server takes the next client only once the one before has hung up. */
  private static void awaitOneHangUp(RawServer server) throws IOException {
    try (var next = new Socket(server.url().getHost(), server.url().getPort())) {
      String last = "next\r\n\r\n";
      RawServer.send(next, last);
      Await.until(() -> server.requests().contains(last));
    }
  }

  private static void interruptOnceAnswered(RawServer server, DiscordSessionStartLimitSource limits)
      throws IOException, InterruptedException {
    var reading = new Calls.Background(limits);
    Await.until(() -> server.requests().size() == 1);
    reading.interruptAndJoin();
    awaitOneHangUp(server);
  }

  private static RawServer endless(int status, boolean chunked) throws IOException {
    String head = "HTTP/1.1 " + status + " X\r\n";
    return chunked
        ? new RawServer(client ->
            sendForEver(client, head + "Transfer-Encoding: chunked\r\n\r\n", "3e8\r\n%s\r\n"))
        : new RawServer(client -> sendForEver(client, head + "\r\n", "%s"));
  }

  /** Returns once the client has hung up. */
  private static void sendForEver(Socket client, String head, String piece) throws IOException {
    RawServer.send(client, head);
    String body = piece.formatted(" ".repeat(1000));
    assertThrows(
        IOException.class,
        () -> {
          while (true) {
            RawServer.send(client, body);
          }
        });
  }

  private static String lines(String sent) {
    return sent.replace("~", "\r\n");
  }

  private static String asked(RawServer server) {
    return "GET " + server.url() + "/gateway/bot";
  }
}
