package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.local.engine.BucketState;
import io.github.gatewayqueue.local.engine.Buckets;
import io.github.gatewayqueue.local.engine.StartBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One bucket and no budget, for a broker without a Discord token. */
public final class LocalBrokerQueue implements BrokerQueue {
  private final Buckets bucket;
  private final LimitReadings readings;

  LocalBrokerQueue(QueueSettings settings) {
    this(settings, StartBudget.UNLIMITED);
  }

  public LocalBrokerQueue(QueueSettings settings, StartBudget budget) {
    readings = new LimitReadings(settings);
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
  public QueueSnapshot snapshot() {
    BucketState state = bucket.states().getFirst();
    long nowNanos = System.nanoTime();
    Instant now = Instant.now();
    Instant next = now.plusNanos(Math.max(0, state.notBeforeNanos() - nowNanos));
    return new QueueSnapshot(
        List.of(state.show(now, nowNanos, next)), Optional.empty(), 0, List.of());
  }

  @Override
  public LimitReadings readings() {
    return readings;
  }
}
