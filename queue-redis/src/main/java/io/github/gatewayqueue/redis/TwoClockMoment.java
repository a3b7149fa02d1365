package io.github.gatewayqueue.redis;

/**
 * A moment on both clocks: the monotonic clock may stop while a machine sleeps, and the wall clock
 * may be set. The longer of the two elapsed times counts.
 */
record TwoClockMoment(long nanos, long millis) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  static TwoClockMoment now() {
    return new TwoClockMoment(System.nanoTime(), System.currentTimeMillis());
  }

  long elapsedNanos() {
    long millisElapsed = Math.max(0, System.currentTimeMillis() - millis - 1); // both are cut off
    return Math.max(System.nanoTime() - nanos, millisElapsed * NANOS_PER_MILLI);
  }
}
