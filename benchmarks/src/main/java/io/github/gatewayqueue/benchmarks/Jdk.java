package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** What the JDK has by itself. */
final class Jdk {
  private Jdk() {}

  /** A thread that is parked, without any line: what waiting costs at the least. */
  static Pacer bare(int buckets, Duration interval) {
    return new Pacer() {
      @Override
      public void acquire(long shard) throws InterruptedException {
        LockSupport.park();
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }

      @Override
      public void holdUp() {}
    };
  }

  /** Order without spacing. */
  static Pacer semaphore(int buckets, Duration interval) {
    Semaphore semaphore = new Semaphore(1, true);
    return new Pacer() {
      @Override
      public void acquire(long shard) throws InterruptedException {
        semaphore.acquire();
        semaphore.release();
      }

      @Override
      public void holdUp() throws InterruptedException {
        semaphore.acquire();
      }
    };
  }

  /**
   * The line that one writes in ten minutes: the thread that has the lock sleeps until it is due.
   */
  static Pacer fairLock(int buckets, Duration interval) {
    var lines = new FairLock[buckets];
    Arrays.setAll(lines, i -> new FairLock(interval.toNanos()));
    return shard -> lines[(int) (shard % buckets)].acquire();
  }

  private static final class FairLock {
    private final ReentrantLock lock = new ReentrantLock(true);
    private final long intervalNanos;
    private long dueNanos = System.nanoTime();

    FairLock(long intervalNanos) {
      this.intervalNanos = intervalNanos;
    }

    void acquire() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        dueNanos = parkUntil(dueNanos) + intervalNanos;
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Parks until a moment of {@link System#nanoTime} has come; returns the moment at which it did.
   */
  static long parkUntil(long dueNanos) throws InterruptedException {
    while (true) {
      long nowNanos = System.nanoTime();
      long delayNanos = dueNanos - nowNanos;
      if (delayNanos <= 0) {
        return nowNanos;
      }
      LockSupport.parkNanos(delayNanos);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
