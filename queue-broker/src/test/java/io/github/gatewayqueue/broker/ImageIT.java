package io.github.gatewayqueue.broker;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The app image and its zip, as an operator gets them. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the image is made on Linux alone")
class ImageIT extends BrokerTestBase {
  /** As in {@code (MIT) SLF4J API Module (org.slf4j:slf4j-api:2.0.20 - http://www.slf4j.org)}. */
  private static final Pattern THIRD_PARTY =
      Pattern.compile(
          " *(?<licences>\\(.*\\)) .* \\([^:]+:(?<artifact>[^:]+):(?<version>[^ ]+) - .*");

  @TempDir Path files;

  private static Path program() {
    return Path.of(System.getProperty("image"), "bin", "gateway-queue");
  }

  @Test
  void image_serve_releasesAndStops() throws Exception {
    assertServes(program());
  }

  @Test
  void zip_unpacked_servesAsWell() throws Exception {
    Map<String, Object> options = Map.of("enablePosixFileAttributes", true);
    Path zip = Path.of(System.getProperty("image.zip"));
    try (FileSystem entries = FileSystems.newFileSystem(zip, options);
        Stream<Path> all = Files.walk(entries.getPath("/"))) {
      for (Path entry : all.skip(1).toList()) {
        Path file = files.resolve(entry.toString().substring(1));
        Files.copy(entry, file);
        Files.setPosixFilePermissions(file, Files.getPosixFilePermissions(entry));
        Files.setLastModifiedTime(file, Files.getLastModifiedTime(entry));
      }
    }
    assertServes(files.resolve("gateway-queue/bin/gateway-queue"));
  }

  /** As its Dockerfile copies it: to another place, with the times of the files. */
  @Test
  void image_copied_servesAsWell() throws Exception {
    Path image = Path.of(System.getProperty("image"));
    Path copy = files.resolve("opt/gateway-queue");
    Files.createDirectories(copy.getParent());
    try (Stream<Path> all = Files.walk(image)) {
      for (Path file : all.toList()) {
        Path copied = copy.resolve(image.relativize(file).toString());
        Files.copy(file, copied, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    assertServes(copy.resolve("bin/gateway-queue"));
  }

  @Test
  @Thorough("by unzip itself; the default tier unpacks it in Java")
  void zip_unpackedByUnzip_servesAsWell() throws Exception {
    BrokerProcess.assumeThereIs("unzip");
    String zip = System.getProperty("image.zip");
    // where it is another time of day than where it was zipped
    BrokerProcess.output("env", "TZ=Asia/Tokyo", "unzip", "-q", zip, "-d", files.toString());
    assertServes(files.resolve("gateway-queue/bin/gateway-queue"));
  }

  @Test
  void image_licencesOfItsJars_areInIt() throws IOException {
    Path app = Path.of(System.getProperty("image"), "lib", "app");
    String notice = Files.readString(app.resolve("legal/NOTICE.txt"));
    assertTrue(Files.readString(app.resolve("legal/LICENSE")).contains("Apache License"));
    Set<String> listed = new TreeSet<>();
    for (String line : Files.readAllLines(app.resolve("legal/THIRD-PARTY.txt"))) {
      Matcher matcher = THIRD_PARTY.matcher(line);
      if (matcher.matches()) {
        String artifact = matcher.group("artifact");
        String jar = artifact + "-" + matcher.group("version") + ".jar";
        listed.add(jar);
        assertTrue(
            !matcher.group("licences").equals("(MIT)")
                || notice.contains(artifact)
                || hasLicence(app.resolve(jar)),
            jar);
      }
    }
    try (Stream<Path> files = Files.list(app)) {
      Set<String> packed =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".jar") && !name.startsWith("queue-"))
              .collect(toCollection(TreeSet::new));
      assertEquals(packed, listed);
    }
  }

  private static boolean hasLicence(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().anyMatch(entry -> entry.getName().startsWith("META-INF/LICENSE"));
    }
  }

  /**
   * The container image: each blob is what its name says, the layers unpacked are the program, and
   * it is configured as the Dockerfile says. Without a base, it runs on this machine's C library.
   */
  @Test
  void container_unpacked_servesAsTheDockerfileSays() throws Exception {
    BrokerProcess.assumeThereIs("tar");
    Path layout = Files.createDirectory(files.resolve("layout"));
    BrokerProcess.output("tar", "-xf", System.getProperty("container"), "-C", layout.toString());
    JsonObject index = new JsonObject(Files.readString(layout.resolve("index.json")));
    JsonObject manifest = json(layout, index.getJsonArray("manifests").getJsonObject(0));
    JsonObject image = json(layout, manifest.getJsonObject("config"));
    assertEquals("linux", image.getString("os"));

    JsonArray layers = manifest.getJsonArray("layers");
    assertTrue(layers.size() > 0);
    Path root = Files.createDirectory(files.resolve("root"));
    for (int i = 0; i < layers.size(); i++) {
      Path layer = blob(layout, layers.getJsonObject(i));
      try (InputStream unzipped = new GZIPInputStream(Files.newInputStream(layer))) {
        assertEquals(
            image.getJsonObject("rootfs").getJsonArray("diff_ids").getString(i),
            digest(unzipped.readAllBytes()));
      }
      BrokerProcess.output("tar", "-xzf", layer.toString(), "-C", root.toString());
    }

    JsonObject config = image.getJsonObject("config");
    String dockerfile = Files.readString(Path.of("deploy/Dockerfile"));
    String home = shown(dockerfile, "COPY target/gateway-queue (.*)");
    assertEquals(
        new JsonArray(shown(dockerfile, "ENTRYPOINT (.*)")), config.getJsonArray("Entrypoint"));
    assertEquals(new JsonArray(shown(dockerfile, "CMD (.*)")), config.getJsonArray("Cmd"));
    assertEquals(shown(dockerfile, "USER (.*)"), config.getString("User"));
    assertEquals(
        Set.of(shown(dockerfile, "ENV (.*)").split(" ")),
        config.getJsonArray("Env").stream().collect(toSet()));
    assertEquals(
        Set.of(shown(dockerfile, "EXPOSE (.*)") + "/tcp"),
        config.getJsonObject("ExposedPorts").fieldNames());
    assertServes(root.resolve(home.substring(1)).resolve("bin/gateway-queue"));
  }

  private static JsonObject json(Path layout, JsonObject descriptor) throws Exception {
    return new JsonObject(Files.readString(blob(layout, descriptor)));
  }

  /** Returns the file that a descriptor is about. */
  private static Path blob(Path layout, JsonObject descriptor) throws Exception {
    String digest = descriptor.getString("digest");
    Path blob = layout.resolve("blobs").resolve(digest.replace(':', '/'));
    assertEquals(descriptor.getLong("size"), Files.size(blob));
    assertEquals(digest, digest(Files.readAllBytes(blob)));
    return blob;
  }

  private static String digest(byte[] bytes) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    return "sha256:" + HexFormat.of().formatHex(digest);
  }

  private static String shown(String dockerfile, String line) {
    Matcher matcher = Pattern.compile("(?m)^" + line + "$").matcher(dockerfile);
    assertTrue(matcher.find(), line);
    return matcher.group(1);
  }

  /** Also that it uses its cache of classes: the JVM ends if that is required and does not fit. */
  private void assertServes(Path program) throws Exception {
    boolean isAheadOfTime = Files.exists(program.resolveSibling("../lib/app/classes.aot"));
    String required = isAheadOfTime ? "-XX:AOTMode=on" : "-Xshare:on";
    BrokerProcess broker =
        open(
            BrokerProcess.run(
                program,
                Map.of("JAVA_TOOL_OPTIONS", required),
                "serve",
                "--port",
                "0",
                "--start-delay",
                "0",
                "--max-waiting",
                "100"));
    URI uri = broker.uri();
    JsonObject released =
        new JsonObject(open(RawConnection.asking(uri.getPort(), 3, 4)).readAnswer().body());
    assertEquals(3, released.getInteger("shard"));
    RawConnection client = open(new RawConnection(uri.getPort()));
    client.send("GET /dashboard HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertEquals(200, client.readAnswer().status());
    broker.terminate();
    assertEquals(BrokerProcess.TERMINATED, broker.awaitExit());
    assertEquals("Picked up JAVA_TOOL_OPTIONS: " + required + "\n", broker.errors());
  }

  /** It may have 20 MB; 10,000 that wait take four times as much. */
  @Test
  @Thorough("thousands of connections, only to exhaust the memory")
  void image_memoryIsExhausted_exitsWith3AndAnswersNobody() throws Exception {
    BrokerProcess broker =
        open(
            BrokerProcess.run(
                program(),
                Map.of("JAVA_TOOL_OPTIONS", "-Xmx20m"),
                "serve",
                "--port",
                "0",
                "--start-delay",
                "1h"));
    URI uri = broker.uri();
    List<RawConnection> clients = new ArrayList<>();
    for (int shard = 0; shard < 10_000 && broker.process().isAlive(); shard++) {
      try {
        clients.add(open(RawConnection.asking(uri.getPort(), shard, 10_000)));
      } catch (IOException e) { // it has just gone
        break;
      }
    }
    assertEquals(3, broker.awaitExit());
    for (RawConnection client : clients) {
      assertEquals("", client.readToEnd());
    }
  }

  @Test
  void image_runtime_hasTheModulesThatItNeeds() throws Exception {
    BrokerProcess broker = open(BrokerProcess.run(program(), Map.of(), "--version"));
    assertEquals(0, broker.awaitExit());
    String modules = Files.readString(Path.of(System.getProperty("image"), "lib/runtime/release"));
    for (String module :
        new String[] {"java.net.http", "jdk.jfr", "jdk.management", "java.logging"}) {
      assertTrue(modules.contains(module), modules);
    }
  }
}
