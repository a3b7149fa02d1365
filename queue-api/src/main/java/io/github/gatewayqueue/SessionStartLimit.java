package io.github.gatewayqueue;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.internal.DurationText;
import java.io.Serializable;
import java.time.Duration;

/**
 * How many sessions a bot may start: Discord's session start limit, as {@code GET /gateway/bot}
 * reports it. Immutable, and so safe for use by many threads.
 *
 * @param total session starts allowed in 24 hours, at least 0; 1000 for most bots
 * @param remaining session starts left until the limit resets, from 0 to {@code total}
 * @param resetAfter how long until the limit resets, at least zero (Discord sends milliseconds, 0
 *     among them)
 * @param maxConcurrency session starts allowed at once per five seconds, which is the number of
 *     buckets; at least 1
 * @see <a
 *     href="https://discord.com/developers/docs/events/gateway#session-start-limit-object">Discord:
 *     session start limit object</a>
 */
public record SessionStartLimit(int total, int remaining, Duration resetAfter, int maxConcurrency)
    implements Serializable {

  /**
   * Creates a limit.
   *
   * @throws IllegalArgumentException if {@code total < 0}, {@code remaining < 0}, {@code remaining
   *     > total}, {@code resetAfter} is negative or {@code maxConcurrency < 1}
   */
  public SessionStartLimit {
    requireNonNull(resetAfter, "resetAfter");
    if (total < 0) {
      throw new IllegalArgumentException("total is " + total + ", expected at least 0");
    }
    if (remaining < 0 || remaining > total) {
      throw new IllegalArgumentException(
          "remaining is " + remaining + ", expected 0 to the total of " + total);
    }
    if (resetAfter.isNegative()) {
      throw new IllegalArgumentException(
          "resetAfter is " + DurationText.exact(resetAfter) + ", expected at least 0");
    }
    if (maxConcurrency < 1) {
      throw new IllegalArgumentException(
          "maxConcurrency is " + maxConcurrency + ", expected at least 1");
    }
  }
}
