package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.broker.queue.BrokerQueue;
import io.github.gatewayqueue.broker.queue.LimitReadings;
import io.github.gatewayqueue.broker.queue.LocalBrokerQueue;
import io.github.gatewayqueue.broker.queue.NotReady;
import io.github.gatewayqueue.broker.queue.QueueSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A queue that works, but for what a test makes happen when it is looked at or left, and that
 * releases nobody as long as the test says so.
 */
final class OddQueue implements BrokerQueue {
  /** After so long, a request that may not go asks again. */
  private static final long ASK_AGAIN_NANOS = 1_000_000;

  private final BrokerQueue queue;
  private final IntSupplier buckets;

  /** Runs whenever somebody looks at the lines or at how the queue stands. */
  volatile Runnable onLook = () -> {};

  /** What is shown of how the queue stands. */
  volatile UnaryOperator<QueueSnapshot> shown = UnaryOperator.identity();

  /** By which starts buckets are shown as held. */
  private final Map<Integer, List<QueueSnapshot.Hold>> holds = new ConcurrentHashMap<>();

  /** Which shards are shown as held back by the brake, if not those that are. */
  volatile List<QueueSnapshot.Pause> pauses = List.of();

  /** Runs whenever the queue is refreshed. */
  volatile Runnable onRefresh = () -> {};

  volatile boolean refreshed;
  volatile boolean closed;

  /** Whether everybody waits, be it due or not. */
  volatile boolean holding;

  /** What it says that is wrong. */
  volatile List<String> problems = List.of();

  /** Runs whenever a request leaves the line. */
  volatile Runnable onLeave = () -> {};

  /** A queue that says that it has so many buckets. */
  OddQueue(QueueSettings settings, int buckets) {
    queue = new LocalBrokerQueue(settings, (nowNanos, holdNanos) -> holding ? ASK_AGAIN_NANOS : 0);
    this.buckets = () -> buckets;
  }

  /** A queue that is another one but for what a test makes of it. */
  OddQueue(BrokerQueue queue) {
    this.queue = queue;
    this.buckets = queue::buckets;
  }

  @Override
  public SessionStart acquire(long id, long total, Duration holdTimeout)
      throws InterruptedException {
    try {
      return queue.acquire(id, total, holdTimeout);
    } finally {
      onLeave.run();
    }
  }

  @Override
  public void require(int starts) throws IOException, InterruptedException {
    queue.require(starts);
  }

  @Override
  public void refresh() {
    refreshed = true;
    onRefresh.run();
    queue.refresh();
  }

  @Override
  public String kind() {
    return queue.kind();
  }

  @Override
  public int buckets() {
    return buckets.getAsInt();
  }

  @Override
  public List<? extends List<? extends @Nullable Thread>> lines() {
    onLook.run();
    return queue.lines();
  }

  @Override
  public QueueSnapshot snapshot() {
    onLook.run();
    return shown.apply(held(queue.snapshot()));
  }

  /** Has a bucket be shown as held by these. */
  void hold(int bucket, QueueSnapshot.Hold... holds) {
    this.holds.put(bucket, List.of(holds));
  }

  private QueueSnapshot held(QueueSnapshot snapshot) {
    List<QueueSnapshot.Bucket> all = new ArrayList<>(snapshot.buckets());
    holds.forEach((bucket, held) -> {
      QueueSnapshot.Bucket old = all.get(bucket);
      all.set(
          bucket,
          new QueueSnapshot.Bucket(old.waiting(), old.lastRelease(), old.nextRelease(), held));
    });
    List<QueueSnapshot.Pause> paused = pauses.isEmpty() ? snapshot.pauses() : pauses;
    return new QueueSnapshot(all, snapshot.limit(), 0, paused);
  }

  @Override
  public LimitReadings readings() {
    return queue.readings();
  }

  @Override
  public List<String> problems() {
    onLook.run();
    return problems;
  }

  @Override
  public @Nullable NotReady whyNotReady() {
    onLook.run();
    return queue.whyNotReady();
  }

  @Override
  public void close() {
    closed = true;
    queue.close();
  }
}
