package io.github.gatewayqueue.local.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** What holds for requests, and for what is said of a start, that wait for a bucket's lock. */
class BucketLockTest {
  private static final long TOTAL = 16;

  /** A charge: by which thread, and at which moment. */
  private record Charge(Thread thread, long nanos) {}

  /** Releases a number of requests, and keeps one of them under its bucket's lock. */
  private static final class Budget implements StartBudget {
    private final int starts;
    private final int kept;
    private final List<Charge> charges = new CopyOnWriteArrayList<>();
    private final CountDownLatch lockIsHeld = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);

    /** Keeps the first. */
    Budget(int starts) {
      this(starts, 0);
    }

    Budget(int starts, int kept) {
      this.starts = starts;
      this.kept = kept;
    }

    @Override
    public long tryCharge(long nowNanos, long holdNanos) {
      int number = charges.size();
      if (number == starts) {
        return Long.MAX_VALUE;
      }
      charges.add(new Charge(Thread.currentThread(), nowNanos));
      if (number == kept) {
        lockIsHeld.countDown();
        Await.zero(letGo);
      }
      return 0;
    }
  }

  /** A thread that makes requests one after the other. */
  private static final class Requests {
    final Thread thread;
    private final FutureTask<?> task;

    Requests(Buckets buckets, long... ids) {
      task =
          new FutureTask<>(() -> {
            for (long id : ids) {
              buckets.request(id, TOTAL);
            }
            return null;
          });
      thread = Thread.ofPlatform().daemon().start(task);
    }

    /** Waits until the thread stands in the queue of a lock. */
    Requests awaitAtLock() {
      Await.atLock(thread);
      return this;
    }

    /** Waits until all requests were released. */
    void join() throws InterruptedException, ExecutionException {
      task.get();
    }
  }

  /** The lock of a bucket is held under the first of some requests. */
  private static final class Locked {
    final Budget budget;
    final Buckets buckets;
    final Requests first;

    Locked(int count, int starts, long... ids) {
      budget = new Budget(starts);
      buckets = new Buckets(Duration.ofNanos(1), Duration.ZERO, count, budget);
      first = new Requests(buckets, ids);
      Await.zero(budget.lockIsHeld);
    }

    /** Lets the first one go on, and waits until its thread has made all of its requests. */
    void letGo() throws InterruptedException, ExecutionException {
      budget.letGo.countDown();
      first.join();
    }
  }

  /** Or the interval behind it would begin before it was released. */
  @Test
  void request_waitedForTheLock_isReleasedAtAMomentAfterThat() throws Exception {
    Locked locked = new Locked(1, 2, 0);
    Requests second = new Requests(locked.buckets, 0).awaitAtLock();
    long lockedNanos = System.nanoTime();
    locked.letGo();
    second.join();
    Charge charge = locked.budget.charges.get(1);
    assertEquals(second.thread, charge.thread);
    assertTrue(charge.nanos - lockedNanos >= 0, "before it had the lock");
  }

  /** The one that leaves the line finds the lock free, and the other one has yet to wake up. */
  @Test
  void request_madeByTheOneThatWasJustReleased_doesNotOvertakeWhoWaitsForTheLock()
      throws Exception {
    for (int round = 0; round < 100; round++) {
      Locked locked = new Locked(1, 3, 0, 0);
      Requests second = new Requests(locked.buckets, 0).awaitAtLock();
      locked.letGo();
      second.join();
      assertEquals(
          List.of(locked.first.thread, second.thread, locked.first.thread),
          locked.budget.charges.stream().map(Charge::thread).toList());
    }
  }

  /** Arrival is when a request joins its line, not when it comes to the lock. */
  @Test
  void resize_oneWaitedForTheLockWhileAnotherJoined_standsBehindThat() throws Exception {
    Locked locked = new Locked(2, 1, 0);
    Buckets buckets = locked.buckets;
    Requests late = new Requests(buckets, 2).awaitAtLock();
    Requests early = new Requests(buckets, 1);
    Await.until(() -> buckets.waiting() == 2); // the first one is not released yet
    locked.letGo();
    Await.until(() -> buckets.waiting() == 2);
    buckets.resize(1);
    assertEquals(List.of(List.of(early.thread, late.thread)), buckets.lines());
    for (Requests waiting : List.of(early, late)) {
      waiting.thread.interrupt();
      waiting.thread.join();
    }
  }

  /**
   * The hold had run out, and another start had followed. Two buckets become four while its holder
   * waits for the lock of the one that it knew.
   */
  @Test
  void identified_lateAndWaitedForTheLockOfABucketThatWasReplaced_putsTheNewOneOff()
      throws Exception {
    Duration interval = Duration.ofMillis(200);
    Budget budget = new Budget(4, 2);
    Buckets buckets = new Buckets(interval, Duration.ZERO, 2, budget);
    SessionStart start = buckets.acquire(0, TOTAL, Duration.ofMillis(1));
    buckets.request(4, TOTAL); // when the hold has run out, and an interval after that
    Requests keeper = new Requests(buckets, 1);
    Await.zero(budget.lockIsHeld);
    Thread resizer =
        Await.startAtLock(() -> buckets.resize(4)); // has one lock, and waits for the other
    long saidNanos = System.nanoTime();
    Thread holder = Await.startAtLock(start::identified);
    budget.letGo.countDown();
    resizer.join();
    holder.join();
    keeper.join();
    buckets.request(8, TOTAL);
    long gapNanos = budget.charges.getLast().nanos - saidNanos;
    assertTrue(gapNanos >= interval.toNanos(), "after " + gapNanos + " ns");
  }
}
