package io.github.gatewayqueue.broker.requests;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/** What an operator wants to know of the past. Safe for use by many threads. */
public final class History {
  private static final int MAX_RECENT = 50;
  private static final long NEW_START_UP_NANOS = Duration.ofMinutes(1).toNanos();

  /** A release, by the wall clock. */
  public record Release(ShardQuery shard, int bucket, long waitedNanos, Instant at) {}

  /**
   * What is shown at some moment: all releases, those of this start-up, and the last ones; the day
   * and when it began; and the shards that start again and again.
   */
  public record View(
      long released,
      long releasedInStartUp,
      List<Release> recent,
      Instant dayBegan,
      List<LastDay.Slot> day,
      int startsInLastHour,
      List<LastHour.Restarting> restarting) {}

  private final LongSupplier clock;
  private final Deque<Release> recent = new ArrayDeque<>();
  private final LastDay day;
  private final LastHour lastHour = new LastHour();
  private long released;
  private long releasedInStartUp;
  private long changes;
  private int waiting;

  /** Since when nobody waits; meaningless while somebody does. */
  private long emptySinceNanos;

  /** A history that begins now, by a clock in nanoseconds. */
  History(LongSupplier clock) {
    this.clock = clock;
    emptySinceNanos = clock.getAsLong();
    day = new LastDay(emptySinceNanos);
  }

  synchronized void joined() {
    endStartUpIfOver(clock.getAsLong());
    waiting++;
    changes++;
  }

  synchronized void left() {
    waiting--;
    changes++;
    if (waiting == 0) {
      emptySinceNanos = clock.getAsLong();
    }
  }

  synchronized void released(Release release) {
    released++;
    releasedInStartUp++;
    changes++;
    recent.addFirst(release);
    if (recent.size() > MAX_RECENT) {
      recent.removeLast();
    }
  }

  /** A start is used, or may be; one that was given back is none. */
  synchronized void started(ShardQuery shard) {
    long nowNanos = clock.getAsLong();
    changes++;
    day.started(nowNanos);
    lastHour.started(
        shard.named() ? new LastHour.Shard(shard.shard(), shard.total()) : null, nowNanos);
  }

  /** Notes how many session starts are left. */
  public synchronized void remaining(int remaining) {
    day.remaining(remaining, clock.getAsLong());
  }

  /** A start-up is over when nobody has waited for a minute. */
  private void endStartUpIfOver(long nowNanos) {
    if (waiting == 0 && nowNanos - emptySinceNanos >= NEW_START_UP_NANOS) {
      releasedInStartUp = 0;
    }
  }

  /** Returns a number that changes whenever something has happened. */
  public synchronized long changes() {
    return changes;
  }

  public synchronized View view() {
    long nowNanos = clock.getAsLong();
    endStartUpIfOver(nowNanos);
    LastDay.View shown = day.view(nowNanos);
    return new View(
        released,
        releasedInStartUp,
        List.copyOf(recent),
        Instant.now().minusNanos(nowNanos - shown.beganNanos()),
        shown.slots(),
        lastHour.starts(nowNanos),
        lastHour.restarting(nowNanos));
  }
}
