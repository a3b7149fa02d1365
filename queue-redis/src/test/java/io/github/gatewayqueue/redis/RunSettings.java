package io.github.gatewayqueue.redis;

import java.time.Duration;

/**
 * What a run is like, as who judges it has to know.
 *
 * @param clockSteps whether the server's clock is set while it runs
 */
record RunSettings(Duration interval, Duration lease, Duration margin, boolean clockSteps) {
  static final RunSettings SCALED_DOWN =
      new RunSettings(Duration.ofMillis(200), Duration.ofMillis(900), Duration.ofMillis(60), false);

  long intervalNanos() {
    return interval.toNanos();
  }

  long leaseNanos() {
    return lease.toNanos();
  }

  long marginNanos() {
    return margin.toNanos();
  }
}
