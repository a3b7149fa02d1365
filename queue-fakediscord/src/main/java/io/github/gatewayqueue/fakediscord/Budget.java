package io.github.gatewayqueue.fakediscord;

import java.time.Duration;

/**
 * How many sessions may be started until the next reset. Plain state: every method is told what
 * time it is, and callers hold the lock.
 */
final class Budget {
  private final long windowNanos;

  private int total;
  private int remaining;

  /** Whether a reset is due at all; without one, {@code reset_after} is 0. */
  private boolean resets;

  private long resetAtNanos;

  /** A budget that never resets until it is told {@linkplain #resetAfter when}. */
  Budget(int total, int remaining, Duration window) {
    this.total = total;
    this.remaining = remaining;
    this.windowNanos = window.toNanos();
  }

  /** Brings the budget up to {@code nowNanos}; to be called before anything else is asked. */
  void advance(long nowNanos) {
    if (!resets || nowNanos - resetAtNanos < 0) {
      return;
    }
    long windows = (nowNanos - resetAtNanos) / windowNanos + 1;
    resetAtNanos += windows * windowNanos;
    remaining = total;
  }

  int total() {
    return total;
  }

  int remaining() {
    return remaining;
  }

  /** Rounded up, so that whoever waits that long is not early. */
  long resetAfterMillis(long nowNanos) {
    return resets ? Math.ceilDiv(resetAtNanos - nowNanos, 1_000_000L) : 0;
  }

  void charge() {
    remaining--;
  }

  void total(int newTotal) {
    total = newTotal;
    remaining = Math.min(remaining, newTotal);
  }

  void remaining(int newRemaining) {
    remaining = Require.inRange("remaining", newRemaining, 0, total);
  }

  void resetAfter(long nowNanos, Duration resetAfter) {
    resets = !resetAfter.isZero();
    resetAtNanos = nowNanos + resetAfter.toNanos();
  }
}
