package io.github.gatewayqueue.discord4j;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import discord4j.core.shard.LocalShardCoordinator;
import discord4j.core.shard.ShardCoordinator;
import discord4j.gateway.ShardInfo;
import discord4j.gateway.limiter.PayloadTransformer;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.testsupport.Await;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

/**
 * Beside Discord4J's own coordinator, at Discord's pace and at the same time: a start, and a storm
 * after which no session can be resumed. Prints what it saw, and asks nothing of the other one.
 */
@EnabledIfSystemProperty(
    named = "comparison",
    matches = "long",
    disabledReason = "it goes at Discord's pace, which takes minutes")
class ComparisonTest {
  @ParameterizedTest
  @CsvSource({"32, 16", "12, 1"})
  void startAndStorm_besideDiscord4JsOwn_breaksNoRule(int shards, int buckets) throws Exception {
    try (FakeDiscord ours = discord(shards, buckets);
        FakeDiscord theirs = discord(shards, buckets)) {
      var limits =
          DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
              .baseUrl(ours.restUri())
              .build();
      var queued =
          new NotingCoordinator(
              new QueueShardCoordinator(LargeBotQueue.builder(limits).buildAndRead()));
      var local = new NotingCoordinator(LocalShardCoordinator.create());
      long startNanos = System.nanoTime();
      try (Bot ourBot = new Bot(ours, queued);
          Bot theirBot = new Bot(theirs, local)) {
        awaitAccepted(ours, theirs, shards);
        report("start", shards, buckets, startNanos, ours, theirs, queued, local);
        ourBot.awaitConnected(shards);
        theirBot.awaitConnected(shards);
        long stormNanos = System.nanoTime();
        for (FakeDiscord discord : List.of(ours, theirs)) {
          discord.forgetSessions();
          discord.dropSockets();
        }
        awaitAccepted(ours, theirs, 2 * shards);
        report("start and storm", shards, buckets, stormNanos, ours, theirs, queued, local);
      }
      assertEquals(0, ours.score().violations(), () -> ours.score().toString());
    }
  }

  @Test
  void start_moreShardsThanStartsAreLeft_besideDiscord4JsOwn_keepsTheToken() throws Exception {
    var few = FakeDiscord.builder().shards(16).maxConcurrency(16).remaining(10);
    try (FakeDiscord ours = few.start();
        FakeDiscord theirs = few.start()) {
      var limits =
          DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
              .baseUrl(ours.restUri())
              .build();
      try (Bot ourBot =
              new Bot(
                  ours, new QueueShardCoordinator(LargeBotQueue.builder(limits).buildAndRead()));
          Bot theirBot = new Bot(theirs, LocalShardCoordinator.create())) {
        ourBot.awaitConnected(9);
        Await.until(() -> theirs.score().tokenReset());
        System.out.printf("10 starts left, 16 shards%n");
        System.out.printf("  QueueShardCoordinator: %s, %s%n", ourBot.failure(), ours.score());
        System.out.printf("  LocalShardCoordinator: %s, %s%n", theirBot.failure(), theirs.score());
      }
      assertFalse(ours.score().limitHit());
    }
  }

  private static FakeDiscord discord(int shards, int buckets) {
    return FakeDiscord.builder().shards(shards).maxConcurrency(buckets).start();
  }

  private static void awaitAccepted(FakeDiscord ours, FakeDiscord theirs, int sessions) {
    for (FakeDiscord discord : List.of(ours, theirs)) {
      Await.until(() -> discord.score().count(Verdict.ACCEPTED) >= sessions);
    }
  }

  private static void report(
      String phase,
      int shards,
      int buckets,
      long sinceNanos,
      FakeDiscord ours,
      FakeDiscord theirs,
      NotingCoordinator queued,
      NotingCoordinator local) {
    System.out.printf("%s, %s shards, max_concurrency %s%n", phase, shards, buckets);
    report("QueueShardCoordinator", sinceNanos, ours, queued, buckets);
    report("LocalShardCoordinator", sinceNanos, theirs, local, buckets);
  }

  private static void report(
      String name,
      long sinceNanos,
      FakeDiscord discord,
      NotingCoordinator coordinator,
      int buckets) {
    List<Identify> all = discord.identifies();
    System.out.printf(
        Locale.ROOT,
        "  %s: last IDENTIFY after %.1f s, %s too early of %s, %s out of order%n",
        name,
        (all.getLast().nanoTime() - sinceNanos) / 1e9,
        discord.score().count(Verdict.TOO_EARLY),
        all.size(),
        outOfOrder(
            coordinator.arrived, all.stream().map(i -> (int) i.shardId()).toList(), buckets));
  }

  /** How many IDENTIFYs are not at the place in their bucket at which they came for release. */
  private static int outOfOrder(List<Integer> arrived, List<Integer> identified, int buckets) {
    Map<Integer, List<Integer>> expected = byBucket(arrived, buckets);
    Map<Integer, List<Integer>> actual = byBucket(identified, buckets);
    int wrong = 0;
    for (var bucket : actual.entrySet()) {
      List<Integer> inOrder = expected.getOrDefault(bucket.getKey(), List.of());
      for (int i = 0; i < bucket.getValue().size() && i < inOrder.size(); i++) {
        wrong += bucket.getValue().get(i).equals(inOrder.get(i)) ? 0 : 1;
      }
    }
    return wrong;
  }

  private static Map<Integer, List<Integer>> byBucket(List<Integer> shards, int buckets) {
    return shards.stream()
        .collect(groupingBy(shard -> shard % buckets, mapping(shard -> shard, toList())));
  }

  /** Notes in which order IDENTIFYs come for their release. */
  private static final class NotingCoordinator implements ForwardingCoordinator {
    final List<Integer> arrived = new CopyOnWriteArrayList<>();
    private final ShardCoordinator coordinator;

    NotingCoordinator(ShardCoordinator coordinator) {
      this.coordinator = coordinator;
    }

    @Override
    public ShardCoordinator coordinator() {
      return coordinator;
    }

    @Override
    public PayloadTransformer getIdentifyLimiter(ShardInfo shard, int maxConcurrency) {
      PayloadTransformer limiter = coordinator.getIdentifyLimiter(shard, maxConcurrency);
      return payloads ->
          limiter.apply(Flux.from(payloads).doOnNext(payload -> arrived.add(shard.getIndex())));
    }
  }
}
