package io.github.gatewayqueue.redis;

import java.time.Duration;

/** The store's unit of time. */
final class Micros {
  private static final long NANOS = 1000;

  private Micros() {}

  /** Returns so many microseconds, a started one as a whole; as many as there can be at most. */
  static long ceil(Duration duration) {
    return duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0
        ? Long.MAX_VALUE / NANOS
        : Math.ceilDiv(duration.toNanos(), NANOS);
  }

  static long floor(long nanos) {
    return nanos / NANOS;
  }

  /** Returns so many nanoseconds, as many as there can be at most. */
  static long toNanos(long micros) {
    return micros > Long.MAX_VALUE / NANOS ? Long.MAX_VALUE : Math.multiplyExact(micros, NANOS);
  }
}
