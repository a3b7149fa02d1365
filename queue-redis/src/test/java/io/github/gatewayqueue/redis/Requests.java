package io.github.gatewayqueue.redis;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Requests that join one after another, and when each was released. */
final class Requests {

  /** All that joined a queue this way. */
  private static final Map<RedisQueue, List<Asking>> JOINED = new ConcurrentHashMap<>();

  /** By thread, when it used its start: the next one is not released before that. */
  private static final Map<Thread, Long> USED_NANOS = new ConcurrentHashMap<>();

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

  /** As a plain request does, whose start is over when it returns. */
  private static void ask(RedisQueue queue, long id, long total) throws InterruptedException {
    try (SessionStart start = queue.acquire(id, total)) {
      USED_NANOS.put(Thread.currentThread(), System.nanoTime());
      start.identified();
    }
  }

  /** Waits for all to be released, in this order, and returns when each used its start. */
  static long[] awaitInOrder(List<Asking> requests) throws InterruptedException {
    long[] used = new long[requests.size()];
    for (int i = 0; i < used.length; i++) {
      requests.get(i).awaitReturn();
      used[i] = usedNanos(requests.get(i));
      assertTrue(i == 0 || used[i] - used[i - 1] > 0, "in order of joining");
    }
    return used;
  }

  /** Returns when a request that has ended used its start, by {@link System#nanoTime}. */
  static long usedNanos(Asking request) {
    return requireNonNull(USED_NANOS.get(request.thread));
  }

  /** Judges requests that were released one after the other, by whichever server. */
  static void assertSpaced(Duration interval, List<Asking> requests) {
    assertTrue(requests.size() > 1, "there is nothing to judge");
    for (int i = 1; i < requests.size(); i++) {
      long gap = usedNanos(requests.get(i)) - usedNanos(requests.get(i - 1));
      assertTrue(gap >= interval.toNanos(), gap + " ns apart");
    }
  }
}
