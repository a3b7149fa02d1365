package io.github.gatewayqueue.internal;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** How old a reading of the session start limit may become, for every queue with a limit. */
public final class ReadingAge {
  /**
   * A successful reading younger than this is not repeated: Discord's REST API has limits of its
   * own.
   */
  public static final Duration MIN = Duration.ofSeconds(30);

  /** The maximum age unless another one is set. */
  public static final Duration DEFAULT = Duration.ofMinutes(10);

  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private ReadingAge() {}

  /**
   * Returns a maximum age that a queue can have.
   *
   * @param maxReadingAge the age
   * @return the same
   * @throws IllegalArgumentException if it is not from 30 s to {@link Long#MAX_VALUE} ns
   */
  public static Duration requireMax(Duration maxReadingAge) {
    requireNonNull(maxReadingAge, "maxReadingAge");
    if (maxReadingAge.compareTo(MIN) < 0 || maxReadingAge.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "maxReadingAge is " + DurationText.exact(maxReadingAge) + ", expected 30 s to 292 years");
    }
    return maxReadingAge;
  }
}
