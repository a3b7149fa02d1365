package io.github.gatewayqueue;

import static java.util.Objects.requireNonNull;

import java.io.Serial;
import java.time.Instant;

/**
 * Thrown by a queue that was told to fail, rather than to wait, when the session starts of the day
 * are used up. The next ones can be had from {@link #resetsAt()}.
 */
public class SessionStartLimitExceededException extends GatewayQueueException {
  @Serial private static final long serialVersionUID = 1L;

  /** The limit as it stood when the request was refused. */
  private final SessionStartLimit limit;

  /** When Discord resets the limit, by the wall clock. */
  private final Instant resetsAt;

  /**
   * Creates an exception.
   *
   * @param limit the limit as it stands
   * @param resetsAt when Discord resets it, by the wall clock
   */
  public SessionStartLimitExceededException(SessionStartLimit limit, Instant resetsAt) {
    super(
        "%s of %s session starts left, the limit resets at %s"
            .formatted(
                requireNonNull(limit, "limit").remaining(),
                limit.total(),
                requireNonNull(resetsAt, "resetsAt")));
    this.limit = limit;
    this.resetsAt = resetsAt;
  }

  /**
   * Returns the limit as it stood when the request was refused.
   *
   * @return the limit
   */
  public SessionStartLimit limit() {
    return limit;
  }

  /**
   * Returns when Discord resets the limit.
   *
   * @return the moment by the wall clock
   */
  public Instant resetsAt() {
    return resetsAt;
  }
}
