package io.github.gatewayqueue.local.engine;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Buckets without spacing, whose starts are granted one by one: a semaphore whose heads wait until
 * somebody grants. Each charge checks that it goes to the head of an orderly line, and that no
 * start is held.
 */
final class Engine implements StartBudget {
  /**
   * How long a head waits that was not woken. Lincheck knows no timeouts: a head that it leaves
   * unwoken waits for ever.
   */
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** For how long starts are held: longer than anybody waits. */
  private static final Duration HOLD = Duration.ofHours(1);

  private static final VarHandle BUCKETS = bucketsField();
  private static final Field INTERVAL = intervalField();

  final Buckets buckets;

  private final AtomicInteger grants = new AtomicInteger();
  private final AtomicInteger charges = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger used = new AtomicInteger();
  private final AtomicInteger takenBack = new AtomicInteger();

  /** Starts that are held and of which nobody has begun to say anything. */
  private final AtomicInteger held = new AtomicInteger();

  Engine(int count) {
    buckets = new Buckets(Duration.ofNanos(1), Duration.ZERO, count, this);
    withoutInterval();
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

  private static Field intervalField() {
    try {
      Field field = Buckets.class.getDeclaredField("intervalNanos");
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("Buckets has no field of its interval", e);
    }
  }

  /** As for the lines: what is said of a start would put the next one off for ever. */
  private void withoutInterval() {
    try {
      INTERVAL.setLong(buckets, 0);
    } catch (IllegalAccessException e) {
      throw new LinkageError("the interval cannot be set", e);
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

  /** Grants a start and acquires it. */
  Held hold(long shard) {
    grants.incrementAndGet();
    try {
      return acquire(shard);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for a start, which is held. */
  Held acquire(long shard) throws InterruptedException {
    return new Held(this, buckets.acquire(shard, Long.MAX_VALUE, HOLD), holdOf(shard));
  }

  /** Returns what the line of a shard waits for, which is the start that it was just given. */
  private Hold holdOf(long shard) {
    Bucket[] current = current();
    Bucket bucket = current[(int) (shard % current.length)];
    bucket.lock.lock();
    try {
      return bucket.line.holds().getFirst();
    } finally {
      bucket.lock.unlock();
    }
  }

  /** Takes note that something is about to be said of a start: the next one may go from now on. */
  void noLongerHeld() {
    held.decrementAndGet();
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

  /** Returns how many starts that were held are used. */
  int used() {
    return used.get();
  }

  int takenBack() {
    return takenBack.get();
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
        if (held.get() > 0) {
          throw new AssertionError("charged while a start is held");
        }
        if (holdNanos > 0) {
          held.incrementAndGet();
        }
        return 0;
      }
    }
    refusals.incrementAndGet();
    return PATIENCE_NANOS;
  }

  @Override
  public void used(long chargedNanos, long holdNanos, long usedNanos) {
    used.incrementAndGet();
  }

  @Override
  public void takeBack(long chargedNanos, long holdNanos) {
    takenBack.incrementAndGet();
    grants.incrementAndGet();
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
