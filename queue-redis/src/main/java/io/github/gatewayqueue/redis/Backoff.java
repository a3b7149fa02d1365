package io.github.gatewayqueue.redis;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait after each of several failures: twice as long as before, with jitter. */
final class Backoff {
  private static final int MAX_DOUBLINGS = 10;

  private final long minNanos;
  private final long maxNanos;
  private final RandomGenerator random;
  private int failures;

  /**
   * Creates one that has not failed.
   *
   * @param min after the first failure, at most
   * @param max after many, at most
   */
  Backoff(Duration min, Duration max, RandomGenerator random) {
    minNanos = min.toNanos();
    maxNanos = max.toNanos();
    this.random = random;
  }

  boolean hasFailed() {
    return failures > 0;
  }

  /** Counts a failure, and returns for how many nanoseconds not to try again. */
  long fail() {
    long most = Math.min(maxNanos, minNanos << Math.min(failures, MAX_DOUBLINGS));
    failures++;
    return most - random.nextLong(most / 2);
  }

  void succeed() {
    failures = 0;
  }
}
