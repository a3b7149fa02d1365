package io.github.gatewayqueue.fakediscord;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Counts the session starts until the next reset. Plain state: every method gets the time as an
 * argument, and callers hold the lock.
 */
final class DailyStarts {
  private final long windowNanos;

  private int total;
  private int remaining;

  /** Whether a reset is due at all; without one, {@code reset_after} is 0. */
  private boolean resets;

  private long resetAtNanos;

  /** How long it takes until a charge is told. */
  private long countLagNanos;

  /** When the charges were made that are not told yet, the oldest first. */
  private final Deque<Long> untoldNanos = new ArrayDeque<>();

  /** A budget that never resets until it is told {@linkplain #resetAfter when}. */
  DailyStarts(int total, int remaining, Duration window) {
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
    refill();
  }

  private void refill() {
    remaining = total;
    untoldNanos.clear();
  }

  int total() {
    return total;
  }

  int remaining() {
    return remaining;
  }

  /** What is told to remain: charges are missing in it until the lag has passed. */
  int toldRemaining(long nowNanos) {
    tell(nowNanos);
    return Math.min(total, remaining + untoldNanos.size());
  }

  private void tell(long nowNanos) {
    Long oldest = untoldNanos.peekFirst();
    while (oldest != null && nowNanos - oldest >= countLagNanos) {
      untoldNanos.removeFirst();
      oldest = untoldNanos.peekFirst();
    }
  }

  void countLag(Duration countLag) {
    countLagNanos = countLag.toNanos();
  }

  /** Rounded up, so that a client that waits that long is not early. */
  long resetAfterMillis(long nowNanos) {
    return resets ? Math.ceilDiv(resetAtNanos - nowNanos, 1_000_000L) : 0;
  }

  void charge(long nowNanos) {
    remaining--;
    untoldNanos.addLast(nowNanos);
    tell(nowNanos);
  }

  void total(int newTotal) {
    total = newTotal;
    remaining = Math.min(remaining, newTotal);
  }

  void remaining(int newRemaining) {
    remaining = Require.inRange("remaining", newRemaining, 0, total);
    untoldNanos.clear();
  }

  void resetAfter(long nowNanos, Duration resetAfter) {
    resets = !resetAfter.isZero();
    resetAtNanos = nowNanos + resetAfter.toNanos();
  }
}
