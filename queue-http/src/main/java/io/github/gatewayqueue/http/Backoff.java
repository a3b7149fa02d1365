package io.github.gatewayqueue.http;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to leave a broker alone that did not release a request: the first time, then twice as
 * long after each failure, up to the most.
 */
record Backoff(Duration first, Duration most) {
  private static final Duration LIMIT = Duration.ofDays(1);
  private static final int MAX_DOUBLINGS = 62; // more than that overflow a long

  Backoff {
    requireInRange("first backoff", first);
    requireInRange("most backoff", most);
    if (first.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "first backoff is " + first + ", expected no more than the most of " + most);
    }
  }

  private static void requireInRange(String name, Duration backoff) {
    if (!backoff.isPositive() || backoff.compareTo(LIMIT) > 0) {
      throw new IllegalArgumentException(
          name + " is " + backoff + ", expected more than zero and at most a day");
    }
  }

  /**
   * Returns how long to wait after so many failures in a row, less up to a half of it at random: so
   * that thousands of requests that failed together do not come back together.
   *
   * @param failures at least 1
   */
  Duration after(int failures, RandomGenerator random) {
    int doublings = Math.min(failures - 1, MAX_DOUBLINGS);
    boolean beyond = first.toNanos() > most.toNanos() >> doublings;
    long nanos = beyond ? most.toNanos() : first.toNanos() << doublings;
    return Duration.ofNanos(nanos - random.nextLong(nanos / 2 + 1));
  }
}
