package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.LargeBotQueueSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When those who wait can be expected to go, if nobody leaves and nobody starts sessions elsewhere.
 * Plain numbers: the buckets release in step, one position per interval, as long as the budget
 * lasts; what is left over goes on after the reset, a day's budget at a time.
 */
final class Forecast {
  private static final long DAY_NANOS = Duration.ofDays(1).toNanos();

  private final long intervalNanos;

  /** When each bucket may release next, from now; null if that is not known. */
  private final @Nullable Long[] delayNanos;

  /** How many stand at the first so many positions, in all buckets together. */
  private final long[] standingWithin;

  private final long usable;
  private final long usablePerDay;
  private final long resetNanos;

  Forecast(
      LargeBotQueueSnapshot snapshot,
      List<Integer> waiting,
      Duration interval,
      int reserve,
      Instant now) {
    intervalNanos = interval.toNanos();
    delayNanos = new Long[waiting.size()];
    for (int i = 0; i < delayNanos.length && i < snapshot.buckets().size(); i++) {
      Instant next = snapshot.buckets().get(i).nextRelease();
      delayNanos[i] = next == null ? null : Math.max(0, Duration.between(now, next).toNanos());
    }
    standingWithin = standingWithin(waiting);
    SessionStartLimit limit = snapshot.limit();
    if (limit == null) {
      usable = Long.MAX_VALUE;
      usablePerDay = 0;
      resetNanos = 0;
    } else {
      usable = Math.max(0, limit.remaining() - reserve);
      usablePerDay = Math.max(0, limit.total() - reserve);
      resetNanos = limit.resetAfter().toNanos();
    }
  }

  private static long[] standingWithin(List<Integer> waiting) {
    int longest = waiting.stream().mapToInt(Integer::intValue).max().orElse(0);
    long[] within = new long[longest + 1];
    for (int line : waiting) {
      within[line]++;
    }
    long atLeast = 0;
    for (int position = longest; position > 0; position--) {
      atLeast += within[position];
      within[position] = atLeast;
    }
    within[0] = 0;
    for (int position = 1; position <= longest; position++) {
      within[position] += within[position - 1];
    }
    return within;
  }

  /**
   * Returns in how many nanoseconds somebody is expected to go, or null if that is not known.
   *
   * @param bucket the index of the bucket
   * @param position the place in its line, from 1 to the length of that line
   */
  @Nullable Long nanosUntil(int bucket, int position) {
    Long delay = delayNanos[bucket];
    if (delay == null) {
      return null;
    }
    long rank = standingWithin[position];
    if (rank <= usable) {
      return delay + (position - 1) * intervalNanos;
    }
    if (usablePerDay == 0) {
      return null;
    }
    long day = (rank - usable - 1) / usablePerDay;
    int before = lastWithin(usable + day * usablePerDay);
    return resetNanos + day * DAY_NANOS + (position - before - 1) * intervalNanos;
  }

  /** Returns the last position up to which no more than so many stand. */
  private int lastWithin(long starts) {
    int low = 0;
    int high = standingWithin.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (standingWithin[middle] <= starts) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
