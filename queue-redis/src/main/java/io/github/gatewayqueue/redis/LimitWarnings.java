package io.github.gatewayqueue.redis;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.internal.LimitText;
import io.github.gatewayqueue.internal.LowStarts;
import io.github.gatewayqueue.internal.SafeLogger;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Logs what the operator must know of the session start limit, from the store's replies. Each
 * process logs it for the whole queue, so no line depends on one of them. Used by the worker.
 */
final class LimitWarnings {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.redis"));

  /** A reset that is so much later than it was is another one. */
  private static final long ANOTHER_RESET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final int reserve;
  private final LowStarts low = new LowStarts();
  private @Nullable SessionStartLimit known;

  /** When that limit resets. Meaningless without one. */
  private long resetNanos;

  private boolean exhaustionTold;

  /** How many starts were used elsewhere, as of the last answer. */
  private long usedElsewhere;

  LimitWarnings(int reserve) {
    this.reserve = reserve;
  }

  /**
   * Takes an answer.
   *
   * @param hasRead whether this process has just read the limit
   * @param exhausted whether somebody waits here, or did so, since the starts were used up
   */
  void answered(StepReply reply, boolean hasRead, boolean exhausted, long nowNanos) {
    SessionStartLimit limit = reply.limit();
    long news = reply.budget().usedElsewhere() - usedElsewhere;
    usedElsewhere += news;
    if (limit != null) {
      if (hasRead && news > 0) { // one line is enough
        LOGGER.log(
            WARNING,
            news
                + " session starts were used elsewhere, by another program or an old process: "
                + LimitText.left(limit, reserve));
      }
      notePace(limit, nowNanos);
      warnIfLow(limit, reply, nowNanos);
    }
    if (exhausted && !exhaustionTold) {
      LOGGER.log(
          WARNING,
          "the session starts are used up: "
              + (limit == null ? "" : LimitText.left(limit, reserve)));
    }
    exhaustionTold = exhausted;
  }

  /** What is less than before was used, by whichever process or program. */
  private void notePace(SessionStartLimit limit, long nowNanos) {
    SessionStartLimit before = known;
    long nextResetNanos = nowNanos + limit.resetAfter().toNanos();
    if (before != null
        && before.total() == limit.total()
        && nextResetNanos - resetNanos < ANOTHER_RESET_NANOS) {
      low.used(before.remaining() - limit.remaining(), nowNanos);
    } else if (!limit.resetAfter().isZero()) {
      exhaustionTold = false; // of another day
    }
    known = limit;
    resetNanos = nextResetNanos;
  }

  private void warnIfLow(SessionStartLimit limit, StepReply reply, long nowNanos) {
    if (reply.exhaustedNanos() > 0) {
      low.usedUp();
      return;
    }
    String few = low.tell(limit, reserve, reply.budget().usable(), nowNanos);
    if (few != null) {
      LOGGER.log(WARNING, "the session starts run low: " + few);
    }
  }
}
