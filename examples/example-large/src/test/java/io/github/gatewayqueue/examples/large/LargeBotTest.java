package io.github.gatewayqueue.examples.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.RestFault;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** A large bot against a Discord that enforces the rules, with real sockets on loopback. */
class LargeBotTest {
  private static final String TOKEN = FakeDiscord.DEFAULT_TOKEN;

  /** Discord does not judge how far apart IDENTIFYs arrive: a busy machine may read two at once. */
  private static final Duration INTERVAL = Duration.ofMillis(400);

  private static FakeDiscord.Builder discord() {
    return FakeDiscord.builder().identifyInterval(Duration.ofNanos(1)).maxConcurrency(16);
  }

  private static SessionStartLimitSource source(FakeDiscord discord) {
    return DiscordSessionStartLimitSource.builder(TOKEN).baseUrl(discord.restUri()).build();
  }

  /** Starts a bot; what is returned waits for its end. */
  private static Future<Void> start(FakeDiscord discord, LargeBotQueue queue, int shards) {
    Bot bot = new Bot(discord.gatewayUri(), TOKEN, queue, shards, shard -> {});
    FutureTask<Void> task =
        new FutureTask<>(() -> {
          bot.start();
          return null;
        });
    Thread.startVirtualThread(task);
    return task;
  }

  /** Waits until so many shards have identified and all others are in line, and no more have. */
  private static void awaitIdentified(
      FakeDiscord discord, LargeBotQueue queue, int identified, int shards) {
    await()
        .until(() -> {
          int identifies = discord.identifies().size(); // first, so that no shard is counted twice
          return identifies >= identified && identifies + queue.waiting() >= shards;
        });
    assertEquals(identified, discord.identifies().size(), () -> "" + discord.score());
    assertEquals(shards - identified, queue.waiting());
  }

  private static ConditionFactory await() {
    return Awaitility.with()
        .pollInterval(Duration.ofMillis(50))
        .await()
        .atMost(Duration.ofMinutes(5));
  }

  /** Has the limit reset soon, tells the queue so, and returns the moment. */
  private static long resetSoon(FakeDiscord discord, LargeBotQueue queue) {
    Duration soon = Duration.ofMillis(500);
    long resetNanos = System.nanoTime() + soon.toNanos();
    discord.setResetAfter(soon);
    SessionStartLimit limit = queue.limit().orElseThrow();
    queue.update(
        new SessionStartLimit(limit.total(), limit.remaining(), soon, limit.maxConcurrency()));
    return resetNanos;
  }

  /**
   * Fails if any IDENTIFY came before as many times as Discord's own part of the interval had
   * passed as its bucket had before it: READY may have come at once.
   */
  private static void assertPaced(long beginNanos, FakeDiscord discord) {
    Map<Integer, Integer> before = new HashMap<>();
    for (Identify identify : discord.identifies()) {
      int intervals = before.merge(identify.bucket(), 1, Integer::sum) - 1;
      assertTrue(
          identify.nanoTime() - beginNanos >= intervals * INTERVAL.toNanos() * 5 / 6,
          () -> "" + discord.identifies());
    }
  }

  /** Fails unless just so many shards identified before the moment. */
  private static void assertIdentifiedBefore(long nanos, int expected, FakeDiscord discord) {
    List<Identify> identifies = discord.identifies();
    long count = identifies.stream().filter(identify -> identify.nanoTime() - nanos < 0).count();
    assertEquals(expected, count, () -> "" + identifies);
  }

  @Test
  @Thorough("At the real interval, for 18 s, on a machine that does not stand still for a second.")
  void start_64ShardsIn16BucketsAtTheRealInterval_comeUpInFourRoundsWithoutAViolation()
      throws Exception {
    try (FakeDiscord discord =
        FakeDiscord.builder().maxConcurrency(16).remaining(1).shards(64).start()) {
      SessionStartLimitSource limits = source(discord);
      LargeBotQueue queue = LargeBotQueue.builder(limits).buildAndRead();
      Future<Void> bot = start(discord, queue, 64);
      awaitIdentified(discord, queue, 0, 64); // however long it takes them to connect
      discord.setRemaining(1000);
      queue.update(limits.fetch());
      bot.get();
      assertClean(discord.score(), 64);
      List<Integer> buckets = discord.identifies().stream().map(Identify::bucket).toList();
      for (int round = 0; round < 4; round++) {
        List<Integer> ofRound = buckets.subList(16 * round, 16 * (round + 1));
        assertEquals(16, Set.copyOf(ofRound).size(), () -> "buckets " + buckets);
      }
    }
  }

  @Test
  void start_fewerStartsLeftThanShards_restComesUpAfterTheReset() throws Exception {
    try (FakeDiscord discord = discord().remaining(25).start()) {
      LargeBotQueue queue =
          LargeBotQueue.builder(source(discord)).interval(INTERVAL).reserve(0).build();
      long beginNanos = System.nanoTime();
      Future<Void> bot = start(discord, queue, 60);
      awaitIdentified(discord, queue, 25, 60);
      assertTrue(discord.score().limitHit()); // with a reserve of 0, as was asked for
      long resetNanos = resetSoon(discord, queue);
      bot.get();
      assertPaced(beginNanos, discord);
      assertIdentifiedBefore(resetNanos, 25, discord);
      assertEquals(60, discord.score().count(Verdict.ACCEPTED), () -> "" + discord.score());
      assertEquals(0, discord.score().violations());
    }
  }

  @Test
  void start_reserve_isLeftUntouched() throws Exception {
    try (FakeDiscord discord = discord().strictLimit(true).remaining(25).start()) {
      LargeBotQueue queue =
          LargeBotQueue.builder(source(discord)).interval(INTERVAL).reserve(5).build();
      long beginNanos = System.nanoTime();
      Future<Void> bot = start(discord, queue, 40);
      awaitIdentified(discord, queue, 20, 40);
      long resetNanos = resetSoon(discord, queue);
      bot.get();
      assertPaced(beginNanos, discord);
      assertIdentifiedBefore(resetNanos, 20, discord);
      assertClean(discord.score(), 40);
    }
  }

  @Test
  void start_limitCanNotBeReadAfterTheReset_nothingGoesUntilItCan() throws Exception {
    try (FakeDiscord discord = discord().remaining(10).start()) {
      SessionStartLimitSource rest = source(discord);
      List<Long> readAgain = new CopyOnWriteArrayList<>();
      SessionStartLimitSource limits =
          () -> {
            SessionStartLimit limit = rest.fetch();
            readAgain.add(System.nanoTime());
            return limit;
          };
      LargeBotQueue queue =
          LargeBotQueue.builder(limits).interval(INTERVAL).initialLimit(rest.fetch()).build();
      Future<Void> bot = start(discord, queue, 20);
      awaitIdentified(discord, queue, 9, 20);
      discord.faults().failRest(RestFault.status(503), 2);
      resetSoon(discord, queue);
      bot.get();
      // Those before the reset find none left, as often as the limit is read meanwhile.
      assertIdentifiedBefore(readAgain.getLast(), 9, discord);
      assertEquals(1 + 2 + readAgain.size(), discord.score().limitRequests());
      assertClean(discord.score(), 20);
    }
  }

  @Test
  @Thorough("Takes eleven seconds; BudgetTest decides it in virtual time on every build.")
  void update_readingsWhileStartsAreInFlight_neverGoOverTheBudget() throws Exception {
    try (FakeDiscord discord = discord().strictLimit(true).total(60).remaining(30).start()) {
      SessionStartLimitSource limits = source(discord);
      LargeBotQueue queue = LargeBotQueue.builder(limits).interval(INTERVAL).build();
      Future<Void> bot = start(discord, queue, 40);
      await()
          .until(() -> {
            queue.update(limits.fetch());
            return discord.score().count(Verdict.ACCEPTED) >= 20;
          });
      awaitIdentified(discord, queue, 29, 40); // those that were subtracted are had back
      long resetNanos = resetSoon(discord, queue);
      bot.get();
      assertIdentifiedBefore(resetNanos, 29, discord);
      assertClean(discord.score(), 40);
    }
  }

  private static void assertClean(Score score, int accepted) {
    assertTrue(score.isClean(), () -> "" + score);
    assertEquals(accepted, score.count(Verdict.ACCEPTED), () -> "" + score);
    assertEquals(accepted, score.identifies(), () -> "" + score);
  }
}
