package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** {@link LocalQueue} by what is exported, with the API that its module brings in. */
class LocalQueueTest {
  private static final Duration INTERVAL = Duration.ofMillis(20);

  @Test
  void request_fromVirtualThreads_releasesEachAnIntervalApart() throws Exception {
    GatewayQueue queue = new LocalQueue(INTERVAL);
    long startNanos = System.nanoTime();
    List<Long> returned = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> shards = new ArrayList<>();
      for (int id = 0; id < 5; id++) {
        int shard = id;
        shards.add(
            threads.submit(() -> {
              queue.request(shard, 5);
              return System.nanoTime() - startNanos;
            }));
      }
      for (Future<Long> shard : shards) {
        returned.add(shard.get());
      }
    }
    returned.sort(null);
    for (int k = 0; k < returned.size(); k++) {
      long earliest = INTERVAL.multipliedBy(k).toNanos();
      assertTrue(returned.get(k) >= earliest, "start " + k + " of " + returned);
    }
  }

  @Test
  void request_badShard_isRefused() {
    var queue = new LocalQueue(INTERVAL);
    assertThrows(IllegalArgumentException.class, () -> queue.request(5, 5));
    assertEquals(0, queue.waiting());
  }
}
