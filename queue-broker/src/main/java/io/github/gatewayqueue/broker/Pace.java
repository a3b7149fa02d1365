package io.github.gatewayqueue.broker;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How time goes by in a broker, apart from its queue. A test has it go faster, or by hand.
 *
 * @param heartbeat clients that get events, and those who watch the status, are told something at
 *     least every five seconds: this often, be the event loop a little late
 * @param tick from one sweep over the connections to the next, {@link LoopClock#TICK}
 * @param nanos the clock that the sweep and the history of the status go by
 * @param maxHold a client that says nothing keeps a bucket for no longer than that
 * @param farewell how long the requests that wait may take to end when the broker stops
 */
record Pace(
    Duration heartbeat, Duration tick, LongSupplier nanos, Duration maxHold, Duration farewell) {
  static final Pace REAL =
      new Pace(
          Duration.ofMillis(4500),
          LoopClock.TICK,
          System::nanoTime,
          Duration.ofSeconds(30),
          Duration.ofSeconds(4));

  Pace withHeartbeat(Duration heartbeat) {
    return new Pace(heartbeat, tick, nanos, maxHold, farewell);
  }

  Pace withTicks(Duration tick, LongSupplier nanos) {
    return new Pace(heartbeat, tick, nanos, maxHold, farewell);
  }

  Pace withMaxHold(Duration maxHold) {
    return new Pace(heartbeat, tick, nanos, maxHold, farewell);
  }

  Pace withFarewell(Duration farewell) {
    return new Pace(heartbeat, tick, nanos, maxHold, farewell);
  }
}
