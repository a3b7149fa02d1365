package io.github.gatewayqueue.http;

import io.github.gatewayqueue.internal.DurationText;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Computes how old a message about a request may be, at most. The broker counts its time from when
 * it received the request, the client from before it sent it. So the difference is too large by the
 * request's way to the broker, and never too small.
 *
 * <p>No two clocks run at the same rate, and even within the usual tolerance they differ by seconds
 * after a day in line. So the difference is adjusted from event to event, but only as fast as a
 * clock may drift: an event that is really late changes next to nothing.
 */
final class ReleaseAge {
  /** Two clocks of 50 millionths each drift apart by one part in so many. */
  private static final long DRIFT_PARTS = 10_000;

  private final long askedNanos;
  private final long marginNanos;
  private long firstLateNanos;
  private long driftNanos;
  private long heardNanos;

  ReleaseAge(long askedNanos, Duration margin) {
    this.askedNanos = askedNanos;
    this.marginNanos = margin.toNanos();
  }

  /** The first event came, with the broker's time. */
  void begin(Duration elapsed, long nowNanos) {
    firstLateNanos = lateNanos(elapsed, nowNanos);
    heardNanos = elapsed.toNanos();
  }

  /**
   * Looks at the first event.
   *
   * @throws TryAgainException if it was so late that a release would be, too
   */
  void requireBegunInTime() throws TryAgainException {
    requireWithinMargin(firstLateNanos, "sent its first event");
  }

  /** Another event came. */
  void follow(Duration elapsed, long nowNanos) {
    long mostNanos = Math.max(0, elapsed.toNanos() - heardNanos) / DRIFT_PARTS;
    long seenNanos = lateNanos(elapsed, nowNanos) - firstLateNanos;
    driftNanos = Math.clamp(seenNanos, driftNanos - mostNanos, driftNanos + mostNanos);
    heardNanos = elapsed.toNanos();
  }

  /**
   * The release came, with the broker's time of it.
   *
   * @throws TryAgainException if it is too late to use it; or too early by as much, as on a machine
   *     that was suspended, where the clock stood still
   */
  void requireUsable(Duration elapsed, long nowNanos) throws TryAgainException {
    requireWithinMargin(lateNanos(elapsed, nowNanos) - driftNanos, "sent a release");
  }

  /**
   * Returns how late this message is at most, at least 0; empty if it may be late or early by more
   * than the margin.
   */
  OptionalLong mostLateNanos(Duration elapsed, long nowNanos) {
    long nanos = lateNanos(elapsed, nowNanos) - driftNanos;
    return isWithinMargin(nanos) ? OptionalLong.of(Math.max(0, nanos)) : OptionalLong.empty();
  }

  private boolean isWithinMargin(long lateNanos) {
    return lateNanos <= marginNanos && lateNanos >= -marginNanos;
  }

  private long lateNanos(Duration elapsed, long nowNanos) {
    return nowNanos - askedNanos - elapsed.toNanos();
  }

  private void requireWithinMargin(long lateNanos, String what) throws TryAgainException {
    if (!isWithinMargin(lateNanos)) {
      throw new TryAgainException(
          what
              + " that came "
              + DurationText.measured(Duration.ofNanos(lateNanos))
              + " late, expected at most "
              + DurationText.exact(Duration.ofNanos(marginNanos)));
    }
  }
}
