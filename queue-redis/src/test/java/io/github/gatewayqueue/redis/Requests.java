package io.github.gatewayqueue.redis;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Requests that join one after another, and when a store released them. */
final class Requests {

  /** All that joined a queue this way. */
  private static final Map<RedisQueue, List<Asking>> JOINED = new ConcurrentHashMap<>();

  /** By thread, when the store released it: its thread may be held up afterwards. */
  private static final Map<Thread, Long> RELEASE_MICROS = new ConcurrentHashMap<>();

  private Requests() {}

  /** Asks, and waits until it has its place in line, or is released already. */
  static Asking inLine(RedisQueue queue, long id, long total) {
    Asking asking = Asking.of((shard, shards) -> ask(queue, shard, shards), id, total);
    List<Asking> joined = JOINED.computeIfAbsent(queue, unseen -> new CopyOnWriteArrayList<>());
    joined.add(asking);
    Await.until(() -> {
      // In this order: one that is released in between is in neither number.
      long underWay = joined.stream().filter(request -> !request.ended()).count();
      return queue.waiting() >= underWay;
    });
    return asking;
  }

  private static void ask(RedisQueue queue, long id, long total) throws InterruptedException {
    RELEASE_MICROS.put(Thread.currentThread(), queue.awaitStart(id, total).moment());
  }

  /** Waits for all to be released, by the store in this order, and returns when each returned. */
  static long[] awaitInOrder(List<Asking> requests) throws InterruptedException {
    long[] ends = new long[requests.size()];
    long lastMicros = 0;
    for (int i = 0; i < ends.length; i++) {
      ends[i] = requests.get(i).awaitReturn();
      long micros = releaseMicros(requests.get(i));
      assertTrue(micros > lastMicros, "in order of joining");
      lastMicros = micros;
    }
    return ends;
  }

  /** Returns when a store released a request that has ended, by the store's clock. */
  static long releaseMicros(Asking request) {
    return requireNonNull(RELEASE_MICROS.get(request.thread()));
  }

  /** Judges requests that were released one after the other, by whichever server. */
  static void assertReleasedSpaced(Duration interval, List<Asking> requests) {
    assertSpaced(interval, requests.stream().map(Requests::releaseMicros).toList());
  }

  /** Judges when a store released some, which no thread was held up for. */
  static void assertSpaced(Duration interval, List<Long> releaseMicros) {
    assertTrue(releaseMicros.size() > 1, "there is nothing to judge");
    for (int i = 1; i < releaseMicros.size(); i++) {
      long gap = releaseMicros.get(i) - releaseMicros.get(i - 1);
      assertTrue(gap >= TimeUnit.NANOSECONDS.toMicros(interval.toNanos()), gap + " µs apart");
    }
  }
}
