package io.github.gatewayqueue;

import io.github.gatewayqueue.internal.DurationText;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.Objects;

/**
 * Thrown by a {@link SessionStartLimitSource} that could not read the limit this time and knows
 * when it may be asked again, for instance because Discord answered with a {@code Retry-After}. A
 * queue does not ask it again sooner, however long that is.
 */
public class SessionStartLimitUnavailableException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /** How long not to ask again. */
  private final Duration retryAfter;

  /**
   * Creates an exception.
   *
   * @param message why the limit could not be read; without secrets
   * @param retryAfter how long not to ask again, from now, at least zero
   * @throws IllegalArgumentException if {@code retryAfter} is negative
   */
  public SessionStartLimitUnavailableException(String message, Duration retryAfter) {
    super(message);
    if (Objects.requireNonNull(retryAfter, "retryAfter").isNegative()) {
      throw new IllegalArgumentException(
          "retryAfter is " + DurationText.exact(retryAfter) + ", expected at least 0");
    }
    this.retryAfter = retryAfter;
  }

  /**
   * Returns how long the source must not be asked again.
   *
   * @return the time from when this was thrown, at least zero
   */
  public Duration retryAfter() {
    return retryAfter;
  }
}
