package io.github.gatewayqueue.broker;

import static io.github.gatewayqueue.broker.requests.BrokerTiming.REAL;

import io.github.gatewayqueue.broker.requests.BrokerTiming;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The times of a broker, all but one as they really are. */
final class Timing {
  private Timing() {}

  static BrokerTiming heartbeat(Duration heartbeat) {
    return new BrokerTiming(heartbeat, REAL.nanos(), REAL.maxHold(), REAL.farewell());
  }

  static BrokerTiming nanos(LongSupplier nanos) {
    return new BrokerTiming(REAL.heartbeat(), nanos, REAL.maxHold(), REAL.farewell());
  }

  static BrokerTiming maxHold(Duration maxHold) {
    return new BrokerTiming(REAL.heartbeat(), REAL.nanos(), maxHold, REAL.farewell());
  }

  static BrokerTiming farewell(Duration farewell) {
    return new BrokerTiming(REAL.heartbeat(), REAL.nanos(), REAL.maxHold(), farewell);
  }
}
