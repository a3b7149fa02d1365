package io.github.gatewayqueue.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after failures in a row: the first time, then twice as long after each failure,
 * up to the most.
 *
 * @param first the wait after the first failure
 * @param most the longest wait
 */
public record Backoff(Duration first, Duration most) {
  private static final Duration LIMIT = Duration.ofDays(1);
  private static final int MAX_DOUBLINGS = 62; // more than that overflow a long

  /**
   * Creates a backoff.
   *
   * @throws IllegalArgumentException if one is zero, negative or more than a day, or the first is
   *     longer than the most
   */
  public Backoff {
    requireInRange("first backoff", first);
    requireInRange("most backoff", most);
    if (first.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "first backoff is "
              + DurationText.exact(first)
              + ", expected no more than the most of "
              + DurationText.exact(most));
    }
  }

  private static void requireInRange(String name, Duration backoff) {
    if (!backoff.isPositive() || backoff.compareTo(LIMIT) > 0) {
      throw new IllegalArgumentException(
          name
              + " is "
              + DurationText.exact(backoff)
              + ", expected more than zero and at most a day");
    }
  }

  /**
   * Returns how long to wait, without jitter.
   *
   * @param failures how many in a row, at least 1
   * @return the time
   */
  public Duration after(int failures) {
    int doublings = Math.min(failures - 1, MAX_DOUBLINGS);
    boolean beyond = first.toNanos() > most.toNanos() >> doublings;
    return beyond ? most : Duration.ofNanos(first.toNanos() << doublings);
  }

  /**
   * Returns how long to wait, less up to a half of it at random, so that thousands of requests that
   * failed together do not come back together.
   *
   * @param failures how many in a row, at least 1
   * @param random where the jitter comes from
   * @return the time
   */
  public Duration after(int failures, RandomGenerator random) {
    long nanos = after(failures).toNanos();
    return Duration.ofNanos(nanos - random.nextLong(nanos / 2 + 1));
  }
}
