package io.github.gatewayqueue.large;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The starts of the last while, which Discord may not have counted yet. Plain state; every moment
 * is handed in, as a value of {@link System#nanoTime}.
 */
final class RecentStarts {
  /** How long Discord may take to count a start. */
  static final long UNCOUNTED_NANOS = Duration.ofSeconds(10).toNanos();

  /** A start that is used at a moment or, if it is held, that may be used until then. */
  record Start(long chargedNanos, long usedNanos, long version) {}

  private final Deque<Start> starts = new ArrayDeque<>();

  /**
   * Adds a start, and forgets those that every limit has counted which may still come.
   *
   * @param askedNanos the earliest moment at which such a limit was asked for
   */
  void add(Start start, long askedNanos) {
    while (!starts.isEmpty() && isUsedBefore(starts.getFirst(), askedNanos - UNCOUNTED_NANOS)) {
      starts.removeFirst();
    }
    starts.add(start);
  }

  /** Takes a start out, and returns it; null if it was forgotten. */
  @Nullable Start remove(long chargedNanos, long usedNanos) {
    for (Iterator<Start> i = starts.descendingIterator(); i.hasNext(); ) {
      Start start = i.next();
      if (start.chargedNanos == chargedNanos && start.usedNanos == usedNanos) {
        i.remove();
        return start;
      }
    }
    return null;
  }

  /** Forgets the starts that were used before a moment. */
  void forgetBefore(long nanos) {
    starts.removeIf(start -> isUsedBefore(start, nanos));
  }

  int count() {
    return starts.size();
  }

  private static boolean isUsedBefore(Start start, long nanos) {
    return start.usedNanos - nanos < 0;
  }
}
