package io.github.gatewayqueue.discord4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import discord4j.core.shard.ShardingStrategy;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.redis.RedisQueue;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Real bots that hold their starts. Where the pace is not Discord's, Discord does not judge how far
 * apart IDENTIFYs arrive, as a busy machine may read two at once: {@link WatchedQueue#assertSpaced}
 * does.
 */
class HeldBotTest {
  private static final Duration INTERVAL = Duration.ofMillis(600);

  /** A hold that ran out would hang the test. */
  private static final Duration HOLD_TIMEOUT = Duration.ofHours(1);

  private static FakeDiscord.Builder discord() {
    return FakeDiscord.builder().shards(1).identifyInterval(Duration.ofNanos(1));
  }

  /** Makes the HELLOs late, by up to that. */
  private static FakeDiscord late(FakeDiscord.Builder builder, Duration most) {
    FakeDiscord discord = builder.start();
    discord.faults().delayHello(Duration.ZERO, most);
    return discord;
  }

  private static DiscordSessionStartLimitSource limits(FakeDiscord discord) {
    return DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
        .baseUrl(discord.restUri())
        .build();
  }

  private static LargeBotQueue queue(FakeDiscord discord) {
    return LargeBotQueue.builder(limits(discord))
        .interval(INTERVAL)
        .holdTimeout(HOLD_TIMEOUT)
        .build();
  }

  /** Two bots that know of each other by their queue alone, each with a half of the shards. */
  private record Processes(FakeDiscord discord, Bot one, Bot other) implements AutoCloseable {
    static Processes start(
        FakeDiscord discord, int shards, int buckets, GatewayQueue ones, GatewayQueue others) {
      int half = shards / 2;
      return new Processes(
          discord,
          bot(discord, ones, shards, buckets, IntStream.range(0, half)),
          bot(discord, others, shards, buckets, IntStream.range(half, shards)));
    }

    private static Bot bot(
        FakeDiscord discord, GatewayQueue queue, int total, int buckets, IntStream shards) {
      ShardingStrategy sharding =
          ShardingStrategy.builder()
              .count(total)
              .maxConcurrency(buckets)
              .indices(shards.toArray())
              .build();
      return new Bot(
          discord, new QueueShardCoordinator(queue), gateway -> gateway.setSharding(sharding));
    }

    @Override
    public void close() {
      Bot.closeAll(discord, List.of(one, other));
    }
  }

  private static void awaitAccepted(FakeDiscord discord, int sessions) {
    Await.await()
        .failFast(() -> assertEquals(0, discord.score().violations(), () -> "" + discord.score()))
        .until(() -> discord.score().count(Verdict.ACCEPTED) >= sessions);
  }

  private static List<Long> identified(FakeDiscord discord) {
    return discord.identifies().stream().map(Identify::shardId).toList();
  }

  @Test
  void lateHellos_nextShardWaitsForWhatBecameOfTheOneBefore() {
    try (FakeDiscord discord = late(discord().shards(4), INTERVAL)) {
      var queue = new WatchedQueue(queue(discord));
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        bot.awaitConnected(4);
        assertEquals(
            List.of(
                "0 answered identified",
                "1 answered identified",
                "2 answered identified",
                "3 answered identified"),
            queue.story());
        assertEquals(queue.order(), identified(discord));
        queue.assertSpaced(1, INTERVAL);
        List<Identify> identifies = discord.identifies();
        for (int i = 0; i < identifies.size(); i++) {
          long arrivalNanos = identifies.get(i).nanoTime();
          assertTrue(queue.start(i).nanos("answered") - arrivalNanos > 0, "answered once it was");
        }
      }
    }
  }

  /** Discord4J itself waits for READY before it connects the next; another process does not. */
  @Test
  void readyIsLost_costsItsBucketNoMoreThanTheInterval() {
    var server = new AtomicReference<FakeDiscord>();
    try (FakeDiscord discord =
            discord().onIdentify(identify -> server.get().faults().heal()).start();
        var log = new CapturedLog("io.github.gatewayqueue", Level.WARNING)) {
      server.set(discord);
      discord.faults().withholdReady();
      var queue = new WatchedQueue(queue(discord));
      try (var bots = Processes.start(discord, 2, 1, queue, queue)) {
        Await.until(() -> bots.one.isConnected(1) || bots.other.isConnected(1));
        long lost = queue.order().getFirst();
        assertEquals(
            List.of(lost + " identified", (1 - lost) + " answered identified"), queue.story());
        queue.assertSpaced(1, INTERVAL);
        assertEquals(List.of(), log.lines());
      }
    }
  }

  @Test
  void connectionIsLost_beforeIdentify_costsNoStart() {
    try (FakeDiscord discord = discord().start()) {
      LargeBotQueue large = queue(discord);
      var queue = new WatchedQueue(large);
      queue.stall();
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        Await.until(() -> queue.starts() == 1);
        discord.dropSockets();
        Await.until(() -> discord.openSockets() == 0);
        Await.until(() -> discord.openSockets() == 1); // Discord4J resumes at first, for op 9
        queue.goOn();
        bot.awaitConnected(1);
        assertEquals(List.of("0 cancelled", "0 answered identified"), queue.story());
        assertEquals(1, discord.score().identifies());
        assertEquals(999, large.limit().orElseThrow().remaining());
      }
    }
  }

  @Test
  void logout_whileItsStartIsHeld_costsNoStart() {
    try (FakeDiscord discord = discord().start()) {
      LargeBotQueue large = queue(discord);
      var queue = new WatchedQueue(large);
      queue.stall();
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        Await.until(() -> queue.starts() == 1);
        assertFalse(bot.isConnected(1));
      }
      queue.goOn();
      Await.until(() -> queue.story().equals(List.of("0 cancelled")));
      assertEquals(0, discord.score().identifies());
      assertEquals(1000, large.limit().orElseThrow().remaining());
    }
  }

  @Test
  void invalidSession_nextStartIsAnIntervalAfterIt() {
    try (FakeDiscord discord = discord().start()) {
      discord.faults().invalidateIdentifies(1);
      var queue = new WatchedQueue(queue(discord));
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        bot.awaitConnected(1);
        assertEquals(List.of("0 closed identified", "0 answered identified"), queue.story());
        queue.assertSpaced(1, INTERVAL);
        assertEquals(1, discord.score().count(Verdict.INVALIDATED));
      }
    }
  }

  @Test
  void resume_asksAndTellsTheQueueNothing() {
    try (FakeDiscord discord = discord().start()) {
      var queue = new WatchedQueue(queue(discord));
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        bot.awaitConnected(1);
        long answeredNanos = queue.start(0).nanos("answered");
        discord.dropSockets();
        Await.until(() -> discord.score().resumes() == 1);
        Await.until(() -> queue.story().equals(List.of("0 answered closed identified")));
        assertEquals(answeredNanos, queue.start(0).nanos("answered"));
      }
    }
  }

  @Test
  void twoProcesses_startAndStorm_keepTheSpacing() {
    int shards = 8;
    int buckets = 4;
    try (FakeDiscord discord = late(discord().maxConcurrency(buckets), INTERVAL)) {
      var queue = new WatchedQueue(queue(discord));
      try (var bots = Processes.start(discord, shards, buckets, queue, queue)) {
        bots.one.awaitConnected(4);
        bots.other.awaitConnected(4);
        discord.forgetSessions();
        discord.dropSockets();
        awaitAccepted(discord, 2 * shards);
        queue.assertSpaced(buckets, INTERVAL);
        assertEquals(2 * shards, discord.score().identifies());
      }
    }
  }

  @Test
  @Thorough("At the real interval, for half a minute; late HELLOs are on every build.")
  void lateHellos_atTheRealInterval_noneIsTooEarly() throws Exception {
    try (FakeDiscord discord =
        late(FakeDiscord.builder().shards(12).maxConcurrency(4), Duration.ofSeconds(3))) {
      LargeBotQueue queue = LargeBotQueue.builder(limits(discord)).buildAndRead();
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        bot.awaitConnected(12);
        assertEquals(12, discord.score().identifies());
        assertTrue(discord.score().isClean(), () -> "" + discord.identifies());
      }
    }
  }

  @Test
  @Thorough("At the real interval, for a minute; two processes on one queue are on every build.")
  void twoProcessesOverABroker_startAndStormWithLateHellos_noneIsTooEarly() throws Exception {
    try (FakeDiscord discord =
            late(FakeDiscord.builder().maxConcurrency(8), Duration.ofSeconds(3));
        Broker broker =
            Broker.builder()
                .port(0)
                .discordToken(FakeDiscord.DEFAULT_TOKEN)
                .discordApi(discord.restUri())
                .start();
        HttpQueue one = HttpQueue.of(broker.uri());
        HttpQueue other = HttpQueue.of(broker.uri())) {
      endure(discord, one, other);
    }
  }

  @Test
  @Thorough("At the real interval, for a minute; two processes on one queue are on every build.")
  void twoProcessesOverRedis_startAndStormWithLateHellos_noneIsTooEarly() throws Exception {
    try (var redis = new EmbeddedRedis();
        FakeDiscord discord = late(FakeDiscord.builder().maxConcurrency(8), Duration.ofSeconds(3));
        RedisQueue one = RedisQueue.builder(redis.uri()).limits(limits(discord)).build();
        RedisQueue other = RedisQueue.builder(redis.uri()).limits(limits(discord)).build()) {
      endure(discord, one, other);
    }
  }

  private static void endure(FakeDiscord discord, GatewayQueue ones, GatewayQueue others) {
    try (var bots = Processes.start(discord, 16, 8, ones, others)) {
      bots.one.awaitConnected(8);
      bots.other.awaitConnected(8);
      discord.forgetSessions();
      discord.dropSockets();
      awaitAccepted(discord, 32);
      assertEquals(32, discord.score().identifies());
    }
  }
}
