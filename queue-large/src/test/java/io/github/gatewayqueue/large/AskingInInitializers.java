package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A program of two virtual threads that each wait for a start inside a class initializer, which
 * pins the carrier on every version of Java. It needs a JVM with no more carriers than that.
 */
final class AskingInInitializers {
  static final String RELEASED = "both were released";

  private static final CountDownLatch BOTH_WAIT = new CountDownLatch(1);

  private static final LargeBotQueue QUEUE =
      LargeBotQueue.builder(
              () -> {
                BOTH_WAIT.await(); // so that no carrier is free when the reading ends, either
                return new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1);
              })
          .interval(Duration.ofMillis(1))
          .build();

  private AskingInInitializers() {}

  private static final class First {
    private static final boolean RELEASED = request(0);

    static boolean released() {
      return RELEASED;
    }
  }

  private static final class Second {
    private static final boolean RELEASED = request(1);

    static boolean released() {
      return RELEASED;
    }
  }

  private static boolean request(long id) {
    try {
      QUEUE.request(id, 2);
      return true;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    List<Thread> threads =
        List.of(
            Thread.startVirtualThread(() -> require(First.released())),
            Thread.startVirtualThread(() -> require(Second.released())));
    Await.until(() -> QUEUE.waiting() == 2);
    BOTH_WAIT.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.println(RELEASED);
  }

  private static void require(boolean released) {
    if (!released) {
      throw new AssertionError("not released");
    }
  }
}
