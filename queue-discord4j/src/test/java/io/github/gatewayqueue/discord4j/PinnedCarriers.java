package io.github.gatewayqueue.discord4j;

import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/**
 * A process whose carriers are all pinned: two, by two virtual threads that wait while they
 * initialize a class, which keeps the carrier on every version of Java.
 */
final class PinnedCarriers {
  static final String DONE = "all shards went, and no carrier was free";

  static final List<String> OPTIONS =
      List.of(
          "-Djdk.virtualThreadScheduler.parallelism=2",
          "-Djdk.virtualThreadScheduler.maxPoolSize=2");

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

  public static void main(String[] arguments) throws InterruptedException {
    Thread.ofVirtual().start(One::value);
    Thread.ofVirtual().start(Other::value);
    PINNED.await();
    var free = new CountDownLatch(1);
    Thread.ofVirtual().start(free::countDown);
    var coordinator = new QueueShardCoordinator(new LocalQueue(Duration.ofNanos(1)));
    List<TestIdentify> identifies =
        IntStream.range(0, 4).mapToObj(id -> new TestIdentify(coordinator, id, 4, 2)).toList();
    Await.until(() -> identifies.stream().allMatch(TestIdentify::isSent));
    System.out.println(free.getCount() == 1 ? DONE : "a carrier was free");
    Runtime.getRuntime().halt(0);
  }
}
