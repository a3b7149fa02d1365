package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.large.LargeBotQueueSnapshot;
import io.github.gatewayqueue.local.engine.BucketState;
import io.github.gatewayqueue.local.engine.Buckets;
import io.github.gatewayqueue.local.engine.StartBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One bucket and no budget, for a broker that has no Discord token. */
public final class LocalBrokerQueue implements BrokerQueue {
  private final Buckets bucket;
  private final CompletableFuture<GatewayQueueException> refused = new CompletableFuture<>();

  LocalBrokerQueue(QueueSettings settings) {
    this(settings, StartBudget.UNLIMITED);
  }

  public LocalBrokerQueue(QueueSettings settings, StartBudget budget) {
    bucket = new Buckets(settings.interval(), settings.startDelay(), 1, budget);
  }

  @Override
  public SessionStart acquire(long id, long total, Duration holdTimeout)
      throws InterruptedException {
    return bucket.acquire(id, total, holdTimeout);
  }

  @Override
  public String kind() {
    return "local";
  }

  @Override
  public int buckets() {
    return 1;
  }

  @Override
  public List<? extends List<? extends @Nullable Thread>> lines() {
    return bucket.lines();
  }

  @Override
  public LargeBotQueueSnapshot snapshot() {
    BucketState state = bucket.states().getFirst();
    long nowNanos = System.nanoTime();
    Instant now = Instant.now();
    Instant last =
        state.lastReleaseNanos().isPresent()
            ? now.plusNanos(state.lastReleaseNanos().getAsLong() - nowNanos)
            : null;
    Instant next = now.plusNanos(Math.max(0, state.notBeforeNanos() - nowNanos));
    List<LargeBotQueueSnapshot.Hold> holds =
        state.held().stream()
            .map(held ->
                new LargeBotQueueSnapshot.Hold(
                    held.shard(), now.plusNanos(held.sinceNanos() - nowNanos)))
            .toList();
    return new LargeBotQueueSnapshot(
        List.of(new LargeBotQueueSnapshot.Bucket(state.waiting(), last, next, holds)),
        Optional.empty(),
        0,
        List.of());
  }

  @Override
  public List<String> problems() {
    return List.of();
  }

  @Override
  public long failedReadings() {
    return 0;
  }

  @Override
  public @Nullable NotReady whyNotReady() {
    return null;
  }

  @Override
  public CompletionStage<GatewayQueueException> refused() {
    return refused;
  }

  @Override
  public void close() {}
}
