package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A queue, how often it was asked and has released somebody, and when it did. */
final class CountingQueue implements GatewayQueue {
  /** A request that was released. It was asked for, and used, on the thread of its bucket. */
  record Turn(long id, long askedNanos, long releasedNanos) {}

  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger released = new AtomicInteger();
  private final List<Turn> turns = new CopyOnWriteArrayList<>();
  private final GatewayQueue queue;

  CountingQueue(GatewayQueue queue) {
    this.queue = queue;
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    asked.incrementAndGet();
    long askedNanos = System.nanoTime();
    queue.request(id, total);
    turns.add(new Turn(id, askedNanos, System.nanoTime()));
    released.incrementAndGet();
  }

  /**
   * Returns in which order shards were released. Each had to wait for the IDENTIFY of the one
   * before it in its bucket, but a server that stands still may read the two in any order.
   */
  List<Long> order() {
    return turns.stream().map(Turn::id).toList();
  }

  /** Returns the turn of a shard that had one. */
  Turn turn(long id) {
    return turns.stream().filter(turn -> turn.id == id).findFirst().orElseThrow();
  }

  /**
   * Fails if the controller asked for a shard too soon after the release of the one before it in
   * its bucket. An IDENTIFY follows its release, so this holds however late a thread runs; what a
   * server sees does not tell that, since it may read two IDENTIFYs at once.
   */
  void assertSpaced(int buckets, Duration spacing) {
    Map<Long, Turn> last = new HashMap<>();
    for (Turn turn : turns) {
      Turn before = last.put(turn.id % buckets, turn);
      assertTrue(
          before == null || turn.askedNanos - before.releasedNanos >= spacing.toNanos(),
          () -> "" + turns);
    }
  }
}
