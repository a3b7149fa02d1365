package io.github.gatewayqueue.redis;

import java.time.Duration;

/**
 * What a run is like, as who judges it has to know.
 *
 * @param clockSteps whether the server's clock is set while it runs
 */
record RunSettings(Duration interval, Duration lease, boolean clockSteps) {
  static final RunSettings SCALED_DOWN =
      new RunSettings(Duration.ofMillis(200), Duration.ofMillis(900), false);

  Duration holdTimeout() {
    return interval.multipliedBy(3);
  }

  /** Returns for how long a process may use a start without hearing of it. */
  Duration fresh() {
    return lease.multipliedBy(2).dividedBy(5);
  }

  Duration startDelay() {
    return interval.plus(fresh());
  }
}
