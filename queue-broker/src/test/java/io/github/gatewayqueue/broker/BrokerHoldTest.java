package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that hold their starts, and say what became of them. */
class BrokerHoldTest extends BrokerTestBase {
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final String HELD = "/?shard=0&total=4&hold=30s";

  private static JsonObject released(EventReader client) throws Exception {
    return client.expectAfterWaiting("released").data();
  }

  private static String start(EventReader client) throws Exception {
    return released(client).getString("start");
  }

  private static String readStart(RawConnection client) throws IOException {
    String line = client.readLine();
    while (!line.contains("\"start\":")) {
      line = client.readLine();
    }
    return new JsonObject(line.substring("data: ".length())).getString("start");
  }

  private int say(Broker broker, String start, String word) throws Exception {
    return send("POST", broker, "/starts/" + start + "/" + word).statusCode();
  }

  private double left(Broker broker, String start) throws Exception {
    return new JsonObject(get(broker, "/starts/" + start).body()).getDouble("holdMillis");
  }

  @Test
  void hold_released_streamStaysOpenAndTheBucketIsHeld() throws Exception {
    Broker broker = start(builder().interval(Duration.ofNanos(1)));
    EventReader client = events(broker, HELD);
    JsonObject released = released(client);
    assertTrue(released.getString("start").matches("[A-Za-z0-9_-]{22}"), released.encode());
    double holdMillis = released.getDouble("holdMillis");
    assertTrue(holdMillis > 0 && holdMillis <= 30_000, released.encode());
    assertTrue(left(broker, released.getString("start")) <= holdMillis);
    EventReader next = events(broker, "/?shard=1&total=4&hold=7s");
    assertEquals(7000, next.expect("waiting").data().getDouble("holdMillis"));
    EventReader longest = events(broker, "/?shard=2&total=4&hold=31s");
    assertEquals(30_000, longest.expect("waiting").data().getDouble("holdMillis"));
    longest.close();
    awaitWaiting(broker, 1);
    client.expectComment();
    client.expectComment();
    assertEquals(1, waiting(broker)); // for two seconds, though the interval is over
    assertEquals(204, say(broker, released.getString("start"), "answered"));
    assertNull(client.next());
    assertNotEquals(released.getString("start"), start(next));
    assertEquals(2, status(broker).getInteger("released"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"identified", "hang up", "reset"})
  void hold_usedOrSilent_theNextIsDueAnIntervalLater(String how) throws Exception {
    Broker broker = start(builder().interval(INTERVAL));
    RawConnection client = connect(broker);
    client.send(
        "GET " + HELD + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
    String start = readStart(client);
    RawConnection next = ask(broker, 1, 4);
    awaitWaiting(broker, 1);
    letAnIntervalPass();
    assertFalse(next.hasInput());
    long saidNanos = System.nanoTime();
    switch (how) {
      case "identified" -> assertEquals(204, say(broker, start, how));
      case "reset" -> client.reset();
      default -> client.close();
    }
    assertEquals(200, next.readAnswer().status());
    assertTrue(System.nanoTime() - saidNanos >= INTERVAL.toNanos());
  }

  private static void letAnIntervalPass() throws InterruptedException {
    Thread.sleep(INTERVAL); // nothing to poll for: only time shows that no request is released
  }

  @Test
  void hold_cancelled_theNextGoesAsIfItHadNotBeenReleased() throws Exception {
    FakeDiscord discord = open(FakeDiscord.builder().total(1000).remaining(20).start());
    Broker broker = start(builder(discord).interval(LONG));
    for (int i = 0; i < 5; i++) {
      String start = start(events(broker, HELD));
      assertEquals(204, say(broker, start, "cancelled"));
      assertEquals(204, say(broker, start, "cancelled"));
      assertEquals(0, left(broker, start));
    }
    ask(broker, 0, 1).readAnswer();
    assertEquals(19, status(broker).getJsonObject("limit").getInteger("remaining"));
    assertEquals(1, status(broker).getJsonObject("day").getInteger("startsInLastHour"));
    assertEquals(5, metric(broker, "gateway_queue_holds_total{said=\"cancelled\"}"));
  }

  @Test
  void hold_answered_theNextIsDueSooner() throws Exception {
    Broker broker = start(builder().interval(LONG));
    EventReader client = events(broker, HELD);
    String start = start(client);
    assertEquals(204, say(broker, start, "identified"));
    assertEquals(0, left(broker, start));
    Await.until(
        () -> nextRelease(broker).isAfter(Instant.now().plus(LONG.multipliedBy(11).dividedBy(12))));
    Instant before = nextRelease(broker);
    assertEquals(204, say(broker, start, "answered"));
    assertNull(client.next());
    Instant answered = Instant.now();
    Await.until(() -> nextRelease(broker).isBefore(before));
    assertFalse(
        nextRelease(broker)
            .isBefore(answered.plus(LONG.multipliedBy(5).dividedBy(6)).minusSeconds(60)));
  }

  private Instant nextRelease(Broker broker) throws Exception {
    JsonObject bucket = status(broker).getJsonArray("buckets").getJsonObject(0);
    return Instant.parse(bucket.getString("nextRelease"));
  }

  @Test
  void hold_runsOut_isToldAndStillPutsTheNextOffWhenIdentified() throws Exception {
    Broker broker = start(builder().interval(INTERVAL));
    EventReader client = events(broker, "/?shard=0&total=4&hold=0.2s");
    JsonObject released = released(client);
    String start = released.getString("start");
    assertTrue(released.getDouble("holdMillis") <= 200, released.encode());
    JsonObject expired = client.expect("expired").data();
    assertEquals(start, expired.getString("start"));
    assertNull(client.next());
    assertEquals(0, left(broker, start));
    ask(broker, 1, 4).readAnswer();
    long saidNanos = System.nanoTime();
    assertEquals(204, say(broker, start, "identified"));
    ask(broker, 2, 4).readAnswer();
    assertTrue(System.nanoTime() - saidNanos >= INTERVAL.toNanos());
    assertEquals(1, metric(broker, "gateway_queue_holds_total{said=\"expired\"}"));
  }

  /**
   * A client that hangs up at the moment of its release got nothing: the start is the next one's.
   */
  @ParameterizedTest
  @ValueSource(strings = {"*/*", "text/event-stream"})
  void hangUp_asItIsReleased_theStartIsGivenBack(String accept) throws Exception {
    Broker broker = startHolding(builder().interval(LONG));
    RawConnection client = connect(broker);
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\n\r\n");
    awaitWaiting(broker, 1);
    queue.get().onLeave =
        () -> {
          queue.get().onLeave = () -> {};
          close(client);
          while (!Thread.currentThread().isInterrupted()) { // until the broker has seen it
            LockSupport.park();
          }
        };
    queue.get().holding = false;
    ask(broker, 0, 1).readAnswer();
    assertEquals(1, status(broker).getInteger("released"));
    assertEquals(1, metric(broker, "gateway_queue_requests_total{outcome=\"hung_up\"}"));
  }

  private static void close(RawConnection client) {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its client may not know yet that its stream has ended. */
  @Test
  void hold_identifiedAfterTheStreamHasEnded_countsFromThere() throws Exception {
    Broker broker = start(builder().interval(INTERVAL));
    EventReader client = events(broker, HELD);
    String start = start(client);
    client.close();
    Await.until(() -> status(broker).getJsonObject("said").getInteger("lost") == 1);
    letAnIntervalPass();
    long saidNanos = System.nanoTime();
    assertEquals(204, say(broker, start, "identified"));
    ask(broker, 1, 4).readAnswer();
    assertTrue(System.nanoTime() - saidNanos >= INTERVAL.toNanos());
  }

  @Test
  void hold_shorterThanItTakesToTell_isToldAndNotLost() throws Exception {
    requireShortHoldsTold(3);
  }

  @Test
  @Thorough("Takes 20 s.")
  void hold_shorterThanItTakesToTellAgainAndAgain_isToldAndNotLost() throws Exception {
    requireShortHoldsTold(20);
  }

  private void requireShortHoldsTold(int holds) throws Exception {
    Broker broker = start(builder().interval(Duration.ofNanos(1)));
    for (int i = 0; i < holds; i++) {
      start(events(broker, "/?shard=0&total=4&hold=0.000001s"));
    }
    assertEquals(holds, status(broker).getInteger("released"));
  }

  @Test
  void hold_brokerStops_closingIsToldAndStopDoesNotWait() throws Exception {
    Broker broker = start(builder().interval(LONG).pace(Timing.farewell(LONG)));
    EventReader client = events(broker, HELD);
    start(client);
    broker.close();
    client.expect("closing");
    assertNull(client.next());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "0", "0s", "-1s", "30", "1s&hold=1s"})
  void hold_badTime_isRefused(String time) throws Exception {
    Broker broker = start(builder());
    var answer = get(broker, "/?hold=" + time, "Accept", "text/event-stream");
    assertEquals(400, answer.statusCode());
    assertTrue(new JsonObject(answer.body()).getString("detail").startsWith("hold is "));
  }

  @Test
  void hold_withoutEvents_isRefused() throws Exception {
    var answer = get(start(builder()), HELD);
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("expected Accept: text/event-stream"), answer.body());
  }

  @Test
  void starts_badRequests_areRefusedAndChangeNothing() throws Exception {
    Broker broker = start(builder().token("secret"));
    EventReader client = open(new EventReader(broker.uri().resolve(HELD), "secret"));
    String start = start(client);
    String token = "Bearer secret";
    String path = "/starts/" + start;
    assertEquals(401, send("POST", broker, path + "/cancelled").statusCode());
    List<String> unknown = List.of("/starts/", "/starts/x/cancelled", path + "/sent", path + "/");
    for (String target : unknown) {
      assertEquals(404, send("POST", broker, target, "Authorization", token).statusCode(), target);
    }
    assertEquals(
        405, send("GET", broker, path + "/cancelled", "Authorization", token).statusCode());
    assertEquals(405, send("POST", broker, path, "Authorization", token).statusCode());
    assertEquals(
        403,
        send(
                "POST",
                broker,
                path + "/cancelled",
                "Authorization",
                token,
                "Sec-Fetch-Site",
                "cross-site")
            .statusCode());
    var left = get(broker, path, "Authorization", token);
    assertTrue(new JsonObject(left.body()).getDouble("holdMillis") > 0, left.body());
    assertEquals(
        204, send("PUT", broker, path + "/cancelled", "Authorization", token).statusCode());
  }

  @Test
  void hold_hundredsOfBuckets_areAllHeldAndAllGivenBack() throws Exception {
    requireAllHeld(500);
  }

  @Test
  @Thorough("18 times as many as the default tier has; both ends of more are too many open files")
  void hold_nineThousandBuckets_areAllHeldAndAllGivenBack() throws Exception {
    requireAllHeld(9_000);
  }

  private void requireAllHeld(int count) throws Exception {
    int limit = 12 * count; // of which ten twelfths are kept back at first
    FakeDiscord discord =
        open(FakeDiscord.builder().maxConcurrency(count).total(limit).remaining(limit).start());
    Broker broker =
        start(
            builder(discord)
                .interval(LONG)
                .reserve(0)
                .pace(Timing.maxHold(LONG))); // however slow the machine
    awaitReady(broker);
    List<RawConnection> clients = new ArrayList<>();
    for (int shard = 0; shard < count; shard++) {
      RawConnection client = connect(broker);
      client.send(
          "GET /?shard="
              + shard
              + "&hold=1h HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
      clients.add(client);
    }
    RawConnection words = connect(broker);
    for (RawConnection client : clients) {
      String start = readStart(client);
      words.send("POST /starts/" + start + "/cancelled HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertEquals(204, words.readAnswer(false).status());
    }
    assertEquals(count, metric(broker, "gateway_queue_holds_total{said=\"cancelled\"}"));
    Await.until(() -> status(broker).getJsonObject("limit").getInteger("remaining") == limit);
  }
}
