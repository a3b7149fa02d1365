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

  private static Buckets buckets(int count, StartBudget budget) {
    return new Buckets(Duration.ofNanos(1), Duration.ZERO, count, budget);
  }

  /** Or the interval behind it would begin before it was released. */
  @Test
  void request_waitedForTheLock_isReleasedAtAMomentAfterThat() throws Exception {
    Budget budget = new Budget(2);
    Buckets buckets = buckets(1, budget);
    Requests first = new Requests(buckets, 0);
    Await.zero(budget.lockIsHeld);
    Requests second = new Requests(buckets, 0).awaitAtLock();
    long lockedNanos = System.nanoTime();
    budget.letGo.countDown();
    first.join();
    second.join();
    Charge charge = budget.charges.get(1);
    assertEquals(second.thread, charge.thread);
    assertTrue(charge.nanos - lockedNanos >= 0, "before it had the lock");
  }

  /** The one that leaves the line finds the lock free, and the other one has yet to wake up. */
  @Test
  void request_madeByTheOneThatWasJustReleased_doesNotOvertakeWhoWaitsForTheLock()
      throws Exception {
    for (int round = 0; round < 100; round++) {
      Budget budget = new Budget(3);
      Buckets buckets = buckets(1, budget);
      Requests first = new Requests(buckets, 0, 0);
      Await.zero(budget.lockIsHeld);
      Requests second = new Requests(buckets, 0).awaitAtLock();
      budget.letGo.countDown();
      first.join();
      second.join();
      assertEquals(
          List.of(first.thread, second.thread, first.thread),
          budget.charges.stream().map(Charge::thread).toList());
    }
  }

  /** Arrival is when a request joins its line, not when it comes to the lock. */
  @Test
  void resize_oneWaitedForTheLockWhileAnotherJoined_standsBehindThat() throws Exception {
    Budget budget = new Budget(1);
    Buckets buckets = buckets(2, budget);
    Requests first = new Requests(buckets, 0);
    Await.zero(budget.lockIsHeld);
    Requests late = new Requests(buckets, 2).awaitAtLock();
    Requests early = new Requests(buckets, 1);
    Await.until(() -> buckets.waiting() == 2); // the first one is not released yet
    budget.letGo.countDown();
    first.join();
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
