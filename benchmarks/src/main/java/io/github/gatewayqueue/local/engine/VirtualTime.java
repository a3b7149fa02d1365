package io.github.gatewayqueue.local.engine;

import java.time.Duration;
import java.util.PriorityQueue;

/** Drives the lines of a large bot through its start on a clock that does not take time. */
public final class VirtualTime {
  private VirtualTime() {}

  /** A moment at which the head of a bucket's line asks. */
  private record Turn(long atNanos, int bucket) {}

  /**
   * Brings up shards that all ask at once.
   *
   * @param shards how many
   * @param buckets how many
   * @param interval the time between two starts of a bucket
   * @return when the last one is released, counted from when they asked
   */
  public static Duration startUp(int shards, int buckets, Duration interval) {
    Line[] lines = new Line[buckets];
    var turns = new PriorityQueue<Turn>((a, b) -> Long.compare(a.atNanos, b.atNanos));
    for (int i = 0; i < buckets; i++) {
      lines[i] = new Line(interval.toNanos(), StartBudget.UNLIMITED, 0);
    }
    for (int id = 0; id < shards; id++) {
      lines[id % buckets].join(new Waiter(id, Thread.currentThread(), null));
    }
    for (int i = 0; i < Math.min(shards, buckets); i++) {
      turns.add(new Turn(0, i));
    }
    long lastNanos = 0;
    int released = 0;
    for (Turn turn = turns.poll(); turn != null; turn = turns.poll()) {
      Line line = lines[turn.bucket];
      while (line.head() != null) {
        long delayNanos = line.tryReleaseHead(turn.atNanos);
        if (delayNanos > 0) {
          turns.add(new Turn(turn.atNanos + delayNanos, turn.bucket));
          break;
        }
        released++;
        lastNanos = turn.atNanos;
      }
    }
    if (released != shards) {
      throw new IllegalStateException(released + " of " + shards + " were released");
    }
    return Duration.ofNanos(lastNanos);
  }
}
