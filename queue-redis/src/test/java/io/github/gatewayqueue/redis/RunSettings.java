package io.github.gatewayqueue.redis;

import java.time.Duration;

/**
 * What a run is like, as who judges it has to know.
 *
 * @param clockSteps whether the server's clock is set while it runs
 */
record RunSettings(Duration interval, Duration lease, Duration margin, boolean clockSteps) {
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
