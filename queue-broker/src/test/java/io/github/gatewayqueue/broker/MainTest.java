package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: what it prints, how it ends, and other programs as its clients. */
class MainTest extends BrokerTestBase {
  @EnabledOnOs(
      value = {OS.LINUX, OS.MAC},
      disabledReason = "a process can only be killed here")
  @Retention(RetentionPolicy.RUNTIME)
  private @interface NeedsSignals {}

  @TempDir Path files;

  private BrokerProcess serve(Map<String, String> environment, String... args) throws IOException {
    return open(BrokerProcess.serve(environment, args));
  }

  @Test
  @NeedsSignals
  void serve_sigterm_endsWaitersAndExits() throws Exception {
    assertEndsInOrder("TERM", BrokerProcess.TERMINATED, BrokerProcess::terminate);
  }

  @Test
  @NeedsSignals
  @Thorough("as SIGTERM, which the default tier has")
  void serve_sigint_endsWaitersAndExits() throws Exception {
    assertEndsInOrder("INT", 128 + 2, broker -> broker.signal("INT"));
  }

  private interface Ending {
    void of(BrokerProcess broker) throws Exception;
  }

  private void assertEndsInOrder(String signal, int exitCode, Ending ending) throws Exception {
    assumeFalse(
        BrokerProcess.inheritsIgnored(signal), "a process inherits that it ignores a signal");
    BrokerProcess broker = serve(Map.of(), "--start-delay", "1h");
    URI uri = broker.uri();
    EventReader events = open(new EventReader(uri.resolve("/?shard=1")));
    events.expect("waiting");
    RawConnection plain = open(RawConnection.asking(uri.getPort(), 2, 4));
    awaitWaiting(uri, 2);
    ending.of(broker);
    events.expect("closing");
    assertNull(events.next());
    assertEquals("", plain.readToEnd());
    assertEquals(exitCode, broker.awaitExit(), broker.errors());
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "no other system tells how many may be open")
  void serve_descriptorsRunOut_refusesAndHealthIsAnswered() throws Exception {
    BrokerProcess broker =
        open(BrokerProcess.serveWithOpenFiles(180, "--start-delay", "1h", "--max-waiting", "1000"));
    URI uri = broker.uri();
    String warning = broker.errors();
    assertTrue(
        warning.contains("clients can be connected and wait, expected the 1000 of --max-waiting"),
        warning);
    List<RawConnection> clients = new ArrayList<>();
    for (int shard = 0; shard < 300; shard++) {
      clients.add(open(RawConnection.asking(uri.getPort(), shard, 300)));
    }
    Await.until(() -> answer(uri, "/health/live").equals("{\"status\":\"up\"}"));
    String full = "gateway_queue_requests_total{outcome=\"full\"} ";
    Await.until(() -> {
      String metrics = answer(uri, "/metrics");
      return metrics.contains(full) && !metrics.contains(full + "0.0");
    });
    for (String line : broker.errors().lines().skip(1).toList()) {
      assertTrue(line.contains("connections are closed at once: there are "), line);
    }
    for (RawConnection client : clients) {
      client.close();
    }
    Await.until(() -> answer(uri, "/status").contains("\"waiting\":0,"));
    RawConnection client = open(RawConnection.asking(uri.getPort(), 1, 4));
    awaitWaiting(uri, 1);
    assertFalse(client.hasInput());
  }

  /** Returns nothing if the connection is closed at once. */
  private static String answer(URI uri, String target) throws IOException {
    try (RawConnection client = new RawConnection(uri.getPort())) {
      client.send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      return client.readAnswer().body();
    } catch (EOFException | SocketException e) {
      return "";
    }
  }

  /** A recording is written when the program ends, which takes that it ends of itself. */
  @Test
  @NeedsSignals
  @Thorough("a JVM that records; the default tier has the event in queue-local, and SIGTERM here")
  void serve_signalWhileRecorded_exitsWith0AndLeavesTheRecording() throws Exception {
    Path recording = files.resolve("broker.jfr");
    BrokerProcess broker =
        serve(
            Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Xlog:disable \"-XX:StartFlightRecording=dumponexit=true,filename="
                    + recording
                    + '"'),
            "--start-delay",
            "0");
    RawConnection client = open(RawConnection.asking(broker.uri().getPort(), 5, 7));
    assertEquals(200, client.readAnswer().status());
    broker.terminate();
    assertEquals(BrokerProcess.TERMINATED, broker.awaitExit(), broker.errors());
    List<Long> shards = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
      if (event.getEventType().getName().startsWith("io.github.gatewayqueue.")) {
        shards.add(event.getLong("shardId"));
      }
    }
    assertEquals(List.of(5L), shards);
  }

  private void awaitWaiting(URI uri, int count) {
    Await.until(() -> status(uri).getInteger("waiting") == count);
  }

  private static JsonObject status(URI uri) throws IOException {
    try (RawConnection client = new RawConnection(uri.getPort())) {
      client.send("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return new JsonObject(client.readAnswer().body());
    }
  }

  @Test
  void serve_badOption_exitsWith2AndOneLine() throws Exception {
    BrokerProcess broker = serve(Map.of(), "--port", "70000");
    assertEquals(2, broker.awaitExit());
    assertEquals(1, broker.errors().lines().count(), broker.errors());
    assertTrue(broker.errors().startsWith("gateway-queue: --port is '70000'"), broker.errors());
  }

  @Test
  @Thorough("a JVM; the default tier has the refusal in BrokerDiscordTest, and an exit code here")
  void serve_refusedToken_exitsWith4AndOneLine() throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().start()) {
      String token = "MTIz.not.this";
      BrokerProcess broker =
          serve(
              Map.of("DISCORD_TOKEN", token, "DISCORD_API", discord.restUri().toString()),
              "--start-delay",
              "0",
              "--log-level",
              "debug");
      assertEquals(4, broker.awaitExit());
      String errors = broker.errors();
      assertTrue(errors.contains("gateway-queue: GET "), errors);
      assertTrue(errors.contains("answered 401: the token is not valid"), errors);
      assertFalse(errors.contains(token), errors);
    }
  }

  @Test
  @NeedsSignals
  @Thorough("a JVM; the default tier has tokens in BrokerRefusalTest and BrokerDiscordTest")
  void serve_tokensFromFiles_areUsedAndNeverTold() throws Exception {
    String clientToken = "s3cret-of-clients";
    Path tokenFile = Files.writeString(files.resolve("token"), clientToken + "\n");
    Path discordFile = Files.writeString(files.resolve("discord"), FakeDiscord.DEFAULT_TOKEN);
    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(4).start()) {
      BrokerProcess broker =
          serve(
              Map.of("GATEWAY_QUEUE_TOKEN_FILE", tokenFile.toString()),
              "--discord-token-file",
              discordFile.toString(),
              "--discord-api",
              discord.restUri().toString(),
              "--start-delay",
              "0",
              "--log-level",
              "debug");
      RawConnection client = open(new RawConnection(broker.uri().getPort()));
      client.send("GET /?shard=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals(401, client.readAnswer().status());
      client.send(
          "GET /?shard=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
              + clientToken
              + "\r\n\r\n");
      assertEquals(1, new JsonObject(client.readAnswer().body()).getInteger("bucket"));
      broker.terminate();
      assertEquals(BrokerProcess.TERMINATED, broker.awaitExit());
      String told = broker.rest() + broker.errors();
      assertTrue(told.matches("(?s).* DEBUG \\S+: shard 1 of 2 was released after .*"), told);
      assertFalse(told.contains(clientToken), told);
      assertFalse(told.contains(FakeDiscord.DEFAULT_TOKEN), told);
    }
  }

  @Test
  void serve_killedAndStartedAgain_everybodyIsReleasedAndSpacingHeld() throws Exception {
    BrokerProcess first = serve(Map.of(), "--interval", "1h", "--start-delay", "0");
    URI uri = first.uri();
    List<RawConnection> waiting = new ArrayList<>();
    assertEquals(200, open(RawConnection.asking(uri.getPort(), 0, 20)).readAnswer().status());
    for (int shard = 1; shard < 20; shard++) {
      waiting.add(open(RawConnection.asking(uri.getPort(), shard, 20)));
    }
    awaitWaiting(uri, 19);
    first.process().destroyForcibly().waitFor();
    long killedNanos = System.nanoTime();
    for (RawConnection client : waiting) {
      assertEquals("", client.readToEnd());
    }
    Duration interval = Duration.ofMillis(300);
    BrokerProcess second = serve(Map.of(), "--port", "" + uri.getPort(), "--interval", "0.3s");
    assertEquals(uri, second.uri());
    for (int shard = 0; shard < 3; shard++) {
      assertEquals(200, open(RawConnection.asking(uri.getPort(), shard, 20)).readAnswer().status());
      long leastNanos = (shard + 1) * interval.toNanos();
      assertTrue(System.nanoTime() - killedNanos >= leastNanos, "shard " + shard);
    }
  }

  @Test
  @Thorough("10,000 connections; the default tier has 2,000 in BrokerHangUpTest")
  void serve_tenThousandClientsHangUpAtOnce_theLineIsEmpty() throws Exception {
    int count = 10_000;
    BrokerProcess broker = serve(Map.of(), "--start-delay", "1h");
    URI uri = broker.uri();
    List<RawConnection> clients = new ArrayList<>();
    try {
      for (int shard = 0; shard < count; shard++) {
        RawConnection client = new RawConnection(uri.getPort());
        clients.add(client);
        String accept = shard % 2 == 0 ? "*/*" : "text/event-stream";
        client.ask(shard, accept);
      }
      awaitWaiting(uri, count);
    } finally {
      for (RawConnection client : clients) {
        client.close();
      }
    }
    awaitWaiting(uri, 0);
    assertEquals(0, status(uri).getInteger("released"));
    try (RawConnection client = new RawConnection(uri.getPort())) {
      client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
      String metrics = client.readAnswer().body();
      assertTrue(
          metrics.contains("gateway_queue_requests_total{outcome=\"hung_up\"} 10000.0"), metrics);
    }
  }

  @Test
  @Thorough(
      "a client that is not ours, in a process of its own; the default tier has java.net.http")
  void serve_curlAsks_getsTheSameAnswers() throws Exception {
    BrokerProcess.assumeThereIs("curl");
    URI uri = serve(Map.of(), "--start-delay", "0", "--interval", "0.1s").uri();
    JsonObject plain =
        new JsonObject(BrokerProcess.output("curl", "-sS", uri.resolve("/?shard=3").toString()));
    assertEquals("shard 3 may identify now", plain.getString("message"));
    String events =
        BrokerProcess.output(
            "curl", "-sSN", "-H", "Accept: text/event-stream", uri.resolve("/?shard=4").toString());
    assertTrue(events.contains("event: released\ndata: {\"message\":\"shard 4 "), events);
  }

  @Test
  @Thorough(
      "a client that is not ours, in a process of its own; the default tier has java.net.http")
  void serve_nodeAsksWithFetch_getsTheSameAnswers() throws Exception {
    BrokerProcess.assumeThereIs("node");
    URI uri = serve(Map.of(), "--start-delay", "0", "--interval", "0.1s").uri();
    String output = BrokerProcess.output("node", resource("client.mjs").toString(), uri.toString());
    assertEquals("plain 200 shard 1\nevents 200 released shard 2\nbad 400\n", output);
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(MainTest.class.getResource(name)).toURI());
  }
}
