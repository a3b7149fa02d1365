package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The app image and its zip, as an operator gets them. */
class ImageIT extends BrokerTestBase {
  private static final Path PROGRAM = Path.of(System.getProperty("image"), "bin", "gateway-queue");

  @TempDir Path files;

  @Test
  void image_serve_releasesAndStops() throws Exception {
    assertServes(PROGRAM);
  }

  @Test
  void zip_unpacked_servesAsWell() throws Exception {
    int status =
        new ProcessBuilder("unzip", "-q", System.getProperty("image.zip"), "-d", files.toString())
            .inheritIO()
            .start()
            .waitFor();
    assertEquals(0, status);
    assertServes(files.resolve("gateway-queue/bin/gateway-queue"));
  }

  private void assertServes(Path program) throws Exception {
    BrokerProcess broker =
        open(BrokerProcess.run(program, "serve", "--port", "0", "--start-delay", "0"));
    URI uri = broker.uri();
    JsonObject released =
        new JsonObject(open(RawConnection.asking(uri.getPort(), 3, 4)).readAnswer().body());
    assertEquals(3, released.getInteger("shard"));
    RawConnection client = open(new RawConnection(uri.getPort()));
    client.send("GET /dashboard HTTP/1.1\r\nHost: x\r\n\r\n");
    assertEquals(200, client.readAnswer().status());
    broker.signal("TERM");
    assertEquals(0, broker.awaitExit());
    assertEquals("", broker.errors());
  }

  @Test
  void image_discordOverTls_hasWhatThatNeeds() throws Exception {
    BrokerProcess broker = open(BrokerProcess.run(PROGRAM, "--version"));
    assertEquals(0, broker.awaitExit());
    String modules = Files.readString(Path.of(System.getProperty("image"), "lib/runtime/release"));
    for (String module : new String[] {"java.net.http", "jdk.jfr", "java.logging"}) {
      assertTrue(modules.contains(module), modules);
    }
  }
}
