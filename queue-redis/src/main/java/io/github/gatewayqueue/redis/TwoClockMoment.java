package io.github.gatewayqueue.redis;

/**
 * A moment by both clocks: the monotonic one may stand still while a machine sleeps, and the other
 * one may be set. Whichever says that more time has passed counts.
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
