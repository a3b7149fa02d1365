package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.large.LargeBotQueueSnapshot;
import io.github.gatewayqueue.local.engine.BucketState;
import io.github.gatewayqueue.local.engine.Buckets;
import io.github.gatewayqueue.local.engine.StartBudget;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One bucket and no budget, for a broker that has no Discord token. */
final class LocalBrokerQueue implements BrokerQueue {
  private final Buckets bucket;
  private final CompletableFuture<GatewayQueueException> refused = new CompletableFuture<>();

  LocalBrokerQueue(Settings settings) {
    this(settings, StartBudget.UNLIMITED);
  }

  LocalBrokerQueue(Settings settings, StartBudget budget) {
    bucket = new Buckets(settings.interval(), settings.startDelay(), 1, budget);
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    bucket.request(id, total);
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
    return new LargeBotQueueSnapshot(
        List.of(new LargeBotQueueSnapshot.Bucket(state.waiting(), last, next, List.of())),
        Optional.empty());
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
  public @Nullable String whyNotReady() {
    return null;
  }

  @Override
  public CompletionStage<GatewayQueueException> refused() {
    return refused;
  }

  @Override
  public void close() {}
}
