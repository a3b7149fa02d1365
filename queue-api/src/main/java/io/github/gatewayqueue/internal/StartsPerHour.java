package io.github.gatewayqueue.internal;

import java.time.Duration;

/**
 * Counts the starts of the last hour, by the minute. Plain state; every moment is handed in, as a
 * value of {@link System#nanoTime}.
 */
final class StartsPerHour {
  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private final int[] minutes = new int[60];

  /** The last minute that was counted, since the first one. */
  private long last;

  private long firstNanos;
  private boolean begun;

  /** Counts starts; fewer than 0 if so many were given back. */
  void add(int starts, long nowNanos) {
    forget(nowNanos);
    minutes[(int) (last % minutes.length)] += starts;
  }

  int ofLastHour(long nowNanos) {
    forget(nowNanos);
    int sum = 0;
    for (int count : minutes) {
      sum += count;
    }
    return sum;
  }

  private void forget(long nowNanos) {
    if (!begun) {
      begun = true;
      firstNanos = nowNanos;
    }
    long now = (nowNanos - firstNanos) / MINUTE_NANOS;
    for (long passed = Math.max(last + 1, now - minutes.length + 1); passed <= now; passed++) {
      minutes[(int) (passed % minutes.length)] = 0;
    }
    last = Math.max(last, now);
  }
}
