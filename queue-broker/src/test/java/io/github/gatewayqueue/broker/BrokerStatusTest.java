package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.broker.requests.BrokerTiming;
import io.github.gatewayqueue.broker.requests.LastDay;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator sees. */
class BrokerStatusTest extends BrokerTestBase {
  private static final int MAX_WATCHERS = 200;

  @Test
  void status_someWait_showsThem() throws Exception {
    Instant before = Instant.now();
    Broker broker = startBlocked(builder().maxWaiting(7));
    ask(broker, 5, 9);
    awaitWaiting(broker, 1);
    ask(broker, 4, 9);
    awaitWaiting(broker, 2);
    HttpResponse<String> response = get(broker, "/status");
    assertEquals("application/json", response.headers().firstValue("Content-Type").orElse(""));
    assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
    JsonObject status = new JsonObject(response.body());
    assertFalse(Instant.parse(status.getString("startedAt")).isBefore(before.minusSeconds(1)));
    Instant now = Instant.parse(status.getString("now"));
    assertFalse(now.isBefore(before) || now.isAfter(Instant.now()), now::toString);
    assertTrue(status.getDouble("uptimeMillis") > 0);
    assertEquals("ready", status.getString("state"));
    assertEquals((int) LONG.toMillis(), status.getInteger("intervalMillis"));
    assertEquals("local", status.getString("queue"));
    assertEquals(2, status.getInteger("waiting"));
    assertEquals(7, status.getInteger("maxWaiting"));
    assertEquals(1, status.getInteger("released"));
    assertEquals(List.of(), status.getJsonArray("problems").getList());
    assertNull(status.getValue("limit"));
    JsonObject bucket = status.getJsonArray("buckets").getJsonObject(0);
    assertEquals(0, bucket.getInteger("bucket"));
    assertEquals(2, bucket.getInteger("waiting"));
    assertEquals(List.of(5, 4), bucket.getJsonArray("shards").getList());
    Instant last = Instant.parse(bucket.getString("lastRelease"));
    Instant next = Instant.parse(bucket.getString("nextRelease"));
    assertTrue(Duration.between(last, next).compareTo(LONG) >= 0, bucket.encode());
    JsonObject startUp = status.getJsonObject("startUp");
    assertEquals(1, startUp.getInteger("released"));
    assertEquals(2, startUp.getInteger("waiting"));
    assertTrue(startUp.getDouble("expectedEndMillis") > LONG.toMillis());
    JsonObject recent = status.getJsonArray("recent").getJsonObject(0);
    assertEquals(0, recent.getInteger("shard"));
    assertFalse(Instant.parse(recent.getString("releasedAt")).isBefore(before));
  }

  @Test
  void status_moreThanTwentyInLine_showsTheFirstTwenty() throws Exception {
    Broker broker = startBlocked(builder());
    for (int shard = 0; shard < 25; shard++) {
      ask(broker, shard, 25);
    }
    awaitWaiting(broker, 25);
    JsonObject bucket = status(broker).getJsonArray("buckets").getJsonObject(0);
    assertEquals(25, bucket.getInteger("waiting"));
    assertEquals(20, bucket.getJsonArray("shards").size());
  }

  @Test
  void status_nothingHappened_hasAnEmptyDayWithoutLimit() throws Exception {
    Instant before = Instant.now();
    JsonObject status = status(start(builder()));
    JsonObject day = status.getJsonObject("day");
    Instant from = Instant.parse(day.getString("from"));
    assertFalse(from.isBefore(before.minusSeconds(1)), day::toString);
    assertEquals(600_000, day.getInteger("slotMillis"));
    assertEquals(List.of(0), day.getJsonArray("starts").getList());
    assertNull(day.getJsonArray("remaining").getValue(0));
    assertEquals(0, day.getInteger("startsInLastHour"));
    assertEquals(List.of(), day.getJsonArray("restarting").getList());
    assertNull(status.getValue("name"));
    JsonObject bucket = status.getJsonArray("buckets").getJsonObject(0);
    assertEquals(List.of(), bucket.getJsonArray("holds").getList());
  }

  @Test
  void status_timePasses_showsTheDayInSlots() throws Exception {
    var nanos = new AtomicLong(5);
    BrokerTiming pace = Timing.nanos(nanos::get);
    FakeDiscord discord = open(FakeDiscord.builder().start());
    Instant before = Instant.now();
    Broker broker = start(builder(discord).interval(Duration.ofMillis(1)).pace(pace));
    awaitReady(broker);
    ask(broker, 1, 4).readAnswer();
    status(broker); // takes note of what is left
    nanos.addAndGet(2 * LastDay.SLOT.toNanos());
    ask(broker, 2, 4).readAnswer();
    ask(broker, 3, 4).readAnswer();
    JsonObject status = status(broker);
    JsonObject day = status.getJsonObject("day");
    assertEquals(List.of(1, 0, 2), day.getJsonArray("starts").getList());
    assertEquals(999, day.getJsonArray("remaining").getInteger(0));
    assertNull(day.getJsonArray("remaining").getValue(1));
    assertEquals(3, day.getInteger("startsInLastHour"));
    JsonObject limit = status.getJsonObject("limit");
    assertEquals(997, limit.getInteger("remaining"));
    Instant readAt = Instant.parse(limit.getString("readAt"));
    assertFalse(readAt.isBefore(before) || readAt.isAfter(Instant.now()), readAt::toString);
  }

  @Test
  void status_shardStartsAgainAndAgain_namesIt() throws Exception {
    Broker broker = start(builder().interval(Duration.ofMillis(1)));
    for (int i = 0; i < 6; i++) {
      ask(broker, 3, 16).readAnswer();
      ask(broker, i, 16).readAnswer();
    }
    assertEquals(
        List.of(Map.of("shard", 3, "total", 16, "starts", 7)),
        status(broker).getJsonObject("day").getJsonArray("restarting").getList());
  }

  @Test
  void status_bucketIsHeld_showsByWhichShardSinceWhen() throws Exception {
    Broker broker = startOdd(builder(), 1);
    Instant since = Instant.parse("2026-03-01T10:00:00.500Z");
    queue.get().hold(0, new QueueSnapshot.Hold(3, since));
    JsonObject bucket = status(broker).getJsonArray("buckets").getJsonObject(0);
    assertEquals(
        List.of(Map.of("shard", 3, "since", since.toString())),
        bucket.getJsonArray("holds").getList());
  }

  @Test
  void status_startsArePlannedWithoutALimit_isNotKnown() throws Exception {
    Broker broker = start(builder());
    assertEquals(
        new JsonObject()
            .put("starts", 5)
            .putNull("allowed")
            .put("detail", "without a Discord token there is no session start limit"),
        planned(broker, 5));
    for (String starts : List.of("0", "x", "10000001", "")) {
      HttpResponse<String> response = get(broker, "/status?starts=" + starts);
      assertEquals(400, response.statusCode());
      assertEquals(
          "starts is '" + starts + "', expected a number from 1 to 10000000",
          new JsonObject(response.body()).getString("detail"));
    }
  }

  @Test
  void status_shardsAreHeldBack_showsTheFirstTwenty() throws Exception {
    Broker broker = startChanged(builder());
    Instant until = Instant.now().plusSeconds(60);
    queue.get().pauses =
        IntStream.range(0, 21).mapToObj(shard -> new QueueSnapshot.Pause(shard, 7, until)).toList();
    JsonObject status = status(broker);
    assertEquals(21, status.getInteger("paused"));
    assertEquals(20, status.getJsonArray("pauses").size());
    assertEquals(
        new JsonObject().put("shard", 0).put("starts", 7).put("until", until.toString()),
        status.getJsonArray("pauses").getJsonObject(0));
    assertMetric(broker, "gateway_queue_paused 21.0");
  }

  @Test
  void stream_holdBeginsAndEnds_isToldAtOnce() throws Exception {
    BrokerTiming pace = Timing.heartbeat(LONG);
    Broker broker = startOdd(builder().pace(pace), 1);
    EventReader watcher = events(broker, "/status/stream");
    assertEquals(0, holds(watcher.expect("status")));
    queue.get().hold(0, new QueueSnapshot.Hold(3, Instant.now()));
    assertEquals(1, holds(watcher.expect("status")));
    queue.get().hold(0);
    assertEquals(0, holds(watcher.expect("status")));
  }

  /** The moment is worked out anew at each look, and comes out a little different. */
  @Test
  void stream_holdLasts_isToldOnce() throws Exception {
    BrokerTiming pace = Timing.heartbeat(LONG);
    Broker broker = startOdd(builder().pace(pace), 1);
    EventReader watcher = events(broker, "/status/stream");
    watcher.expect("status");
    var looks = new AtomicLong();
    queue.get().shown =
        snapshot -> {
          var hold = new QueueSnapshot.Hold(3, Instant.ofEpochMilli(looks.incrementAndGet()));
          var bucket = new QueueSnapshot.Bucket(0, null, null, List.of(hold));
          return new QueueSnapshot(List.of(bucket), snapshot.limit(), 0, List.of());
        };
    assertEquals(1, holds(watcher.expect("status")));
    long before = looks.get();
    Await.until(() -> looks.get() > before + 10);
    queue.get().shown = UnaryOperator.identity();
    assertEquals(0, holds(watcher.expect("status")));
  }

  private static int holds(EventReader.Event status) {
    return status.data().getJsonArray("buckets").getJsonObject(0).getJsonArray("holds").size();
  }

  @Test
  void status_requestsEnded_countsThemByOutcome() throws Exception {
    Broker broker = start(builder().token("letmein"));
    get(broker, "/?shard=1");
    get(broker, "/?shard=x", "Authorization", "Bearer letmein");
    get(broker, "/?shard=1", "Authorization", "Bearer letmein");
    String body = get(broker, "/status", "Authorization", "Bearer letmein").body();
    JsonObject outcomes = new JsonObject(body).getJsonObject("outcomes");
    assertEquals(1, outcomes.getInteger("unauthorized"));
    assertEquals(1, outcomes.getInteger("bad_request"));
    assertEquals(1, outcomes.getInteger("released"));
  }

  @Test
  void status_startsWereHeld_countsWhatWasSaidOfThem() throws Exception {
    Broker broker = start(builder());
    events(broker, "/?hold=0.1s").expectAfter("waiting", "released");
    Await.until(() -> status(broker).getJsonObject("said").getInteger("expired") == 1);
    assertEquals(0, status(broker).getJsonObject("said").getInteger("lost"));
  }

  @Test
  void status_brokerHasAName_tellsIt() throws Exception {
    assertEquals("Music bot", status(start(builder().name("Music bot"))).getString("name"));
  }

  @Test
  void stream_somethingChanges_isToldAndAgainWithinFiveSeconds() throws Exception {
    assertTrue(
        BrokerTiming.REAL.heartbeat().toMillis() < 5000, "less than five seconds are promised");
    BrokerTiming pace = Timing.heartbeat(Duration.ofMillis(300));
    Broker broker = startBlocked(builder().pace(pace));
    EventReader watcher = events(broker, "/status/stream");
    assertEquals(0, watcher.expect("status").data().getInteger("waiting"));
    ask(broker, 1, 4);
    watcher.expectWaiting(1);
    double uptime = watcher.expect("status").data().getDouble("uptimeMillis");
    double later = watcher.expect("status").data().getDouble("uptimeMillis");
    assertTrue(later > uptime);
    broker.close();
    EventReader.Event closing = watcher.expectAfter("status", "closing");
    assertEquals("1000", closing.retry());
    assertNull(watcher.next());
  }

  @Test
  void stream_asManyWatchAsMayAndRead_anotherIsRefused() throws Exception {
    Broker broker = start(builder());
    for (int i = 0; i < MAX_WATCHERS; i++) {
      assertEquals("HTTP/1.1 200 OK", watch(broker).readLine());
    }
    RawConnection.Answer refused = watch(broker).readAnswer();
    assertEquals(503, refused.status());
    assertTrue(refused.body().contains("200 watch the status, at most 200 may"), refused.body());
  }

  @Test
  void stream_asManyWatchAsMayAndSomeDoNotRead_whoHasNotForLongestMakesRoom() throws Exception {
    Broker broker = startOdd(builder(), 1);
    queue.get().problems = List.of("x".repeat(500_000)); // more than the system keeps for a client
    RawConnection reading = watch(broker);
    Thread reader = startReading(reading);
    RawConnection first = watch(broker);
    assertEquals("HTTP/1.1 200 OK", first.readLine());
    for (int i = 2; i < MAX_WATCHERS; i++) {
      assertEquals("HTTP/1.1 200 OK", watch(broker).readLine());
    }
    Await.until(() -> watch(broker).readLine().equals("HTTP/1.1 200 OK"));
    assertFalse(first.readToEnd().contains("event: closing"), "it was hung up on");
    assertTrue(reader.isAlive(), "and who reads was not");
    reading.close();
    reader.join();
  }

  private RawConnection watch(Broker broker) throws IOException {
    RawConnection watcher = open(RawConnection.keepingLittle(broker.port()));
    watcher.send("GET /status/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return watcher;
  }

  private static Thread startReading(RawConnection connection) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            connection.readToEnd();
          } catch (IOException e) {
            // the test has closed it
          }
        });
  }

  @Test
  void metrics_afterRequests_tellHowTheyEnded() throws Exception {
    Broker broker = startBlocked(builder().maxWaiting(1));
    get(broker, "/?shard=x");
    RawConnection client = ask(broker, 1, 4);
    awaitWaiting(broker, 1);
    ask(broker, 2, 4).readAnswer();
    HttpResponse<String> response = get(broker, "/metrics");
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        response.headers().firstValue("Content-Type").orElse(""));
    assertMetric(broker, "gateway_queue_requests_total{outcome=\"bad_request\"} 1.0");
    assertMetric(broker, "gateway_queue_requests_total{outcome=\"released\"} 1.0");
    assertMetric(broker, "gateway_queue_requests_total{outcome=\"full\"} 1.0");
    assertMetric(broker, "gateway_queue_waiting{bucket=\"0\"} 1.0");
    assertMetric(broker, "gateway_queue_wait_seconds_count 1");
    client.close();
    Await.until(() ->
        get(broker, "/metrics")
            .body()
            .contains("gateway_queue_requests_total{outcome=\"hung_up\"} 1.0"));
    String open = get(broker, "/metrics", "Accept", "application/openmetrics-text").body();
    assertTrue(open.endsWith("# EOF\n"), open);
  }

  @Test
  void metrics_ofTheProcess_areThere() throws Exception {
    String metrics = get(start(builder()), "/metrics").body();
    for (String name :
        List.of(
            "jvm_buffer_pool_used_bytes",
            "jvm_gc_collection_seconds_count",
            "jvm_memory_used_bytes",
            "jvm_threads_current",
            "process_cpu_seconds_total")) {
      assertTrue(
          metrics.lines().anyMatch(line -> line.matches(name + "(\\{.*})? [0-9.E]+")), metrics);
    }
  }

  @ParameterizedTest
  @EnumSource(Broker.OnRefusal.class)
  void metrics_requestsThatAreNone_areCountedOnce(Broker.OnRefusal onRefusal) throws Exception {
    Broker broker = start(builder().onRefusal(onRefusal));
    String line = " HTTP/1.1\r\nHost: localhost\r\n";
    for (String request :
        List.of(
            "GET /?" + "a".repeat(4200) + line + "\r\n",
            "GET /" + line + "X: " + "a".repeat(9000) + "\r\n\r\n",
            "nonsense\r\n\r\n",
            "POST /" + line + "Content-Length: 65537\r\n\r\n",
            "POST /"
                + line
                + "Transfer-Encoding: chunked\r\n\r\n2000\r\n"
                + ("x".repeat(0x2000) + "\r\n2000\r\n").repeat(12))) {
      RawConnection client = connect(broker);
      client.send(request);
      client.readToEnd();
    }
    get(broker, "/?shard=x", "Accept", "text/event-stream");
    assertMetric(broker, "gateway_queue_requests_total{outcome=\"bad_request\"} 6.0");
    get(broker, "/", "Sec-Fetch-Site", "cross-site", "Accept", "text/event-stream");
    assertMetric(broker, "gateway_queue_requests_total{outcome=\"cross_site\"} 1.0");
  }

  private void assertMetric(Broker broker, String line) throws Exception {
    String metrics = get(broker, "/metrics").body();
    assertTrue(metrics.lines().anyMatch(line::equals), metrics);
  }

  @Test
  void health_serving_isUp() throws Exception {
    Broker broker = start(builder());
    assertEquals("{\"status\":\"up\"}", get(broker, "/health/live").body());
    assertEquals("{\"status\":\"up\"}", get(broker, "/health/ready").body());
  }

  @Test
  void dashboard_hasSecurityHeaders() throws Exception {
    HttpResponse<String> response = get(start(builder()), "/dashboard");
    assertEquals(200, response.statusCode());
    assertEquals(
        "text/html; charset=utf-8", response.headers().firstValue("Content-Type").orElse(""));
    String policy = response.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
    assertEquals("nosniff", response.headers().firstValue("X-Content-Type-Options").orElse(""));
    assertEquals("no-referrer", response.headers().firstValue("Referrer-Policy").orElse(""));
    assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
  }
}
