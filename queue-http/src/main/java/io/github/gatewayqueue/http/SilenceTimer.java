package io.github.gatewayqueue.http;

import java.time.Duration;

/**
 * Measures how long a waiting thread has heard nothing. A process that stands still, frozen or on a
 * machine that is suspended, hears nothing either, whatever is sent to it; so what counts is the
 * time in which it could have heard. It looks at the clock more often than it must, and takes for a
 * stand-still whatever goes beyond the time that it meant to wait.
 */
final class SilenceTimer {
  /**
   * A broker speaks three times in the silence that is allowed. So there was no more than one of
   * them before a stand-still, which counts as one more: in the third one, what was sent meanwhile
   * is heard.
   */
  private static final int LOOKS = 3;

  private final long mostNanos;
  private final long lookNanos;
  private long silentNanos;
  private long lookedNanos;

  /** Begins a silence that may last for so long. */
  SilenceTimer(Duration most, long nowNanos) {
    mostNanos = most.toNanos();
    lookNanos = Math.ceilDiv(mostNanos, LOOKS);
    lookedNanos = nowNanos;
  }

  /** Something was heard: it begins anew. */
  void isBroken(long nowNanos) {
    silentNanos = 0;
    lookedNanos = nowNanos;
  }

  /** Returns how long to wait until the next look, at most; 0 if it has lasted for too long. */
  long waitNanos(long nowNanos) {
    silentNanos += Math.min(nowNanos - lookedNanos, lookNanos);
    lookedNanos = nowNanos;
    return Math.clamp(mostNanos - silentNanos, 0, lookNanos);
  }
}
