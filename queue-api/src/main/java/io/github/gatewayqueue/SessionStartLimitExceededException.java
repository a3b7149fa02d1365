package io.github.gatewayqueue;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.internal.LimitText;
import java.io.Serial;
import java.time.Instant;
import java.util.Locale;

/**
 * Thrown when fewer session starts are left than were asked for: by a queue that fails instead of
 * waiting, and by a check before many shards start. The limit resets at {@link #resetsAt()}.
 */
public class SessionStartLimitExceededException extends GatewayQueueException {
  @Serial private static final long serialVersionUID = 1L;

  /** The limit as it stood when the request was refused. */
  private final SessionStartLimit limit;

  /** When Discord resets the limit, by the wall clock. */
  private final Instant resetsAt;

  /** How many of the starts that are left are not used. */
  private final int reserve;

  /**
   * Creates an exception.
   *
   * @param limit the limit as it stands
   * @param reserve how many of the day's starts are kept, at least 0; if they are all or more, all
   *     but one are kept
   * @param wanted how many starts were asked for, at least 1
   * @param resetsAt when Discord resets the limit, by the wall clock
   * @throws IllegalArgumentException if {@code reserve < 0} or {@code wanted < 1}
   */
  public SessionStartLimitExceededException(
      SessionStartLimit limit, int reserve, int wanted, Instant resetsAt) {
    super(message(requireNonNull(limit, "limit"), reserve, wanted));
    this.limit = limit;
    this.reserve = LimitText.heldBack(limit, reserve);
    this.resetsAt = requireNonNull(resetsAt, "resetsAt");
  }

  private static String message(SessionStartLimit limit, int reserve, int wanted) {
    if (reserve < 0) {
      throw new IllegalArgumentException("reserve is " + reserve + ", expected at least 0");
    }
    if (wanted < 1) {
      throw new IllegalArgumentException("wanted is " + wanted + ", expected at least 1");
    }
    String what =
        wanted == 1
            ? "the session starts are used up: "
            : String.format(Locale.ROOT, "%,d session starts are wanted: ", wanted);
    return what + LimitText.left(limit, reserve);
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
   * Returns how many of the starts that are left are kept in reserve.
   *
   * @return the reserve, at least 0
   */
  public int reserve() {
    return reserve;
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
