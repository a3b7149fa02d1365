package io.github.gatewayqueue.http;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.internal.SafeLogger;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Logs the beginning and the end of an outage of the broker, once for all requests. It ends when
 * all requests that failed are back in line.
 */
final class BrokerOutage {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.http"));

  private final String broker;
  private final AtomicInteger requests = new AtomicInteger();

  BrokerOutage(String broker) {
    this.broker = broker;
  }

  /** Returns how many requests are in trouble. */
  int requests() {
    return requests.get();
  }

  /** A request that was not in trouble has failed. */
  void hits(String reason) {
    if (requests.getAndIncrement() == 0) {
      LOGGER.log(WARNING, reason + "; asking again until there is a release");
    }
  }

  /** A request that was in trouble is back in line, or released. */
  void spares() {
    if (requests.decrementAndGet() == 0) {
      LOGGER.log(INFO, "broker " + broker + " takes requests again");
    }
  }

  /** A request that was in trouble has ended without a release. */
  void loses() {
    requests.decrementAndGet();
  }
}
