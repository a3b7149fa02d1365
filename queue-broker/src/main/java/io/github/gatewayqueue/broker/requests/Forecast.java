package io.github.gatewayqueue.broker.requests;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.internal.LimitText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts when the requests in line will be released, if none leaves and no sessions are started
 * elsewhere. Plain numbers: the buckets release in step, one position per interval. A position that
 * the budget does not cover waits for the next reset that does, and so do those behind it. Starts
 * that are not used before a reset are lost.
 */
public final class Forecast {
  private static final long DAY_NANOS = Duration.ofDays(1).toNanos();

  private final long intervalNanos;

  /** When each bucket may release next, from now; null if that is not known. */
  private final @Nullable Long[] delayNanos;

  /** How many stand at the first so many positions, in all buckets together. */
  private final long[] standingWithin;

  /** Until when the budget holds up a position and those behind it, by position. */
  private final NavigableMap<Integer, Long> holds = new TreeMap<>();

  private int lastToGo;
  private long goingBeforeHold = Long.MAX_VALUE;
  private long left;

  public Forecast(
      QueueSnapshot snapshot, List<Integer> waiting, Duration interval, int reserve, Instant now) {
    intervalNanos = interval.toNanos();
    delayNanos = new Long[waiting.size()];
    for (int i = 0; i < delayNanos.length && i < snapshot.buckets().size(); i++) {
      QueueSnapshot.Bucket bucket = snapshot.buckets().get(i);
      Instant next = bucket.nextRelease();
      if (!bucket.holds().isEmpty()) {
        delayNanos[i] = intervalNanos; // as if IDENTIFY were sent now
      } else if (next != null) {
        delayNanos[i] = Math.max(0, Duration.between(now, next).toNanos());
      }
    }
    standingWithin = standingWithin(waiting);
    lastToGo = standingWithin.length - 1;
    SessionStartLimit limit = snapshot.limit().orElse(null);
    if (limit != null) {
      spend(limit, LimitText.heldBack(limit, reserve));
    }
  }

  private static long[] standingWithin(List<Integer> waiting) {
    long[] within = new long[waiting.stream().mapToInt(Integer::intValue).max().orElse(0) + 1];
    for (int line : waiting) {
      for (int position = 1; position <= line; position++) {
        within[position]++;
      }
    }
    for (int position = 1; position < within.length; position++) {
      within[position] += within[position - 1];
    }
    return within;
  }

  /** Takes a start for each, one position after the other, and notes who is held up. */
  private void spend(SessionStartLimit limit, int heldBack) {
    long perDay = (long) limit.total() - heldBack;
    long resetNanos = limit.resetAfter().toNanos();
    left = Math.max(0, limit.remaining() - heldBack);
    long firstNanos = firstDelayNanos();
    for (int position = 1; position <= lastToGo; position++) {
      long dueNanos = dueNanos(firstNanos, position);
      if (dueNanos >= resetNanos) {
        resetNanos = plus(resetNanos, (dueNanos - resetNanos) / DAY_NANOS + 1, DAY_NANOS);
        left = perDay;
      }
      long standing = standingWithin[position] - standingWithin[position - 1];
      if (standing > left) {
        goingBeforeHold = Math.min(goingBeforeHold, standingWithin[position - 1] + left);
        if (perDay == 0) {
          lastToGo = position - 1;
          return;
        }
        long days = Math.ceilDiv(standing - left, perDay);
        long heldNanos = plus(resetNanos, days - 1, DAY_NANOS);
        holds.put(position, heldNanos);
        resetNanos = plus(heldNanos, 1, DAY_NANOS);
        left += days * perDay;
      }
      left -= standing;
    }
  }

  private long firstDelayNanos() {
    Long first = null;
    for (Long delay : delayNanos) {
      if (delay != null && (first == null || delay < first)) {
        first = delay;
      }
    }
    return first == null ? 0 : first;
  }

  /**
   * Returns in how many nanoseconds somebody is expected to go, at most {@link Long#MAX_VALUE}, or
   * null if that is not known.
   *
   * @param bucket the index of the bucket
   * @param position the place in its line, from 1 to the length of that line
   */
  public @Nullable Long nanosUntil(int bucket, int position) {
    Long delay = delayNanos[bucket];
    return delay == null || position > lastToGo ? null : dueNanos(delay, position);
  }

  private long dueNanos(long delay, int position) {
    long spaced = plus(delay, position - 1L, intervalNanos);
    Map.Entry<Integer, Long> hold = holds.floorEntry(position);
    return hold == null
        ? spaced
        : Math.max(spaced, plus(hold.getValue(), position - hold.getKey(), intervalNanos));
  }

  /** Returns how many go before the budget holds somebody up, {@link Long#MAX_VALUE} if nobody. */
  public long goingBeforeHold() {
    return goingBeforeHold;
  }

  /** Returns until when the budget holds up the first that it does, or null if for ever. */
  public @Nullable Long firstHoldNanos() {
    return holds.isEmpty() ? null : holds.firstEntry().getValue();
  }

  /** Returns how many starts are left beside the reserve when all have gone; 0 without a limit. */
  public long left() {
    return left;
  }

  /** All are zero or more; what is too large for a long is {@link Long#MAX_VALUE}. */
  private static long plus(long nanos, long count, long unitNanos) {
    return count > (Long.MAX_VALUE - nanos) / unitNanos
        ? Long.MAX_VALUE
        : nanos + count * unitNanos;
  }
}
