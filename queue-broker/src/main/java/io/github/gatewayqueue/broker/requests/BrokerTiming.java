package io.github.gatewayqueue.broker.requests;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The clock and the times of a broker, apart from its queue; tests set shorter ones.
 *
 * @param heartbeat how often clients that get events, or watch the status, are sent something;
 *     shorter than the promised five seconds, because the event loop may be late
 * @param nanos the clock that the history of the status goes by
 * @param maxHold a client that says nothing keeps a bucket for no longer than that
 * @param farewell how long the requests that wait may take to end when the broker stops
 */
public record BrokerTiming(
    Duration heartbeat, LongSupplier nanos, Duration maxHold, Duration farewell) {
  public static final BrokerTiming REAL =
      new BrokerTiming(
          Duration.ofMillis(4500), System::nanoTime, Duration.ofSeconds(30), Duration.ofSeconds(4));
}
