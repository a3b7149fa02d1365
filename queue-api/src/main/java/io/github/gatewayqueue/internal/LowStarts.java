package io.github.gatewayqueue.internal;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides when to warn an operator that few session starts are left: at a fifth, a tenth and a
 * twentieth of the day's total, once each until there are more again. Plain state, without a lock;
 * every moment is handed in, as a value of {@link System#nanoTime}.
 */
public final class LowStarts {
  private static final int[] PARTS = {5, 10, 20};

  /** This part of the day's has to come back, or a start that is given back would be news. */
  private static final int MARGIN_PART = 20;

  private final StartsPerHour pace = new StartsPerHour();

  /** Of how many of the parts an operator has heard. */
  private int told;

  /** Creates the state of a budget of which nothing is known yet. */
  public LowStarts() {}

  /**
   * Takes note of starts that were used, for the pace.
   *
   * @param starts how many; fewer than 0 if so many were given back
   * @param nowNanos the present moment
   */
  public void used(int starts, long nowNanos) {
    pace.add(starts, nowNanos);
  }

  /** Takes note that an operator has heard that no start is left. */
  public void usedUp() {
    told = PARTS.length;
  }

  /**
   * Returns what an operator should hear of a limit.
   *
   * @param limit the limit as it stands
   * @param reserve how many starts are kept, as it was set
   * @param usable how many are, as far as is known; below 0 if more were charged than there are
   * @param nowNanos the present moment
   * @return the text, or null if there is no news
   */
  public @Nullable String tell(SessionStartLimit limit, int reserve, long usable, long nowNanos) {
    int low = low(limit, 0);
    if (low <= told || usable <= 0) { // then it is not known yet whether they are used up
      told = Math.min(told, low(limit, limit.total() / MARGIN_PART));
      return null;
    }
    told = low;
    String left = LimitText.left(limit, reserve);
    int anHour = pace.ofLastHour(nowNanos);
    if (anHour <= 0) {
      return left;
    }
    Duration lasts =
        Duration.ofHours(1)
            .multipliedBy(limit.remaining() - LimitText.heldBack(limit, reserve))
            .dividedBy(anHour);
    return String.format(
        Locale.ROOT,
        "%s, used up in %s at the pace of the last hour, %,d starts",
        left,
        DurationText.rough(lasts),
        anHour);
  }

  private static int low(SessionStartLimit limit, int margin) {
    for (int i = PARTS.length; i > 0; i--) {
      if (limit.remaining() - margin <= limit.total() / PARTS[i - 1]) {
        return i;
      }
    }
    return 0;
  }
}
