package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** What the replies of both scripts have in common. */
final class Replies {
  private Replies() {}

  /**
   * Takes a reply apart.
   *
   * @throws JedisDataException if it is none of the script's
   */
  static <T> T parse(Supplier<T> parser) {
    try {
      return parser.get();
    } catch (ClassCastException
        | IndexOutOfBoundsException
        | ArithmeticException
        | IllegalArgumentException e) {
      throw new JedisDataException("the store's answer makes no sense", e);
    }
  }

  static List<Long> longs(Object reply) {
    return ((List<?>) reply).stream().map(Long.class::cast).toList();
  }

  /** Takes the total, what is left and the microseconds to the reset; or nothing, for null. */
  static @Nullable SessionStartLimit limit(List<Long> parts, int concurrency) {
    if (parts.isEmpty()) {
      return null;
    }
    return new SessionStartLimit(
        Math.toIntExact(parts.get(0)),
        Math.toIntExact(parts.get(1)),
        Duration.ofNanos(Micros.toNanos(parts.get(2))),
        concurrency);
  }
}
