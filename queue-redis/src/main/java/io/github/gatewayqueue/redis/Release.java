package io.github.gatewayqueue.redis;

/**
 * A release, and until when it may be used. Time goes by two clocks: the monotonic one may stand
 * still while a machine sleeps, and the other one may be set; whichever says more has passed
 * counts.
 *
 * @param bucket the bucket it was released from
 * @param moment when that was by the store's clock, in microseconds: together with the ticket,
 *     which release it is
 * @param asked when the process asked for it
 * @param usableNanos for how long after that it may be used
 */
record Release(int bucket, long moment, Moment asked, long usableNanos) {

  /** Returns whether it is not too late. */
  boolean isUsable() {
    return asked.elapsedNanos() <= usableNanos;
  }

  /** Returns which release it is, for the log. */
  @Override
  public String toString() {
    return "bucket " + bucket + " at " + moment;
  }

  /** A moment by both clocks. */
  record Moment(long nanos, long millis) {
    private static final long NANOS_PER_MILLI = 1_000_000;

    static Moment now() {
      return new Moment(System.nanoTime(), System.currentTimeMillis());
    }

    long elapsedNanos() {
      long millisElapsed = Math.max(0, System.currentTimeMillis() - millis - 1); // both are cut off
      return Math.max(System.nanoTime() - nanos, millisElapsed * NANOS_PER_MILLI);
    }
  }
}
