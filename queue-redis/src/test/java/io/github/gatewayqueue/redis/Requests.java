package io.github.gatewayqueue.redis;

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

  private Requests() {}

  /** Asks, and waits until it has its place in line, or is released already. */
  static Asking inLine(RedisQueue queue, long id, long total) {
    Asking asking = Asking.of(queue, id, total);
    List<Asking> joined = JOINED.computeIfAbsent(queue, unseen -> new CopyOnWriteArrayList<>());
    joined.add(asking);
    Await.until(
        () -> queue.waiting() >= joined.stream().filter(request -> !request.ended()).count());
    return asking;
  }

  /** Waits for all to be released, one after the other, and returns when each was. */
  static long[] awaitInOrder(List<Asking> requests) throws InterruptedException {
    long[] ends = new long[requests.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = requests.get(i).awaitReturn();
      assertTrue(i == 0 || ends[i] - ends[i - 1] > 0, "in order of joining");
    }
    return ends;
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
