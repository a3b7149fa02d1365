package io.github.gatewayqueue.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long a budget trusts a reading, and what it tells from two of them, in virtual time. */
class BudgetAgeTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MAX_AGE = Duration.ofMinutes(10).toNanos();
  private static final long DAY = Duration.ofDays(1).toNanos();
  private static final long T0 = Long.MAX_VALUE - 20 * SECOND; // the clock runs over meanwhile

  private final Budget budget = budget(false);

  private static Budget budget(boolean predecessor) {
    return new Budget(
        1, new SplittableRandom(1), Budget.MIN_BACKOFF.toNanos(), MAX_AGE, predecessor, T0);
  }

  private static SessionStartLimit limit(int remaining, long resetAfterNanos) {
    return new SessionStartLimit(1000, remaining, Duration.ofNanos(resetAfterNanos), 4);
  }

  /** Takes a reading that was seen and came at one moment of a day that ends a day after T0. */
  private void accept(int remaining, long nowNanos) {
    budget.accept(limit(remaining, T0 + DAY - nowNanos), nowNanos, nowNanos);
  }

  private static int chargeAll(Budget budget, long nowNanos) {
    int charged = 0;
    while (budget.tryCharge(nowNanos, 0) == 0) {
      charged++;
    }
    return charged;
  }

  private void charge(int starts, long nowNanos) {
    for (int i = 0; i < starts; i++) {
      assertEquals(0, budget.tryCharge(nowNanos, 0));
    }
  }

  private int remaining(long nowNanos) {
    SessionStartLimit limit = budget.limit(nowNanos);
    return limit == null ? -1 : limit.remaining();
  }

  @Test
  void beginRenewal_goodReading_atItsAgeAndNotBeforeAndOnce() {
    accept(500, T0);
    assertFalse(budget.beginRenewal(T0 + MAX_AGE - 1));
    assertTrue(budget.beginRenewal(T0 + MAX_AGE));
    assertFalse(budget.beginRenewal(T0 + MAX_AGE));
    assertFalse(budget.beginRefresh(T0 + MAX_AGE));
    charge(1, T0 + MAX_AGE); // nobody waits for it
  }

  @Test
  void beginRefresh_youngReading_doesNot() {
    accept(500, T0);
    assertFalse(budget.beginRefresh(T0 + 30 * SECOND - 1));
    assertTrue(budget.beginRefresh(T0 + 30 * SECOND));
  }

  @Test
  void fail_renewal_leavesTheReadingGoodAndIsTriedAgainLaterAndLater() {
    accept(500, T0);
    long now = T0 + MAX_AGE;
    for (int seconds : new int[] {1, 2, 4}) {
      assertTrue(budget.beginRenewal(now));
      budget.fail(now);
      budget.readingEnded();
      charge(1, now);
      assertFalse(budget.beginRenewal(now + seconds * SECOND / 2));
      now += seconds * SECOND;
    }
    assertTrue(budget.beginRenewal(now));
  }

  @Test
  void tryCharge_usedUpByItsOwnCharges_isReadAgainAfterHalfAMinute() {
    accept(3, T0);
    charge(2, T0);
    assertTrue(budget.isExhausted(T0 + 30 * SECOND - 1));
    assertFalse(budget.isExhausted(T0 + 30 * SECOND));
    assertEquals(DAY - 30 * SECOND, budget.delayNanos(T0 + 30 * SECOND)); // until the reset
    assertNull(budget.tell(T0 + 30 * SECOND));
    assertEquals(Budget.READ, budget.tryCharge(T0 + 30 * SECOND, 0));
    budget.accept(limit(3, DAY), T0 + 30 * SECOND, T0 + 31 * SECOND);
    assertEquals(2, chargeAll(budget, T0 + 31 * SECOND)); // they never became an IDENTIFY
  }

  @Test
  void tryCharge_readingThatLeavesNone_staysSoUntilItIsRenewedAtItsAge() {
    accept(1, T0);
    long due = T0 + MAX_AGE;
    assertTrue(budget.isExhausted(due - 1));
    assertEquals(1, budget.tryCharge(due - 1, 0));
    assertFalse(budget.beginRenewal(due - 1));
    assertTrue(budget.isExhausted(due));
    assertTrue(budget.beginRenewal(due));
    assertTrue(budget.isExhausted(due));
  }

  @Test
  void usedElsewhere_dropWithinADay_isCountedAndToldOnce() {
    accept(500, T0);
    accept(400, T0 + 60 * SECOND);
    assertEquals(100, budget.usedElsewhere());
    assertEquals(100, budget.tellUsedElsewhere());
    assertEquals(0, budget.tellUsedElsewhere());
    accept(398, T0 + 120 * SECOND);
    assertEquals(102, budget.usedElsewhere());
    assertEquals(2, budget.tellUsedElsewhere());
  }

  @Test
  void usedElsewhere_ownStarts_areNone() {
    accept(500, T0);
    charge(5, T0 + SECOND);
    charge(5, T0 + 55 * SECOND); // not counted yet
    accept(495, T0 + 60 * SECOND);
    accept(490, T0 + 90 * SECOND);
    assertEquals(0, budget.usedElsewhere());
    accept(489, T0 + 91 * SECOND);
    assertEquals(1, budget.usedElsewhere());
  }

  @Test
  void usedElsewhere_heldAndCancelledStarts_areNone() {
    accept(500, T0);
    assertEquals(0, budget.tryCharge(T0 + SECOND, 60 * SECOND));
    assertEquals(0, budget.tryCharge(T0 + 2 * SECOND, 60 * SECOND));
    accept(500, T0 + 20 * SECOND);
    budget.used(T0 + SECOND, 60 * SECOND, T0 + 21 * SECOND);
    budget.takeBack(T0 + 2 * SECOND, 60 * SECOND);
    accept(499, T0 + 40 * SECOND);
    assertEquals(0, budget.usedElsewhere());
    accept(498, T0 + 60 * SECOND);
    assertEquals(1, budget.usedElsewhere());
  }

  @Test
  void usedElsewhere_overAReset_isNone() {
    budget.accept(limit(500, 5 * SECOND), T0, T0);
    budget.accept(limit(100, DAY), T0 + 6 * SECOND, T0 + 6 * SECOND);
    assertEquals(0, budget.usedElsewhere());
  }

  @Test
  void usedElsewhere_anotherTotal_isNone() {
    accept(500, T0);
    Duration resetAfter = Duration.ofNanos(DAY - SECOND);
    budget.accept(new SessionStartLimit(900, 400, resetAfter, 1), T0 + SECOND, T0 + SECOND);
    assertEquals(0, budget.usedElsewhere());
  }

  /** A start long after another one forgets that one only if no limit can miss it any more. */
  @Test
  void accept_readingThatTookLong_subtractsAllStartsSinceItWasAskedFor() {
    accept(500, T0);
    long asked = T0 + MAX_AGE;
    assertTrue(budget.beginRenewal(asked));
    charge(1, asked + SECOND);
    charge(1, asked + 30 * SECOND);
    budget.accept(limit(500, DAY / 2), asked, asked + 31 * SECOND);
    assertEquals(498, remaining(asked + 31 * SECOND));
  }

  @Test
  void accept_predecessor_keepsTenPerBucketBackUntilAReadingTenSecondsLater() {
    Budget after = budget(true);
    after.accept(limit(41, DAY), T0, T0);
    assertEquals(10 * SECOND, after.tryCharge(T0, 0));
    assertFalse(after.isExhausted(T0));
    assertEquals(Budget.READ, after.tryCharge(T0 + 10 * SECOND, 0));
    after.accept(limit(41, DAY), T0 + 10 * SECOND, T0 + 10 * SECOND);
    assertEquals(40, chargeAll(after, T0 + 10 * SECOND));
  }

  /** It hides so many that are used elsewhere. */
  @Test
  void beginRenewal_predecessor_isDueAsSoonAsMayBe() {
    Budget after = budget(true);
    after.accept(limit(500, DAY), T0, T0);
    assertFalse(after.beginRenewal(T0 + 30 * SECOND - 1));
    assertTrue(after.beginRenewal(T0 + 30 * SECOND));
    after.accept(limit(500, DAY), T0 + 30 * SECOND, T0 + 30 * SECOND);
    after.readingEnded();
    assertFalse(after.beginRenewal(T0 + 60 * SECOND));
  }

  @Test
  void tryCharge_onlyAPredecessorsAreUncertainAndThatIsLongAgo_readsAtOnce() {
    Budget after = budget(true);
    after.accept(limit(45, DAY), T0, T0);
    for (int i = 0; i < 4; i++) {
      assertEquals(0, after.tryCharge(T0 + 20 * SECOND, 0));
    }
    assertEquals(Budget.READ, after.tryCharge(T0 + 20 * SECOND, 0));
  }

  @Test
  void accept_predecessorAndPlentyLeft_goesAtOnce() {
    Budget after = budget(true);
    after.accept(limit(50, DAY), T0 + 10 * SECOND - 1, T0 + 11 * SECOND);
    assertEquals(50 - 10 * 4 - 1, chargeAll(after, T0 + 11 * SECOND));
  }

  private static void assertTold(
      boolean usedUp, Budget.@Nullable Few few, String start, String end) {
    assertNotNull(few);
    assertEquals(usedUp, few.usedUp());
    assertTrue(few.text().startsWith(start), few.text());
    assertTrue(few.text().endsWith(end), few.text());
  }

  @Test
  void tell_atAFifthATenthAndATwentieth_onceEachWithThePace() {
    accept(202, T0);
    charge(1, T0);
    assertNull(budget.tell(T0));
    charge(1, T0);
    assertTold(false, budget.tell(T0), "200 of 1,000", "at the pace of the last hour, 2 starts");
    assertNull(budget.tell(T0));
    charge(99, T0);
    assertNull(budget.tell(T0));
    charge(1, T0);
    assertTold(false, budget.tell(T0), "100 of 1,000", ", 102 starts");
    charge(50, T0);
    assertTold(false, budget.tell(T0), "50 of 1,000", ", 152 starts");
    charge(48, T0);
    assertNull(budget.tell(T0));
    charge(1, T0);
    assertTold(true, budget.tell(T0), "1 of 1,000", "");
    assertNull(budget.tell(T0));
  }

  @Test
  void tell_newDay_tellsAnew() {
    accept(200, T0);
    assertNotNull(budget.tell(T0));
    budget.accept(limit(1000, DAY), T0 + DAY, T0 + DAY);
    assertNull(budget.tell(T0 + DAY));
    budget.accept(limit(40, DAY / 2), T0 + DAY + DAY / 2, T0 + DAY + DAY / 2);
    assertTold(false, budget.tell(T0 + DAY + DAY / 2), "40 of 1,000", "resets in 12 h");
  }

  @Test
  void delayNanosToKnow_enoughOrFewer_isKnownWhileTheReadingIsYoung() {
    assertEquals(Budget.READ, budget.delayNanosToKnow(1, T0));
    accept(500, T0);
    long half = T0 + 30 * SECOND;
    assertEquals(0, budget.delayNanosToKnow(499, half - 1));
    assertEquals(Budget.READ, budget.delayNanosToKnow(499, half));
    assertEquals(0, budget.delayNanosToKnow(500, half - 1));
    assertEquals(Budget.READ, budget.delayNanosToKnow(500, half));
    assertNull(budget.limitIfFewer(499, T0));
    assertEquals(limit(500, DAY), budget.limitIfFewer(500, T0));
  }

  /** It is put off for a minute at most. */
  @Test
  void delayNanosToKnow_readingLeavesNone_isKnownForAMinuteOrUntilItResets() {
    accept(1, T0);
    assertEquals(0, budget.delayNanosToKnow(1, T0 + 60 * SECOND - 1));
    assertEquals(Budget.READ, budget.delayNanosToKnow(1, T0 + 60 * SECOND));
    budget.accept(limit(1, 5 * SECOND), T0, T0);
    assertEquals(Budget.READ, budget.delayNanosToKnow(1, T0 + 5 * SECOND));
  }

  /** As the starts of a bot that comes up are: all of them within half a minute of the reading. */
  @Test
  void tell_stillUsedUpAtTheNextReading_isToldOnce() {
    accept(3, T0);
    charge(2, T0 + SECOND);
    assertNotNull(budget.tell(T0 + SECOND));
    assertEquals(Budget.READ, budget.tryCharge(T0 + 30 * SECOND, 0));
    budget.accept(limit(1, DAY), T0 + 30 * SECOND, T0 + 31 * SECOND);
    budget.readingEnded();
    assertNull(budget.tell(T0 + 31 * SECOND));
  }

  @Test
  void tryCharge_nobodyAskedForLong_waitsForANewReading() {
    accept(1000, T0);
    long stale = T0 + 2 * MAX_AGE;
    assertEquals(0, budget.tryCharge(stale - 2, 0));
    assertEquals(Budget.READ, budget.tryCharge(stale, 0));
    assertEquals(20 * SECOND, budget.tryCharge(stale + 10 * SECOND, 0));
    budget.accept(limit(3, DAY / 2), stale, stale + 11 * SECOND); // may have missed one
    budget.readingEnded();
    assertEquals(1, chargeAll(budget, stale + 11 * SECOND));
  }

  @Test
  void tryCharge_staleAndTheReadingFailsOrHangs_goesByTheOldOne() {
    accept(1000, T0);
    long stale = T0 + 2 * MAX_AGE;
    assertEquals(Budget.READ, budget.tryCharge(stale, 0));
    assertEquals(0, budget.tryCharge(stale + 30 * SECOND, 0)); // it hangs
    budget.fail(stale + 31 * SECOND);
    budget.readingEnded();
    assertEquals(0, budget.tryCharge(stale + 31 * SECOND, 0));
  }

  @Test
  void delayNanosToKnow_leavesNoneAndNoMomentToWaitFor_isKnownAtOnce() {
    accept(1, T0);
    budget.accept(limit(1, 0), T0 + SECOND, T0 + SECOND);
    assertEquals(0, budget.delayNanosToKnow(1, T0 + SECOND));
    assertNotNull(budget.limitIfFewer(1, T0 + SECOND));
  }

  /** What is not told while it is not known must not count as told. */
  @Test
  void tell_fewLeftThatAPredecessorMayHaveUsed_isToldWhenItIsKnown() {
    var unknown = new Budget(1, new SplittableRandom(1), SECOND, MAX_AGE, true, T0);
    unknown.accept(limit(2, DAY), T0, T0);
    assertNull(unknown.tell(T0));
    unknown.accept(limit(2, DAY), T0 + 10 * SECOND, T0 + 10 * SECOND);
    assertNotNull(unknown.tell(T0 + 10 * SECOND));
  }

  @Test
  void delayNanosToKnow_startsMayBeUncounted_isKnownTenSecondsLater() {
    accept(600, T0);
    charge(5, T0);
    accept(500, T0 + SECOND);
    long now = T0 + SECOND;
    assertEquals(0, budget.delayNanosToKnow(494, now));
    assertEquals(10 * SECOND, budget.delayNanosToKnow(495, now));
    assertEquals(10 * SECOND, budget.delayNanosToKnow(499, now));
    assertEquals(0, budget.delayNanosToKnow(500, now));
    assertEquals(Budget.READ, budget.delayNanosToKnow(495, now + 10 * SECOND));
  }
}
