package io.github.gatewayqueue.redis;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which releases this process has heard of, and when, by its own monotonic clock: the second clock
 * by which releases are spaced, since the store's can be set. Used by one thread.
 */
final class Heard {
  private final long intervalNanos;
  private final long startDelayNanos;
  private final Map<Integer, Last> lasts = new HashMap<>();
  private long coldNanos;

  /** Whether it has heard of any release before the store was cold, and of the last when. */
  private boolean heardBefore;

  private long heardNanos;

  /**
   * A bucket's last release.
   *
   * @param number its number
   * @param nanos when this process first heard of it
   * @param usableNanos from when on it may be used, by the release before it
   */
  private record Last(long number, long nanos, long usableNanos) {}

  Heard(long intervalNanos, long startDelayNanos) {
    this.intervalNanos = intervalNanos;
    this.startDelayNanos = startDelayNanos;
  }

  /** The store does not know of any release; this process may. */
  void begin(long nowNanos) {
    for (Last last : lasts.values()) {
      if (!heardBefore || last.nanos - heardNanos > 0) {
        heardBefore = true;
        heardNanos = last.nanos;
      }
    }
    lasts.clear();
    coldNanos = nowNanos;
  }

  /** The buckets are others now. */
  void forget() {
    lasts.clear();
  }

  void hear(int bucket, long number, long nowNanos) {
    Last last = lasts.get(bucket);
    if (number > 0 && (last == null || last.number < number)) {
      long usableNanos = isNext(number, last) ? notBeforeNanos(bucket) : nowNanos + intervalNanos;
      lasts.put(bucket, new Last(number, nowNanos, usableNanos));
    }
  }

  /** Takes the numbers of several buckets, each bucket followed by its number. */
  void hearAll(List<Long> numbers, long nowNanos) {
    for (int i = 0; i + 1 < numbers.size(); i += 2) {
      hear(numbers.get(i).intValue(), numbers.get(i + 1), nowNanos);
    }
  }

  /** Returns the moment before which it is of no use to ask for a release. */
  long notBeforeNanos(int bucket) {
    Last last = lasts.get(bucket);
    if (last != null) {
      return last.nanos + intervalNanos;
    }
    long coldUntilNanos = coldNanos + startDelayNanos;
    long heardUntilNanos = heardNanos + intervalNanos;
    return heardBefore && heardUntilNanos - coldUntilNanos > 0 ? heardUntilNanos : coldUntilNanos;
  }

  /**
   * Returns from when on a release may be used. If this process has not heard of the one before it,
   * that may have been just now.
   *
   * @param number the number of the release in its bucket
   */
  long usableFromNanos(int bucket, long number, long nowNanos) {
    hear(bucket, number, nowNanos);
    Last last = lasts.get(bucket);
    return last != null && last.number == number
        ? last.usableNanos
        : nowNanos + intervalNanos; // it was not the last one any more
  }

  private static boolean isNext(long number, @Nullable Last last) {
    return number == (last == null ? 1 : last.number + 1);
  }
}
