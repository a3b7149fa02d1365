package io.github.gatewayqueue.redis;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.internal.SafeLogger;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the store is tried again, and what the log says of it: one warning when
 * an outage begins, one line when it is over. Used by one thread.
 */
final class Outage {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.redis"));

  private final Backoff backoff;

  Outage(RandomGenerator random) {
    backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2), random);
  }

  /**
   * The store could not be talked to.
   *
   * @return for how many nanoseconds not to try again
   */
  long begin(String reason) {
    if (!backoff.hasFailed()) {
      LOGGER.log(WARNING, "cannot talk to the store, nobody is released meanwhile: " + reason);
    }
    return backoff.fail();
  }

  void end() {
    if (backoff.hasFailed()) {
      backoff.succeed();
      LOGGER.log(INFO, "can talk to the store again");
    }
  }
}
