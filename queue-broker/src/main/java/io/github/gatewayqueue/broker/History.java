package io.github.gatewayqueue.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What has happened so far, as far as an operator wants to know. Safe for use by many threads. */
final class History {
  private static final int MAX_RECENT = 50;
  private static final long NEW_START_UP_NANOS = Duration.ofMinutes(1).toNanos();

  /** A release, by the wall clock. */
  record Release(ShardQuery shard, int bucket, long waitedNanos, Instant at) {}

  /** What is shown at some moment: all releases, those of this start-up, and the last ones. */
  record View(long released, long releasedInStartUp, List<Release> recent) {}

  private final Deque<Release> recent = new ArrayDeque<>();
  private long released;
  private long releasedInStartUp;
  private long changes;
  private int waiting;

  /** Since when nobody waits; meaningless while somebody does. */
  private long emptySinceNanos;

  History(long nowNanos) {
    emptySinceNanos = nowNanos;
  }

  synchronized void joined(long nowNanos) {
    endStartUpIfOver(nowNanos);
    waiting++;
    changes++;
  }

  synchronized void left(long nowNanos) {
    waiting--;
    changes++;
    if (waiting == 0) {
      emptySinceNanos = nowNanos;
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

  /** A start-up is over when nobody has waited for a minute. */
  private void endStartUpIfOver(long nowNanos) {
    if (waiting == 0 && nowNanos - emptySinceNanos >= NEW_START_UP_NANOS) {
      releasedInStartUp = 0;
    }
  }

  /** Returns a number that is another one whenever something has happened. */
  synchronized long changes() {
    return changes;
  }

  synchronized View view(long nowNanos) {
    endStartUpIfOver(nowNanos);
    return new View(released, releasedInStartUp, List.copyOf(recent));
  }
}
