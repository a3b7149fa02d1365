package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Outage;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import io.github.gatewayqueue.redis.RedisQueue;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Several brokers that keep their queue in one Redis. */
class BrokerRedisTest extends BrokerTestBase {
  private static EmbeddedRedis redis;

  @BeforeAll
  static void startRedis() throws Exception {
    redis = new EmbeddedRedis();
  }

  @AfterAll
  static void stopRedis() throws Exception {
    redis.close();
  }

  private Broker.Builder builder(String namespace) {
    return ofRedis(builder(), namespace);
  }

  private Broker.Builder builder(String namespace, FakeDiscord discord) {
    return ofRedis(builder(discord), namespace);
  }

  private Broker.Builder ofRedis(Broker.Builder builder, String namespace) {
    return builder.redis(redis.uri()).redisNamespace(namespace).interval(Duration.ofSeconds(1));
  }

  private static String newNamespace() {
    return UUID.randomUUID().toString();
  }

  @Test
  void request_ofTwoBrokers_areInOneLine() throws Exception {
    String namespace = newNamespace();
    Broker a = start(builder(namespace).interval(LONG));
    Broker b = start(builder(namespace).interval(LONG));
    ask(a, 0, 9).readAnswer();
    ask(a, 1, 9);
    awaitWaiting(b, 1);
    EventReader second = events(b, "/?shard=2&total=9");
    JsonObject place = second.expect("waiting").data();
    assertEquals(2, place.getInteger("position"), place.encode());
    JsonObject status = status(a);
    assertEquals("redis", status.getString("queue"));
    Await.until(() -> waiting(a) == 2);
    assertEquals(
        List.of(1),
        status(a).getJsonArray("buckets").getJsonObject(0).getJsonArray("shards").getList());
  }

  @Test
  void close_brokerWithTheFirstInLine_letsTheOthersClientsGoOn() throws Exception {
    String namespace = newNamespace();
    Broker a = start(builder(namespace));
    Broker b = start(builder(namespace));
    ask(a, 0, 9).readAnswer();
    ask(a, 1, 9);
    awaitWaiting(a, 1);
    RawConnection last = ask(b, 2, 9);
    a.close();
    assertEquals(200, last.readAnswer().status());
  }

  @Test
  void start_withToken_isReadyBeforeAnybodyAsksAndSharesTheBudget() throws Exception {
    FakeDiscord discord =
        open(FakeDiscord.builder().maxConcurrency(2).total(1000).remaining(5).start());
    String namespace = newNamespace();
    List<Broker> brokers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Broker broker = start(builder(namespace, discord).interval(Duration.ofMillis(600)));
      brokers.add(broker);
      awaitReady(broker);
    }
    for (int shard = 0; shard < 10; shard++) {
      ask(brokers.get(shard % 4 / 2), shard, 10);
    }
    Await.until(() -> released(brokers) == 4 && waiting(brokers.getFirst()) == 6);
    Await.until(
        () -> status(brokers.getFirst()).getJsonArray("problems").encode().contains("used up"));
    assertEquals(4, released(brokers));
    assertEquals(2, status(brokers.getLast()).getJsonObject("limit").getInteger("maxConcurrency"));
  }

  private int released(List<Broker> brokers) throws Exception {
    int released = 0;
    for (Broker broker : brokers) {
      released += status(broker).getInteger("released");
    }
    return released;
  }

  @Test
  void request_shardStartsAgainAndAgain_isShownToBeHeldBack() throws Exception {
    Broker broker = start(builder(newNamespace()).interval(Duration.ofMillis(1)).brake(Brake.ON));
    for (int i = 0; i < 4; i++) {
      assertEquals(200, ask(broker, 3, 9).readAnswer().status());
    }
    ask(broker, 3, 9);
    Await.until(() -> status(broker).getInteger("paused") == 1);
    JsonObject pause = status(broker).getJsonArray("pauses").getJsonObject(0);
    assertEquals(3, pause.getInteger("shard"));
    assertEquals(4, pause.getInteger("starts"));
    assertTrue(get(broker, "/metrics").body().contains("gateway_queue_paused 1.0"));
    assertTrue(
        status(broker)
            .getJsonArray("problems")
            .encode()
            .contains("1, shard 3 first, with 4 starts"));
  }

  @Test
  void start_redisUnreachable_liveNotReadyAndRequestsWaitUntilItIsThere() throws Exception {
    int other = EmbeddedRedis.freePort();
    Broker broker = start(builder(newNamespace()).redis(EmbeddedRedis.uri(other)));
    RawConnection client = ask(broker, 0, 1);
    assertEquals(200, get(broker, "/health/live").statusCode());
    assertEquals(503, get(broker, "/health/ready").statusCode());
    Await.until(() -> status(broker).getJsonArray("problems").encode().contains("Redis: "));
    assertEquals("redis-away", status(broker).getString("state"));
    assertEquals(
        "{\"status\":\"down\",\"reason\":\"Redis does not answer\"}",
        get(broker, "/health/ready").body());
    open(new EmbeddedRedis(other));
    assertEquals(200, client.readAnswer().status());
    awaitReady(broker);
    broker.close();
  }

  @Test
  void hold_ofOneBroker_holdsTheBucketForTheOthersClients() throws Exception {
    String namespace = newNamespace();
    Broker a = start(builder(namespace).interval(LONG));
    Broker b = start(builder(namespace).interval(LONG));
    EventReader holder = events(a, "/?shard=0&total=9&hold=30s");
    String start = holder.expectAfterWaiting("released").data().getString("start");
    EventReader next = events(b, "/?shard=1&total=9&hold=30s");
    assertEquals(1, next.expect("waiting").data().getInteger("position"));
    assertEquals(404, send("POST", b, "/starts/" + start + "/cancelled").statusCode());
    assertEquals(204, send("POST", a, "/starts/" + start + "/cancelled").statusCode());
    next.expectAfterWaiting("released");
    b.close(); // which says of the start that it is used
    awaitWaiting(a, 0);
    ask(a, 2, 9);
    awaitWaiting(a, 1);
  }

  @Test
  void hold_lostByTheStore_isToldToItsClient() throws Exception {
    Broker broker = start(builder(newNamespace()).interval(LONG));
    EventReader holder = events(broker, "/?shard=0&total=9&hold=30s");
    JsonObject released = holder.expectAfterWaiting("released").data();
    RawConnection store = open(new RawConnection(redis.uri().getPort()));
    store.send("FLUSHALL\r\n");
    assertEquals("+OK", store.readLine());
    String start = released.getString("start");
    assertEquals(start, holder.expect("expired").data().getString("start"));
    assertEquals("{\"holdMillis\":0.000}", get(broker, "/starts/" + start).body());
  }

  @Test
  void health_bucketHoldsAStart_isReady() throws Exception {
    FakeDiscord discord = open(FakeDiscord.builder().start());
    String namespace = newNamespace();
    Broker broker = start(builder(namespace, discord));
    awaitReady(broker);
    RedisQueue bot =
        open(
            RedisQueue.builder(redis.uri())
                .namespace(namespace)
                .interval(Duration.ofSeconds(1))
                .startDelay(Duration.ZERO)
                .build());
    try (SessionStart start = bot.acquire(0, 1)) {
      assertFalse(start.isExpired());
      Await.until(() -> nextRelease(broker) == null); // it is seen to be held
      assertEquals(200, get(broker, "/health/ready").statusCode());
      assertEquals("ready", status(broker).getString("state"));
    }
  }

  private @Nullable String nextRelease(Broker broker) throws Exception {
    return status(broker).getJsonArray("buckets").getJsonObject(0).getString("nextRelease");
  }

  @Test
  void request_exhaustedAndFail_503UntilTheReset() throws Exception {
    FakeDiscord discord =
        open(FakeDiscord.builder().remaining(1).resetAfter(Duration.ofHours(2)).start());
    Broker broker = start(builder(newNamespace(), discord).whenExhausted(WhenExhausted.FAIL));
    awaitState(broker, "exhausted");
    var answer = ask(broker, 0, 1).readAnswer();
    assertEquals(503, answer.status());
    assertTrue(Integer.parseInt("" + answer.header("Retry-After")) > 7000);
  }

  @Test
  void start_longDelayAndTokenIsRefused_thatIsToldAtOnce() throws Exception {
    FakeDiscord discord = open(FakeDiscord.builder().token("another").start());
    Broker broker = startWithLongDelay(discord);
    var refused = broker.refused().toCompletableFuture();
    Await.until(refused::isDone);
    assertTrue(("" + refused.join().getMessage()).contains("answered 401"));
  }

  @Test
  void start_longDelay_theLimitIsShown() throws Exception {
    FakeDiscord discord = open(FakeDiscord.builder().remaining(500).start());
    Broker broker = startWithLongDelay(discord);
    awaitReady(broker);
    assertEquals(500, status(broker).getJsonObject("limit").getInteger("remaining"));
  }

  /** The store does not know yet that there is a limit, and would release somebody. */
  @Test
  void start_discordUnreachable_isNotReady() throws Exception {
    FakeDiscord discord = open(FakeDiscord.builder().start());
    discord.startOutage(Outage.REFUSING);
    Broker broker = startWithLongDelay(discord);
    Await.until(
        () -> status(broker).getJsonArray("problems").encode().contains("could not be read"));
    assertEquals("starting", status(broker).getString("state"));
    assertEquals(503, get(broker, "/health/ready").statusCode());
    discord.endOutage();
    awaitReady(broker);
  }

  @Test
  void status_startsArePlanned_saysWhetherTheyAreLeft() throws Exception {
    String namespace = newNamespace();
    Broker without = start(builder(namespace));
    Await.until(() -> status(without).getJsonArray("problems").isEmpty());
    assertNull(planned(without, 1).getValue("allowed"));
    FakeDiscord discord = open(FakeDiscord.builder().remaining(500).start());
    Broker broker = start(builder(namespace, discord));
    awaitReady(broker);
    assertEquals(true, planned(broker, 400).getValue("allowed"));
    Await.until(() -> Boolean.FALSE.equals(planned(without, 500).getValue("allowed")));
  }

  private Broker startWithLongDelay(FakeDiscord discord) {
    return start(builder(newNamespace(), discord).startDelay(LONG));
  }
}
