package io.github.gatewayqueue.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Keeps all carriers of virtual threads busy until a given moment, so that no other virtual thread
 * runs before it. This delays a thread at will, as the scheduler may.
 */
final class BusyCarriers {
  private final long untilNanos;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean probeRanEarly;

  private BusyCarriers(long untilNanos) {
    this.untilNanos = untilNanos;
  }

  /** Returns once every carrier is busy, or the moment is past. */
  static BusyCarriers until(long untilNanos) throws InterruptedException {
    var carriers = new BusyCarriers(untilNanos);
    int count = parallelism();
    var spinning = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      carriers.threads.add(Thread.ofVirtual().start(() -> carriers.spin(spinning)));
    }
    spinning.await();
    carriers.threads.add(Thread.ofVirtual().start(carriers::probe));
    return carriers;
  }

  /** The scheduler's own number, see {@link Thread}. */
  private static int parallelism() {
    int processors = Runtime.getRuntime().availableProcessors();
    return Integer.getInteger("jdk.virtualThreadScheduler.parallelism", processors);
  }

  private void spin(CountDownLatch spinning) {
    spinning.countDown();
    while (System.nanoTime() - untilNanos < 0) {
      Thread.onSpinWait();
    }
  }

  private void probe() {
    probeRanEarly = System.nanoTime() - untilNanos < 0;
  }

  /**
   * Waits for the moment.
   *
   * @return whether the carriers were kept busy: a virtual thread that was started meanwhile did
   *     not run before the moment
   */
  boolean await() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    return !probeRanEarly;
  }
}
