package io.github.gatewayqueue.local.engine;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.SessionStart;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Buckets without spacing, whose starts are granted one by one: a semaphore whose heads wait until
 * somebody grants. Each charge checks that it goes to the head of an orderly line.
 */
final class Engine implements StartBudget {
  /**
   * How long a head waits that was not woken. Lincheck knows no timeouts: a head that it leaves
   * unwoken waits for ever.
   */
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final VarHandle BUCKETS = bucketsField();

  final Buckets buckets;

  private final AtomicInteger grants = new AtomicInteger();
  private final AtomicInteger charges = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();

  Engine(int count) {
    buckets = new Buckets(Duration.ofNanos(1), Duration.ZERO, count, this);
    BUCKETS.setVolatile(buckets, withoutSpacing(count));
  }

  private static VarHandle bucketsField() {
    try {
      return MethodHandles.privateLookupIn(Buckets.class, MethodHandles.lookup())
          .findVarHandle(Buckets.class, "buckets", Bucket[].class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("Buckets has no field of its buckets", e);
    }
  }

  /**
   * The clock stands still under Lincheck, so even the shortest interval that the constructor of
   * {@link Buckets} takes would never pass.
   */
  private Bucket[] withoutSpacing(int count) {
    Bucket[] made = new Bucket[count];
    Arrays.setAll(made, i -> new Bucket(i, new Line(0, this, System.nanoTime())));
    return made;
  }

  /** Returns a start that is held, for longer than anybody waits. */
  SessionStart hold(long shard) {
    grants.incrementAndGet();
    try {
      return buckets.acquire(shard, Long.MAX_VALUE, Duration.ofHours(1));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Lets the next heads go, whichever buckets they are in. */
  void grant(int starts) {
    grants.addAndGet(starts);
    buckets.wakeHeads();
  }

  int granted() {
    return grants.get();
  }

  int charged() {
    return charges.get();
  }

  /** Returns how often a head was told to wait: once as it joined, and once more as it waits. */
  int refused() {
    return refusals.get();
  }

  /** Tells whether nobody is in line, neither by the count nor in the lines themselves. */
  boolean isEmpty() {
    return buckets.waiting() == 0
        && Arrays.stream(current()).allMatch(bucket -> bucket.line.head() == null);
  }

  private Bucket[] current() {
    return (Bucket[]) BUCKETS.getVolatile(buckets);
  }

  @Override
  public long tryCharge(long nowNanos, long holdNanos) {
    for (int left = grants.get(); left > 0; left = grants.get()) {
      if (grants.compareAndSet(left, left - 1)) {
        charges.incrementAndGet();
        checkLine();
        return 0;
      }
    }
    refusals.incrementAndGet();
    return PATIENCE_NANOS;
  }

  private void checkLine() {
    Waiter head = requireNonNull(lockedBucket().line.head());
    if (head.thread != Thread.currentThread()) {
      throw new AssertionError("charged by " + Thread.currentThread() + ", not by the head");
    }
    for (Waiter waiter = head; waiter != null; waiter = waiter.next) {
      @Nullable Waiter behind = waiter.next;
      if (behind != null && behind.arrival <= waiter.arrival) {
        throw new AssertionError(behind.arrival + " stands behind " + waiter.arrival);
      }
    }
  }

  private Bucket lockedBucket() {
    for (Bucket bucket : current()) {
      if (bucket.lock.isHeldByCurrentThread()) {
        return bucket;
      }
    }
    throw new AssertionError("charged without the lock of a bucket");
  }
}
