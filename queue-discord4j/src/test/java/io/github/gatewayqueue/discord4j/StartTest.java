package io.github.gatewayqueue.discord4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.redis.RedisQueue;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A bot comes up with each of the queues, and comes up again when all its sessions are lost. */
class StartTest {
  private static final int SHARDS = 32;
  private static final int BUCKETS = 16;

  /** What the queues keep where the pace is not Discord's. */
  private static final Duration INTERVAL = Duration.ofMillis(300);

  /** From an answer to the next release: five sixths of the interval. */
  private static final Duration SPACING = Duration.ofMillis(250);

  @Test
  @Thorough("At the real interval, for 20 s, on a machine that does not stand still for a second.")
  void login_largeBotQueueAtDiscordsPace_breaksNoRule() throws IOException, InterruptedException {
    try (FakeDiscord discord = FakeDiscord.builder().shards(32).maxConcurrency(16).start()) {
      startTwice(
          discord,
          SHARDS,
          LargeBotQueue.builder(limits(discord)).buildAndRead(),
          Duration.ofSeconds(5));
    }
  }

  @Test
  void login_localQueue_breaksNoRule() {
    try (FakeDiscord discord = quickDiscord(4, 1)) {
      startTwice(discord, 4, new LocalQueue(INTERVAL), SPACING);
    }
  }

  @Test
  @Thorough("Each queue has tests of its own; LocalQueue stands for all here.")
  void login_httpQueue_breaksNoRule() throws Exception {
    try (FakeDiscord discord = quickDiscord(SHARDS, BUCKETS);
        Broker broker =
            Broker.builder()
                .port(0)
                .startDelay(Duration.ZERO)
                .interval(INTERVAL)
                .discordToken(FakeDiscord.DEFAULT_TOKEN)
                .discordApi(discord.restUri())
                .start();
        HttpQueue queue = HttpQueue.of(broker.uri())) {
      startTwice(discord, SHARDS, queue, SPACING);
    }
  }

  @Test
  @Thorough("Each queue has tests of its own; LocalQueue stands for all here.")
  void login_redisQueue_breaksNoRule() throws IOException {
    try (var redis = new EmbeddedRedis();
        FakeDiscord discord = quickDiscord(SHARDS, BUCKETS);
        RedisQueue queue =
            RedisQueue.builder(redis.uri())
                .interval(INTERVAL)
                .startDelay(Duration.ZERO)
                .limits(limits(discord))
                .build()) {
      startTwice(discord, SHARDS, queue, SPACING);
    }
  }

  @Test
  void login_moreShardsThanStartsAreLeft_keepsTheToken() throws Exception {
    try (FakeDiscord discord =
        FakeDiscord.builder().shards(16).maxConcurrency(16).remaining(10).start()) {
      var queue = LargeBotQueue.builder(limits(discord)).buildAndRead();
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        bot.awaitConnected(9);
        Await.until(() -> queue.waiting() == 7);
      }
      Await.until(() -> queue.waiting() == 0);
      assertEquals(9, discord.score().identifies());
      assertFalse(discord.score().limitHit());
    }
  }

  private static void startTwice(
      FakeDiscord discord, int shards, GatewayQueue queue, Duration spacing) {
    long beginNanos = System.nanoTime();
    try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
      bot.awaitConnected(shards);
      List<Identify> start = discord.identifies();
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        List<Long> ids = idsOf(start, bucket);
        assertEquals(ids.stream().sorted().toList(), ids, "bucket " + bucket);
      }
      discord.forgetSessions();
      discord.dropSockets();
      awaitIdentifies(discord, 2 * shards);
    }
    Score score = discord.score();
    assertNoViolations(score);
    assertPaced(discord, beginNanos, spacing);
    assertEquals(2 * shards, score.identifies());
    assertEquals(2 * shards, score.total() - score.remaining());
  }

  /**
   * Fails if any IDENTIFY came sooner than the spacing times as many as its bucket had before it.
   * An IDENTIFY never comes before its release, but may come late, and close to the next one.
   */
  private static void assertPaced(FakeDiscord discord, long beginNanos, Duration spacing) {
    Map<Integer, Integer> before = new HashMap<>();
    for (Identify identify : discord.identifies()) {
      int intervals = before.merge(identify.bucket(), 1, Integer::sum) - 1;
      assertTrue(
          identify.nanoTime() - beginNanos >= spacing.multipliedBy(intervals).toNanos(),
          () -> "" + discord.identifies());
    }
  }

  /** Fails at the first violation: after that, another number may come and not this one. */
  private static void awaitIdentifies(FakeDiscord discord, int identifies) {
    Await.await()
        .failFast(() -> assertNoViolations(discord.score()))
        .until(() -> discord.score().identifies() >= identifies);
  }

  private static void assertNoViolations(Score score) {
    assertEquals(0, score.violations(), score::toString);
  }

  private static List<Long> idsOf(List<Identify> identifies, int bucket) {
    return identifies.stream()
        .filter(identify -> identify.bucket() == bucket)
        .map(Identify::shardId)
        .toList();
  }

  private static DiscordSessionStartLimitSource limits(FakeDiscord discord) {
    return DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
        .baseUrl(discord.restUri())
        .build();
  }

  /** Does not judge how far apart IDENTIFYs arrive: a slow machine may read two at once. */
  private static FakeDiscord quickDiscord(int shards, int maxConcurrency) {
    return FakeDiscord.builder()
        .shards(shards)
        .maxConcurrency(maxConcurrency)
        .identifyInterval(Duration.ofNanos(1))
        .start();
  }
}
