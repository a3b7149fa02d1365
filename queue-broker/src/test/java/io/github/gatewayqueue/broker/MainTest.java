package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a process: what it prints, how it ends, and other programs as its clients. */
class MainTest extends BrokerTestBase {
  @TempDir Path files;

  private BrokerProcess serve(Map<String, String> environment, String... args) throws IOException {
    return open(BrokerProcess.serve(environment, args));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void serve_signal_endsWaitersAndExitsWith0(String signal) throws Exception {
    assumeFalse(
        BrokerProcess.inheritsIgnored(signal), "a process inherits that it ignores a signal");
    BrokerProcess broker = serve(Map.of(), "--start-delay", "1h");
    URI uri = broker.uri();
    EventReader events = open(new EventReader(uri.resolve("/?shard=1")));
    events.expect("waiting");
    RawConnection plain = open(RawConnection.asking(uri.getPort(), 2, 4));
    awaitWaiting(uri, 2);
    broker.signal(signal);
    events.expect("closing");
    assertNull(events.next());
    assertEquals("", plain.readToEnd());
    assertEquals(0, broker.awaitExit(), broker.errors());
  }

  /** A recording is written when the program ends, which takes that it ends of itself. */
  @Test
  void serve_signalWhileRecorded_exitsWith0AndLeavesTheRecording() throws Exception {
    Path recording = files.resolve("broker.jfr");
    BrokerProcess broker =
        serve(
            Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Xlog:disable -XX:StartFlightRecording=dumponexit=true,filename=" + recording),
            "--start-delay",
            "0");
    RawConnection client = open(RawConnection.asking(broker.uri().getPort(), 5, 7));
    assertEquals(200, client.readAnswer().status());
    broker.signal("TERM");
    assertEquals(0, broker.awaitExit(), broker.errors());
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
      client.send("GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
      return new JsonObject(client.readAnswer().body());
    }
  }

  @Test
  void serve_portInUse_exitsWith2AndOneLine() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(other.getLocalPort());
      BrokerProcess broker = serve(Map.of(), "--port", port);
      assertEquals(2, broker.awaitExit());
      assertOneLine(broker.errors(), "port " + port + " of 127.0.0.1 can not be had: ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--port, 70000, expected 0 to 65535",
    "--port, x, expected a whole number",
    "--interval, 6, 'expected a time such as 6s, 0.5s or 1m30s'",
    "--interval, 0, expected more than 0",
    "--max-waiting, 0, expected 1 to 10000000",
    "--on-refusal, maybe, 'expected one of [answer, close]'",
    "--discord-api, ftp://x, expected a URL such as",
    "--token-file, /does/not/exist, which can not be read",
    "--log-level, loud, 'expected debug, info or warning'"
  })
  void serve_badOption_exitsWith2AndOneLine(String option, String value, String expected)
      throws Exception {
    BrokerProcess broker = serve(Map.of(), option, value);
    assertEquals(2, broker.awaitExit());
    assertOneLine(broker.errors(), option + " is '" + value + "'");
    assertTrue(broker.errors().contains(expected), broker.errors());
  }

  @Test
  void serve_unknownOption_exitsWith2AndOneLine() throws Exception {
    BrokerProcess broker = serve(Map.of(), "--discord-token=secret");
    assertEquals(2, broker.awaitExit());
    assertOneLine(broker.errors(), "nknown option");
  }

  @Test
  void serve_badVariable_exitsWith2NamingIt() throws Exception {
    BrokerProcess broker = serve(Map.of("GATEWAY_QUEUE_RESERVE", "x"));
    assertEquals(2, broker.awaitExit());
    assertOneLine(broker.errors(), "GATEWAY_QUEUE_RESERVE is 'x': expected a whole number");
  }

  @Test
  void serve_optionAndVariable_theOptionWins() throws Exception {
    BrokerProcess broker =
        serve(Map.of("GATEWAY_QUEUE_INTERVAL", "2s", "PORT", "0"), "--interval", "3s");
    assertEquals(3000, status(broker.uri()).getInteger("intervalMillis"));
  }

  @Test
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
      client.send("GET /?shard=1 HTTP/1.1\r\nHost: x\r\n\r\n");
      assertEquals(401, client.readAnswer().status());
      client.send(
          "GET /?shard=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + clientToken + "\r\n\r\n");
      assertEquals(1, new JsonObject(client.readAnswer().body()).getInteger("bucket"));
      broker.signal("TERM");
      assertEquals(0, broker.awaitExit());
      String told = broker.rest() + broker.errors();
      assertTrue(
          told.matches("(?s).* (DEBUG|FINE) \\S+: shard 1 of 2 was released after .*"), told);
      assertFalse(told.contains(clientToken), told);
      assertFalse(told.contains(FakeDiscord.DEFAULT_TOKEN), told);
    }
  }

  @Test
  void serve_sameTokenTwice_exitsWith2() throws Exception {
    BrokerProcess broker = serve(Map.of("DISCORD_TOKEN", "abc", "GATEWAY_QUEUE_TOKEN", "abc"));
    assertEquals(2, broker.awaitExit());
    assertOneLine(broker.errors(), "the token for clients is the bot's token");
  }

  @Test
  void serve_killedAndStartedAgain_everybodyIsReleasedAndSpacingHeld() throws Exception {
    Duration interval = Duration.ofMillis(500);
    String[] options = {"--interval", "0.5s"};
    BrokerProcess first = serve(Map.of(), options);
    URI uri = first.uri();
    List<RawConnection> waiting = new ArrayList<>();
    for (int shard = 0; shard < 20; shard++) {
      waiting.add(open(RawConnection.asking(uri.getPort(), shard, 20)));
    }
    Await.until(() -> status(uri).getInteger("released") >= 2);
    Instant before = lastRelease(uri);
    first.process().destroyForcibly().waitFor();
    int left = 0;
    for (RawConnection client : waiting) {
      left += client.readToEnd().isEmpty() ? 1 : 0;
    }
    assertTrue(left >= 10, left + " were hung up on");
    BrokerProcess second = serve(Map.of(), "--port", "" + uri.getPort(), "--interval", "0.5s");
    assertEquals(uri, second.uri());
    RawConnection again = open(RawConnection.asking(uri.getPort(), 0, 20));
    assertEquals(200, again.readAnswer().status());
    Instant after = lastRelease(uri);
    assertTrue(!after.isBefore(before.plus(interval).minusMillis(20)), before + " then " + after);
    for (int shard = 1; shard < 5; shard++) {
      assertEquals(200, open(RawConnection.asking(uri.getPort(), shard, 20)).readAnswer().status());
    }
  }

  private static Instant lastRelease(URI uri) throws IOException {
    return Instant.parse(
        status(uri).getJsonArray("buckets").getJsonObject(0).getString("lastRelease"));
  }

  @Test
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
        client.send(
            "GET /?shard=" + shard + " HTTP/1.1\r\nHost: x\r\nAccept: " + accept + "\r\n\r\n");
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
      client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
      String metrics = client.readAnswer().body();
      assertTrue(
          metrics.contains("gateway_queue_requests_total{outcome=\"hung_up\"} 10000.0"), metrics);
    }
  }

  @Test
  void serve_curlAsks_getsTheSameAnswers() throws Exception {
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
  void serve_nodeAsksWithFetch_getsTheSameAnswers() throws Exception {
    URI uri = serve(Map.of(), "--start-delay", "0", "--interval", "0.1s").uri();
    String output = BrokerProcess.output("node", resource("client.mjs").toString(), uri.toString());
    assertEquals("plain 200 shard 1\nevents 200 released shard 2\nbad 400\n", output);
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(MainTest.class.getResource(name)).toURI());
  }

  private static void assertOneLine(String errors, String part) {
    assertEquals(1, errors.lines().count(), errors);
    assertTrue(errors.startsWith("gateway-queue: "), errors);
    assertTrue(errors.contains(part), errors);
  }
}
