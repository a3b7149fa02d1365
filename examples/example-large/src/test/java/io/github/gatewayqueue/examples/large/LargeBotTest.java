package io.github.gatewayqueue.examples.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimits;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.RestFault;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.large.LargeBotQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A large bot against a Discord that enforces the rules, with real sockets on loopback. */
class LargeBotTest {
  private static final String TOKEN = FakeDiscord.DEFAULT_TOKEN;

  /** Discord's interval is much shorter, since the network's jitter on a busy machine is not. */
  private static final Duration INTERVAL = Duration.ofMillis(400);

  private static FakeDiscord.Builder discord() {
    return FakeDiscord.builder().identifyInterval(Duration.ofMillis(20)).maxConcurrency(16);
  }

  private static SessionStartLimitSource source(FakeDiscord discord) {
    return DiscordSessionStartLimits.builder(TOKEN).baseUrl(discord.restUri()).build();
  }

  private static void start(FakeDiscord discord, LargeBotQueue queue, int shards) throws Exception {
    new Bot(discord.gatewayUri(), TOKEN, queue, shards, shard -> {}).start();
  }

  @Test
  void start_64ShardsIn16BucketsAtTheRealInterval_comeUpInFourRoundsWithoutAViolation()
      throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(16).shards(64).start()) {
      start(discord, new LargeBotQueue(source(discord)), 64);
      assertClean(discord.score(), 64);
      // four in each bucket, so that with the spacing of 5 s that was enforced there were four
      // rounds
      discord.identifies().stream()
          .collect(Collectors.groupingBy(Identify::bucket, Collectors.counting()))
          .forEach((bucket, starts) -> assertEquals(4, starts, "bucket " + bucket));
      assertEquals(16, discord.score().smallestGaps().size());
    }
  }

  @Test
  void start_fewerStartsLeftThanShards_restComesUpAfterTheReset() throws Exception {
    Duration resetAfter = Duration.ofSeconds(3);
    try (FakeDiscord discord = discord().remaining(25).resetAfter(resetAfter).start()) {
      LargeBotQueue queue =
          LargeBotQueue.builder(source(discord)).interval(INTERVAL).reserve(0).build();
      start(discord, queue, 60);
      assertEquals(60, discord.score().count(Verdict.ACCEPTED), () -> "" + discord.score());
      assertEquals(0, discord.score().violations());
      assertEquals(25, startsBefore(discord, resetAfter));
      assertTrue(discord.score().limitHit()); // with a reserve of 0, as was asked for
    }
  }

  @Test
  void start_reserve_isLeftUntouched() throws Exception {
    Duration resetAfter = Duration.ofSeconds(3);
    try (FakeDiscord discord =
        discord().strictLimit(true).remaining(25).resetAfter(resetAfter).start()) {
      LargeBotQueue queue =
          LargeBotQueue.builder(source(discord)).interval(INTERVAL).reserve(5).build();
      start(discord, queue, 40);
      assertClean(discord.score(), 40);
      assertEquals(20, startsBefore(discord, resetAfter));
    }
  }

  @Test
  void start_limitCanNotBeReadAfterTheReset_nothingGoesUntilItCan() throws Exception {
    Duration resetAfter = Duration.ofSeconds(3);
    try (FakeDiscord discord = discord().remaining(10).resetAfter(resetAfter).start()) {
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
      discord.faults().failRest(RestFault.status(503), 2);
      start(discord, queue, 20);
      assertClean(discord.score(), 20);
      assertEquals(4, discord.score().limitRequests());
      List<Identify> identifies = discord.identifies();
      assertTrue(identifies.get(8).sinceStart().compareTo(resetAfter) < 0, () -> "" + identifies);
      assertTrue(identifies.get(9).nanoTime() - readAgain.getFirst() > 0, () -> "" + identifies);
    }
  }

  @Test
  void update_readingsWhileStartsAreInFlight_neverGoOverTheBudget() throws Exception {
    Duration resetAfter = Duration.ofSeconds(30);
    try (FakeDiscord discord =
            discord().strictLimit(true).total(60).remaining(30).resetAfter(resetAfter).start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      SessionStartLimitSource limits = source(discord);
      LargeBotQueue queue = LargeBotQueue.builder(limits).interval(INTERVAL).build();
      Future<Void> started =
          threads.submit(() -> {
            start(discord, queue, 40);
            return null;
          });
      Awaitility.await()
          .pollInterval(Duration.ofMillis(50))
          .atMost(Duration.ofMinutes(5))
          .until(() -> {
            queue.update(limits.fetch());
            return discord.score().count(Verdict.ACCEPTED) >= 20;
          });
      started.get(); // the rest needs the subtracted starts back, or the reset
      assertClean(discord.score(), 40);
      assertTrue(startsBefore(discord, resetAfter) <= 29);
    }
  }

  private static void assertClean(Score score, int accepted) {
    assertTrue(score.isClean(), () -> "" + score);
    assertEquals(accepted, score.count(Verdict.ACCEPTED), () -> "" + score);
    assertEquals(accepted, score.identifies(), () -> "" + score);
  }

  private static long startsBefore(FakeDiscord discord, Duration moment) {
    List<Identify> identifies = discord.identifies();
    return identifies.stream()
        .filter(identify -> identify.sinceStart().compareTo(moment) < 0)
        .count();
  }
}
