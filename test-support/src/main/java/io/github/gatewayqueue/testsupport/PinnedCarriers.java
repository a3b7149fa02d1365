package io.github.gatewayqueue.testsupport;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Pins all carriers of virtual threads, in a process that {@link #run} has started: two virtual
 * threads wait while they initialize a class, which pins the carrier on every version of Java.
 */
public final class PinnedCarriers {
  /** Has a JVM run virtual threads on two carriers, and no more. */
  public static final List<String> OPTIONS =
      List.of(
          "-Djdk.virtualThreadScheduler.parallelism=2",
          "-Djdk.virtualThreadScheduler.maxPoolSize=2");

  private static final String DONE = "done, and no carrier was free";
  private static final CountDownLatch PINNED = new CountDownLatch(2);
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private final CountDownLatch ranOnACarrier = new CountDownLatch(1);

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

  /** Pins both carriers for the rest of this process's life. */
  public static PinnedCarriers pin() throws InterruptedException {
    Thread.ofVirtual().start(One::value);
    Thread.ofVirtual().start(Other::value);
    PINNED.await();
    var carriers = new PinnedCarriers();
    Thread.ofVirtual().start(carriers.ranOnACarrier::countDown);
    return carriers;
  }

  /**
   * Runs a class that {@link #pin pins} the carriers, and waits until it has {@link #end ended}.
   */
  public static void run(Class<?> main, Object... arguments) throws IOException {
    JavaProcess.runUntil(DONE, OPTIONS, main, arguments);
  }

  /** Prints that it is done if no carrier was free since, or that one was, and ends the process. */
  public void end() {
    System.out.println(ranOnACarrier.getCount() == 1 ? DONE : "a carrier was free");
    Runtime.getRuntime().halt(0);
  }
}
