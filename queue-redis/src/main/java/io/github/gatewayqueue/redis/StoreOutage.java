package io.github.gatewayqueue.redis;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.internal.Backoff;
import io.github.gatewayqueue.internal.SafeLogger;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Says how long to wait before the store is tried again, and logs the beginning and the end of an
 * outage. Used by one thread.
 */
final class StoreOutage {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.redis"));

  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

  private final RandomGenerator random;
  private int failures;

  StoreOutage(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The store could not be talked to.
   *
   * @return for how many nanoseconds not to try again
   */
  long begin(String reason) {
    if (failures == 0) {
      LOGGER.log(WARNING, "cannot talk to the store, nobody is released meanwhile: " + reason);
    }
    failures++;
    return BACKOFF.after(failures, random).toNanos();
  }

  void end() {
    if (failures > 0) {
      failures = 0;
      LOGGER.log(INFO, "can talk to the store again");
    }
  }
}
