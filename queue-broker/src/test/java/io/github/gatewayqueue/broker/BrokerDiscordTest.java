package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.RawConnection.Answer;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Outage;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A broker with a token: buckets, budget, and a Discord that comes and goes. */
class BrokerDiscordTest extends BrokerTestBase {
  private static final String READ_FAILURES = "gateway_queue_limit_read_failures_total";

  private FakeDiscord discord(FakeDiscord.Builder builder) {
    return open(builder.start());
  }

  @Test
  void request_sixteenBuckets_eachReleasesOnItsOwn() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().maxConcurrency(16).total(1000));
    Broker broker = start(builder(discord).interval(LONG));
    awaitReady(broker);
    List<RawConnection> clients = new ArrayList<>();
    for (int shard = 0; shard < 16; shard++) {
      clients.add(ask(broker, shard, 32));
    }
    for (int shard = 0; shard < 16; shard++) {
      assertEquals(
          shard, new JsonObject(clients.get(shard).readAnswer().body()).getInteger("bucket"));
    }
    for (int shard = 16; shard < 32; shard++) {
      ask(broker, shard, 32);
    }
    awaitWaiting(broker, 16);
    JsonObject status = status(broker);
    assertEquals("large", status.getString("queue"));
    assertEquals(16, status.getJsonArray("buckets").size());
    for (int bucket = 0; bucket < 16; bucket++) {
      assertEquals(
          List.of(16 + bucket),
          status.getJsonArray("buckets").getJsonObject(bucket).getJsonArray("shards").getList());
    }
    JsonObject limit = status.getJsonObject("limit");
    assertEquals(984, limit.getInteger("remaining"));
    assertEquals(16, limit.getInteger("maxConcurrency"));
    assertEquals(16, status.getJsonObject("startUp").getInteger("released"));
    double end = status.getJsonObject("startUp").getDouble("expectedEndMillis");
    assertTrue(end > 0 && end <= LONG.toMillis(), "" + end);
  }

  @Test
  void start_discordUnreachable_liveNotReadyAndRequestsWaitUntilItIsBack() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().maxConcurrency(2));
    discord.startOutage(Outage.REFUSING);
    Broker broker = start(builder(discord));
    EventReader client = events(broker, "/?shard=1&total=4");
    JsonObject waiting = client.expect("waiting").data();
    assertTrue(waiting.containsKey("expectedMillis"));
    assertNull(waiting.getValue("expectedMillis"));
    Await.until(() -> !status(broker).getJsonArray("problems").isEmpty());
    JsonObject status = status(broker);
    assertEquals("starting", status.getString("state"));
    assertNull(status.getValue("limit"));
    assertEquals(200, get(broker, "/health/live").statusCode());
    HttpResponse<String> ready = get(broker, "/health/ready");
    assertEquals(503, ready.statusCode());
    assertEquals(
        "the session start limit is not known", new JsonObject(ready.body()).getString("reason"));
    assertTrue(get(broker, "/metrics").body().contains("gateway_queue_ready 0.0"));
    discord.endOutage();
    JsonObject released = client.expectAfterWaiting("released").data();
    assertEquals(1, released.getInteger("bucket"));
    assertEquals(200, get(broker, "/health/ready").statusCode());
    JsonObject after = status(broker);
    assertEquals("ready", after.getString("state"));
    assertEquals(List.of(), after.getJsonArray("problems").getList());
    assertEquals(999, metric(broker, "gateway_queue_session_starts_remaining"));
    assertTrue(metric(broker, READ_FAILURES) > 0);
  }

  @Test
  void start_delay_nobodyIsReleasedBeforeIt() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().remaining(500));
    Duration delay = Duration.ofMillis(500);
    long startNanos = System.nanoTime();
    Broker broker = start(builder(discord).startDelay(delay));
    assertEquals(200, ask(broker, 0, 1).readAnswer().status());
    assertTrue(System.nanoTime() - startNanos >= delay.toNanos());
    assertEquals(499, status(broker).getJsonObject("limit").getInteger("remaining"));
  }

  /** Once is enough: what it may have missed of the predecessor's is kept back. */
  @Test
  void start_longDelay_theLimitIsShownAndNobodyIsReleased() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().remaining(500));
    Broker broker = start(builder(discord).startDelay(LONG));
    RawConnection client = ask(broker, 0, 1);
    awaitWaiting(broker, 1);
    awaitReady(broker);
    JsonObject status = status(broker);
    assertEquals(500, status.getJsonObject("limit").getInteger("remaining"));
    String next = status.getJsonArray("buckets").getJsonObject(0).getString("nextRelease");
    assertTrue(Instant.parse(next).isAfter(Instant.now().plus(LONG.dividedBy(2))), next);
    assertFalse(client.hasInput());
  }

  @Test
  void start_longDelayAndTokenIsRefused_thatIsToldAtOnce() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().token("another"));
    Broker broker = start(builder(discord).startDelay(LONG));
    var refused = broker.refused().toCompletableFuture();
    Await.until(refused::isDone);
    assertTrue(("" + refused.join().getMessage()).contains("answered 401"));
    assertEquals(503, get(broker, "/health/ready").statusCode());
  }

  @Test
  void start_longDelayAndDiscordUnreachable_isAProblemAtOnce() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder());
    discord.startOutage(Outage.REFUSING);
    Broker broker = start(builder(discord).startDelay(LONG));
    Await.until(() -> !status(broker).getJsonArray("problems").isEmpty());
    assertEquals(503, get(broker, "/health/ready").statusCode());
    assertEquals(1, metric(broker, READ_FAILURES));
  }

  @Test
  void start_tokenIsRefused_thatIsTold() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().token("another"));
    Broker broker = start(builder(discord));
    var refused = broker.refused().toCompletableFuture();
    Await.until(refused::isDone);
    String reason = "" + refused.join().getMessage();
    assertTrue(reason.contains("answered 401"), reason);
    Answer answer = ask(broker, 0, 1).readAnswer();
    assertEquals(502, answer.status());
    assertTrue(answer.body().contains("answered 401"), answer.body());
  }

  /** What looks whether a server is there asks for /, and must not spend a session start. */
  @Test
  void request_withoutAShard_400AndNoStartIsSpent() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder());
    Broker broker = start(builder(discord));
    awaitReady(broker);
    for (String target : new String[] {"/", "/?total=4"}) {
      HttpResponse<String> response = get(broker, target);
      assertEquals(400, response.statusCode());
      assertTrue(response.body().contains("shard is missing"), response.body());
    }
    assertEquals(1000, status(broker).getJsonObject("limit").getInteger("remaining"));
    assertEquals(200, get(broker, "/?shard=0").statusCode());
  }

  @Test
  void request_exhaustedAndFail_503UntilTheReset() throws Exception {
    FakeDiscord discord =
        discord(FakeDiscord.builder().remaining(1).resetAfter(Duration.ofHours(2)));
    Broker broker = start(builder(discord).whenExhausted(WhenExhausted.FAIL));
    awaitState(broker, "exhausted");
    Answer answer = ask(broker, 0, 1).readAnswer();
    assertEquals(503, answer.status());
    assertTrue(Integer.parseInt("" + answer.header("Retry-After")) > 7000);
    EventReader client = events(broker, "/?shard=0");
    JsonObject refused = client.expectAfterWaiting("refused").data();
    assertEquals(503, refused.getInteger("status"));
    assertTrue(refused.getDouble("retryAfterMillis") > 7_000_000);
    assertNull(client.next());
    String problems = status(broker).getJsonArray("problems").encode();
    assertTrue(
        problems.matches(
            ".*the session starts are used up: 1 of 1,000 session starts left, 1 of them kept in"
                + " reserve; resets in 1 h 59 min\".*"),
        problems);
  }

  /** A broker that is ready, with so many starts left for so long. */
  private Broker startWith(int remaining, Duration resetAfter) {
    FakeDiscord discord =
        discord(FakeDiscord.builder().remaining(remaining).resetAfter(resetAfter));
    Broker broker = start(builder(discord));
    awaitReady(broker);
    return broker;
  }

  @Test
  void health_budgetUsedUpForHours_isNotReadyAndAllSaySo() throws Exception {
    Broker broker = startWith(2, Duration.ofHours(23));
    assertEquals(1, metric(broker, "gateway_queue_ready"));
    assertEquals(200, ask(broker, 0, 1).readAnswer().status());
    Await.until(() -> get(broker, "/health/ready").statusCode() == 503);
    assertEquals(
        "{\"status\":\"down\",\"reason\":\"the session starts are used up for more than a minute\"}",
        get(broker, "/health/ready").body());
    assertEquals("exhausted", status(broker).getString("state"));
    assertEquals(0, metric(broker, "gateway_queue_ready"));
    assertEquals(200, get(broker, "/health/live").statusCode());
  }

  @Test
  void health_budgetUsedUpForLessThanAMinute_isReady() throws Exception {
    Broker broker = startWith(1, Duration.ofSeconds(50));
    assertTrue(status(broker).getJsonArray("problems").encode().contains("are used up"));
    assertEquals("ready", status(broker).getString("state"));
  }

  /** A minute is plenty to use the budget up, and to end Discord, before it is reset. */
  @Test
  @Thorough("a minute until the reset; the default tier has outages, and resets in queue-large")
  void request_discordAwayWhileTheBudgetIsReset_goesOnWithinTheNextBudget() throws Exception {
    Duration untilReset = Duration.ofMinutes(1);
    long startNanos = System.nanoTime();
    FakeDiscord discord = discord(FakeDiscord.builder().total(6).resetAfter(untilReset));
    long resetNanos = System.nanoTime() + untilReset.toNanos(); // has happened by then
    Duration interval = Duration.ofMillis(100);
    Broker broker = start(builder(discord).interval(interval));
    List<RawConnection> clients = new ArrayList<>();
    for (int shard = 0; shard < 20; shard++) {
      clients.add(ask(broker, shard, 20));
      awaitAsked(broker, shard + 1); // so that the order of the line is known
    }
    awaitReleased(clients.subList(0, 5), startNanos, interval);
    discord.startOutage(Outage.HANGING_UP);
    Await.until(() -> System.nanoTime() - resetNanos >= 0);
    awaitState(broker, "starting"); // the limit is out of date
    double failures = metric(broker, READ_FAILURES);
    Await.until(() -> metric(broker, READ_FAILURES) >= failures + 2);
    assertEquals(503, get(broker, "/health/ready").statusCode());
    assertEquals(5, status(broker).getInteger("released"));
    assertEquals(15, waiting(broker));
    long backNanos = System.nanoTime();
    discord.endOutage();
    awaitReleased(clients.subList(5, 10), backNanos, interval);
    Await.until(() -> status(broker).getJsonArray("problems").encode().contains("are used up"));
    assertEquals(10, status(broker).getInteger("released"));
    assertEquals(10, waiting(broker));
    for (RawConnection client : clients.subList(10, 20)) {
      assertFalse(client.hasInput());
    }
  }

  private static void awaitReleased(List<RawConnection> clients, long startNanos, Duration interval)
      throws IOException {
    for (int i = 0; i < clients.size(); i++) {
      assertEquals(200, clients.get(i).readAnswer().status());
      assertTrue(System.nanoTime() - startNanos >= i * interval.toNanos());
    }
  }

  @Test
  void request_exhaustedAndClose_isHungUpOn() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().remaining(1));
    Broker broker =
        start(builder(discord).whenExhausted(WhenExhausted.FAIL).onRefusal(Broker.OnRefusal.CLOSE));
    awaitState(broker, "exhausted");
    assertEquals("", ask(broker, 0, 1).readToEnd());
  }

  @Test
  void status_startsArePlanned_saysWhetherTheyAreLeftBesideTheReserve() throws Exception {
    FakeDiscord discord =
        discord(FakeDiscord.builder().remaining(40).resetAfter(Duration.ofHours(2)));
    Broker broker = start(builder(discord));
    assertEquals(
        new JsonObject().put("starts", 17).put("allowed", true).putNull("detail"),
        planned(broker, 17));
    JsonObject tooMany = planned(broker, 40);
    assertEquals(false, tooMany.getValue("allowed"));
    String detail = tooMany.getString("detail");
    assertTrue(
        detail.startsWith(
            "40 session starts are wanted: 40 of 1,000 session starts left, 1 of them kept in"
                + " reserve; resets in "),
        detail);
    assertFalse(status(broker).containsKey("planned"));
  }

  @Test
  void status_startsArePlannedAndDiscordIsAway_isNotKnown() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder());
    discord.startOutage(Outage.REFUSING);
    Broker broker = start(builder(discord));
    JsonObject planned = planned(broker, 1);
    assertNull(planned.getValue("allowed"));
    String detail = planned.getString("detail");
    assertTrue(detail.startsWith("the session start limit could not be read: "), detail);
  }

  /** The queue leaves one of a day to be used, so nothing is wrong before that is. */
  @Test
  void status_reserveOfTheTotal_tellsWhatIsHeldBack() throws Exception {
    FakeDiscord discord = discord(FakeDiscord.builder().total(1));
    Broker broker = start(builder(discord));
    awaitReady(broker);
    assertEquals(0, status(broker).getJsonObject("limit").getInteger("reserve"));
    assertEquals(List.of(), status(broker).getJsonArray("problems").getList());
    assertEquals(200, ask(broker, 0, 1).readAnswer().status());
    Await.until(() -> status(broker).getJsonArray("problems").encode().contains("are used up"));
  }

  @Test
  void request_exhaustedAndWait_isToldWhenItIsExpected() throws Exception {
    FakeDiscord discord =
        discord(FakeDiscord.builder().remaining(1).resetAfter(Duration.ofHours(2)));
    Broker broker = start(builder(discord));
    awaitState(broker, "exhausted");
    JsonObject waiting = events(broker, "/?shard=0").expect("waiting").data();
    assertTrue(waiting.getDouble("expectedMillis") > 7_000_000, waiting.encode());
  }
}
