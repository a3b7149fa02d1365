package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** The shards of a bot that ask at once, each on a virtual thread, and when they were released. */
final class Starts {
  private Starts() {}

  /**
   * Brings all shards up and fails if one is released too early for an interval between any two.
   *
   * @param queueOf the queue that a shard asks, by its id
   */
  static void assertSpaced(Duration interval, int shards, IntFunction<GatewayQueue> queueOf)
      throws InterruptedException, ExecutionException {
    long startNanos = System.nanoTime();
    List<Long> released = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> returns = new ArrayList<>();
      for (int id = 0; id < shards; id++) {
        int shard = id;
        returns.add(
            threads.submit(() -> {
              queueOf.apply(shard).request(shard, shards);
              return System.nanoTime() - startNanos;
            }));
      }
      for (Future<Long> shard : returns) {
        released.add(shard.get());
      }
    }
    released.sort(null);
    for (int k = 0; k < shards; k++) {
      long earliest = interval.multipliedBy(k).toNanos();
      assertTrue(released.get(k) >= earliest, "start " + k + " of " + released);
    }
  }
}
