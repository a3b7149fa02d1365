package io.github.gatewayqueue.internal;

import io.github.gatewayqueue.SessionStartLimit;
import java.util.Locale;

/** A session start limit, as people read it. */
public final class LimitText {
  private LimitText() {}

  /**
   * As {@code 20 of 1,000 session starts left, 1 of them kept in reserve; resets in 23 h 10 min}.
   */
  public static String left(SessionStartLimit limit, int reserve) {
    String kept =
        reserve == 0
            ? ""
            : String.format(
                Locale.ROOT, ", %,d of them kept in reserve", Math.min(reserve, limit.remaining()));
    return String.format(
        Locale.ROOT,
        "%,d of %,d session starts left%s; resets in %s",
        limit.remaining(),
        limit.total(),
        kept,
        DurationText.rough(limit.resetAfter()));
  }
}
