package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A process all of whose carriers are pinned when a platform thread asks: two, by two virtual
 * threads that wait while they initialize a class, which on every Java keeps the carrier.
 */
final class PinnedCarriers {
  static final String RELEASED = "released and closed, no carrier was free";

  private static final CountDownLatch PINNED = new CountDownLatch(2);
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private PinnedCarriers() {}

  private static final class One {
    static final int VALUE = waitForEver();

    static int value() {
      return VALUE;
    }
  }

  private static final class Other {
    static final int VALUE = waitForEver();

    static int value() {
      return VALUE;
    }
  }

  private static int waitForEver() {
    PINNED.countDown();
    try {
      NEVER.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 1;
  }

  /**
   * Runs it.
   *
   * @param arguments where the store is
   */
  public static void main(String[] arguments) throws InterruptedException {
    Thread.ofVirtual().start(One::value);
    Thread.ofVirtual().start(Other::value);
    PINNED.await();
    CountDownLatch ran = new CountDownLatch(1);
    Thread.ofVirtual().start(ran::countDown);
    try (RedisQueue queue =
        RedisQueue.builder(URI.create(arguments[0]))
            .interval(Duration.ofMillis(1))
            .startDelay(Duration.ZERO)
            .settling(Duration.ZERO)
            .margin(Duration.ofMinutes(1)) // a slow machine is not the subject
            .limits(() -> new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1))
            .build()) {
      queue.request(0, 1);
      queue.request(0, 1); // after the release before
    }
    System.out.println(ran.getCount() == 1 ? RELEASED : "a carrier was free");
    Runtime.getRuntime().halt(0);
  }
}
