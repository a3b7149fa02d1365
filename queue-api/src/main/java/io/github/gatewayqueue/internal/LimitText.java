package io.github.gatewayqueue.internal;

import io.github.gatewayqueue.SessionStartLimit;
import java.util.Locale;

/** A session start limit, as people read it. */
public final class LimitText {
  private LimitText() {}

  /**
   * Returns the reserve, lowered if necessary so that one start of the day can be used.
   *
   * @param limit the limit as it stands
   * @param reserve how many starts are kept as it was set, at least 0
   * @return the lowered reserve, at least 0
   */
  public static int heldBack(SessionStartLimit limit, int reserve) {
    return Math.min(reserve, Math.max(0, limit.total() - 1));
  }

  /**
   * Returns a limit as {@code 20 of 1,000 session starts left, 1 of them kept in reserve; resets in
   * 23 h 10 min}.
   *
   * @param limit the limit as it stands
   * @param reserve how many starts are kept, at least 0
   * @return the text
   */
  public static String left(SessionStartLimit limit, int reserve) {
    String kept =
        reserve == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %,d of them kept in reserve",
                Math.min(heldBack(limit, reserve), limit.remaining()));
    return String.format(
        Locale.ROOT,
        "%,d of %,d session starts left%s; resets in %s",
        limit.remaining(),
        limit.total(),
        kept,
        DurationText.rough(limit.resetAfter()));
  }
}
