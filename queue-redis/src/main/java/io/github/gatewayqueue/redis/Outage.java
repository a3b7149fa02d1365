package io.github.gatewayqueue.redis;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the store is tried again, and what the log says of it: one warning when
 * an outage begins, one line when it is over. Used by one thread.
 */
final class Outage {
  private static final long MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final RandomGenerator random;
  private int failures;

  Outage(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The store could not be talked to.
   *
   * @return for how many nanoseconds not to try again
   */
  long begin(String reason) {
    if (failures == 0) {
      Log.warning("cannot talk to the store, nobody is released meanwhile: " + reason);
    }
    long most = Math.min(MAX_NANOS, MIN_NANOS << Math.min(failures, 10));
    failures++;
    return most - random.nextLong(most / 2);
  }

  void end() {
    if (failures > 0) {
      failures = 0;
      Log.info("can talk to the store again");
    }
  }
}
