package io.github.gatewayqueue.large;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The starts of the last while, which Discord may not have counted yet. Plain state; every moment
 * is handed in, as a value of {@link System#nanoTime}.
 *
 * <p>Starts that are close together are kept as one group, so that a thousand of them in a second
 * take no more room than a few; a group counts as recent until its last start is not.
 */
final class RecentStarts {
  /** How long Discord may take to count a start. */
  static final long UNCOUNTED_NANOS = Duration.ofSeconds(10).toNanos();

  private static final long GROUP_NANOS = Duration.ofMillis(10).toNanos();

  private static final class Group {
    final long firstNanos;
    long lastNanos;
    int starts;

    Group(long firstNanos) {
      this.firstNanos = firstNanos;
    }
  }

  private final Deque<Group> groups = new ArrayDeque<>();

  /** Adds a start, and forgets those that Discord has counted by now. */
  void add(long nowNanos) {
    forgetBefore(nowNanos - UNCOUNTED_NANOS);
    Group last = groups.peekLast();
    if (last == null || nowNanos - last.firstNanos >= GROUP_NANOS) {
      last = new Group(nowNanos);
      groups.add(last);
    }
    last.lastNanos = nowNanos;
    last.starts++;
  }

  /** Forgets the starts before a moment. */
  void forgetBefore(long nanos) {
    while (!groups.isEmpty() && groups.getFirst().lastNanos - nanos < 0) {
      groups.removeFirst();
    }
  }

  int count() {
    int count = 0;
    for (Group group : groups) {
      count += group.starts;
    }
    return count;
  }
}
