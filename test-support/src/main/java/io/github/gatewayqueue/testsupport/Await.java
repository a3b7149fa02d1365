package io.github.gatewayqueue.testsupport;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.pollinterval.IterativePollInterval;

/** Waits for a condition. */
public final class Await {

  /** Longer than any test takes: it turns a hang into a failure, and is no bound on speed. */
  public static final Duration HANG = Duration.ofMinutes(5);

  private static final Duration FIRST_POLL = Duration.ofNanos(20_000);
  private static final Duration MAX_POLL = Duration.ofMillis(10);

  private Await() {}

  /** Waits until a condition holds. */
  public static void until(Callable<Boolean> condition) {
    await().until(condition);
  }

  /** Waits for a latch, in code that may throw nothing and that nobody interrupts. */
  public static void zero(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    }
  }

  /** Waits for a latch, whether or not the thread is interrupted; its status is as before then. */
  public static void zeroUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the end of what ran beside the test, and rethrows what went wrong there. */
  public static void end(Future<?> work) throws InterruptedIOException {
    try {
      work.get();
    } catch (ExecutionException e) {
      throw new AssertionError("what ran beside the test failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while that ended");
    }
  }

  /** Waits until a thread stands in the queue of a lock. */
  public static void atLock(Thread thread) {
    until(() -> LockSupport.getBlocker(thread) instanceof AbstractQueuedSynchronizer);
  }

  /** Starts a thread, and waits until it stands in the queue of a lock. */
  public static Thread startAtLock(Runnable action) {
    Thread thread = Thread.ofPlatform().daemon().start(action);
    atLock(thread);
    return thread;
  }

  /**
   * Returns a wait to be told more: it looks often at first, because many tests wait for little.
   */
  public static ConditionFactory await() {
    return Awaitility.with()
        .pollDelay(Duration.ZERO)
        .pollInterval(IterativePollInterval.iterative(Await::next, FIRST_POLL))
        .await()
        .atMost(HANG);
  }

  private static Duration next(Duration last) {
    Duration longer = last.plus(last.dividedBy(10));
    return longer.compareTo(MAX_POLL) < 0 ? longer : MAX_POLL;
  }
}
