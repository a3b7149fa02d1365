package io.github.gatewayqueue.http;

import java.time.Duration;

/**
 * Measures for how long a waiting thread has received nothing. While a process is frozen, or its
 * machine is suspended, it receives nothing whatever is sent, so that time must not count. The
 * timer looks at the clock at short intervals. If a wait took longer than intended, it treats the
 * rest as a freeze.
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
