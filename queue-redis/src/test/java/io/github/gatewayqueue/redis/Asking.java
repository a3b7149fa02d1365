package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A request under way, on a virtual thread of its own. */
final class Asking {
  private static final Duration HANG = Duration.ofMinutes(2); // to a test, this is for ever

  /** All that were asked of a queue. */
  private static final Map<GatewayQueue, List<Asking>> ALL = new ConcurrentHashMap<>();

  private final Thread thread;
  private volatile @Nullable Throwable thrown;
  private volatile long endNanos;

  Asking(GatewayQueue queue, long id, long total) {
    thread = Thread.ofVirtual().name("shard-" + id).start(() -> ask(queue, id, total));
    ALL.computeIfAbsent(queue, unseen -> new CopyOnWriteArrayList<>()).add(this);
  }

  private void ask(GatewayQueue queue, long id, long total) {
    try {
      queue.request(id, total);
    } catch (Throwable e) { // the test's thread judges it
      thrown = e;
    }
    endNanos = System.nanoTime();
  }

  /** Asks, and waits until it has its place in line, or is released already. */
  static Asking inLine(RedisQueue queue, long id, long total) {
    var asking = new Asking(queue, id, total);
    until(() -> queue.waiting() >= notEnded(queue));
    return asking;
  }

  private static long notEnded(GatewayQueue queue) {
    return ALL.getOrDefault(queue, List.of()).stream().filter(asking -> !asking.ended()).count();
  }

  /** Waits until something holds. */
  static void until(Callable<Boolean> condition) {
    Awaitility.await().atMost(HANG).pollInterval(Duration.ofMillis(2)).until(condition);
  }

  /** Judges when a store released some, which no thread was held up for. */
  static void assertSpaced(Duration interval, List<Long> releaseMicros) {
    assertTrue(releaseMicros.size() > 1, "there is nothing to judge");
    for (int i = 1; i < releaseMicros.size(); i++) {
      long gap = releaseMicros.get(i) - releaseMicros.get(i - 1);
      assertTrue(gap >= TimeUnit.NANOSECONDS.toMicros(interval.toNanos()), gap + " µs apart");
    }
  }

  boolean ended() {
    return !thread.isAlive();
  }

  void interrupt() {
    thread.interrupt();
  }

  /** Waits for the release, and returns when it was. */
  long awaitReturn() throws InterruptedException {
    join();
    if (thrown != null) {
      throw new AssertionError("it threw instead of being released", thrown);
    }
    return endNanos;
  }

  /** Returns what it has thrown; null if it was released. */
  @Nullable Throwable thrown() throws InterruptedException {
    join();
    return thrown;
  }

  /** Waits for an exception. */
  <T extends Throwable> T awaitThrown(Class<T> type) throws InterruptedException {
    join();
    return assertInstanceOf(type, thrown);
  }

  private void join() throws InterruptedException {
    assertTrue(thread.join(HANG), "a request hangs");
  }
}
