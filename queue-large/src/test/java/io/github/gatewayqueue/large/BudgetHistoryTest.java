package io.github.gatewayqueue.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a budget remembers of the readings before, in virtual time. */
class BudgetHistoryTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long T0 = Long.MAX_VALUE - SECOND; // the clock runs over meanwhile

  private static Budget budget(long seed) {
    return new Budget(
        1,
        new SplittableRandom(seed),
        Budget.MIN_BACKOFF.toNanos(),
        Duration.ofMinutes(10).toNanos(),
        false,
        0);
  }

  private static SessionStartLimit limit(Duration resetAfter) {
    return new SessionStartLimit(1000, 1000, resetAfter, 1);
  }

  private static void charge(Budget budget, long nowNanos) {
    assertEquals(0, budget.tryCharge(nowNanos, 0));
  }

  private static int remaining(Budget budget, long nowNanos) {
    SessionStartLimit limit = budget.limit(nowNanos);
    return limit == null ? -1 : limit.remaining();
  }

  /** It does not tell when its day ends, so no start since then is known to be of another one. */
  @Test
  void accept_lastReadingHadNoReset_startsBeforeItAreSubtractedAsBefore() {
    Budget budget = budget(1);
    budget.accept(limit(Duration.ZERO), T0, T0);
    charge(budget, T0 + SECOND);
    budget.accept(limit(Duration.ZERO), T0 + 2 * SECOND, T0 + 2 * SECOND);
    assertEquals(999, remaining(budget, T0 + 2 * SECOND));
    budget.accept(limit(Duration.ofDays(1)), T0 + 3 * SECOND, T0 + 3 * SECOND);
    assertEquals(999, remaining(budget, T0 + 3 * SECOND));
  }

  /** Many queues that fail at once, as when Discord is away, do not all ask again at once. */
  @Test
  void fail_ofManyQueuesAtOnce_theyReadAgainAtDifferentMoments() {
    int early = 0;
    for (int seed = 0; seed < 100; seed++) {
      Budget budget = budget(seed);
      assertTrue(budget.beginReading(T0));
      budget.fail(T0);
      budget.readingEnded();
      early += budget.beginReading(T0 + SECOND * 3 / 4) ? 1 : 0;
    }
    assertTrue(early > 25 && early < 75, early + " of 100 read again in the first half");
  }
}
