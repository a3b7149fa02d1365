package io.github.gatewayqueue.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A request under way, on a virtual thread of its own. */
final class Asking {
  static final Duration HANG = Duration.ofMinutes(2); // to a test, this is for ever

  private final Thread thread;
  private volatile @Nullable Throwable thrown;
  private volatile long endNanos;
  private volatile boolean statusAtEnd;

  private Asking(GatewayQueue queue, long id, long total) {
    thread =
        Thread.ofVirtual()
            .name("shard-" + id)
            .start(() -> {
              try {
                queue.request(id, total);
              } catch (Throwable e) { // the test's thread judges it
                thrown = e;
              }
              endNanos = System.nanoTime();
              statusAtEnd = Thread.currentThread().isInterrupted();
            });
  }

  static Asking of(GatewayQueue queue) {
    return of(queue, 0, 1);
  }

  static Asking of(GatewayQueue queue, long id, long total) {
    return new Asking(queue, id, total);
  }

  /** Waits until something holds. */
  static void until(Callable<Boolean> condition) {
    await().atMost(HANG).pollInterval(Duration.ofMillis(2)).until(condition);
  }

  boolean ended() {
    return !thread.isAlive();
  }

  /** Waits for the release, and returns when it was. */
  long awaitReturn() throws InterruptedException {
    join();
    if (thrown != null) {
      throw new AssertionError("it threw instead of being released", thrown);
    }
    return endNanos;
  }

  /** Waits for all to be released, and returns when they were, in the order of time. */
  static long[] awaitReturns(List<Asking> all) throws InterruptedException {
    long[] returns = new long[all.size()];
    for (int i = 0; i < returns.length; i++) {
      returns[i] = all.get(i).awaitReturn();
    }
    Arrays.sort(returns);
    return returns;
  }

  /** Waits for an exception, and returns its message. */
  String awaitThrown(Class<? extends Throwable> type) throws InterruptedException {
    join();
    assertNotNull(thrown, "it was released");
    return String.valueOf(assertInstanceOf(type, thrown).getMessage());
  }

  /** Interrupts, and waits for what comes of it. */
  void interruptAndJoin() throws InterruptedException {
    thread.interrupt();
    awaitThrown(InterruptedException.class);
    assertTrue(!statusAtEnd, "the status is cleared");
  }

  @Nullable Throwable thrown() throws InterruptedException {
    join();
    return thrown;
  }

  private void join() throws InterruptedException {
    assertTrue(thread.join(HANG), "a request hangs");
  }
}
