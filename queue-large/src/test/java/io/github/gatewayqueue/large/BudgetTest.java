package io.github.gatewayqueue.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drives the budget in virtual time: nothing waits here, and no clock is read. */
class BudgetTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final Duration MAX_AGE = Duration.ofMinutes(10);
  private static final long DAY = Duration.ofDays(1).toNanos();

  /** The clock runs over from its greatest value to its least an hour into each test. */
  private static final long T0 = Long.MAX_VALUE - Duration.ofHours(1).toNanos();

  private static Budget budget(int reserve) {
    return budget(reserve, MAX_AGE.toNanos());
  }

  private static Budget budget(int reserve, long maxReadingAgeNanos) {
    return new Budget(
        reserve,
        new SplittableRandom(1),
        Budget.MIN_BACKOFF.toNanos(),
        maxReadingAgeNanos,
        false,
        0);
  }

  private static SessionStartLimit limit(int total, int remaining, long resetAfterNanos) {
    return new SessionStartLimit(total, remaining, Duration.ofNanos(resetAfterNanos), 1);
  }

  private static int chargeAll(Budget budget, long nowNanos) {
    int charged = 0;
    while (budget.tryCharge(nowNanos, 0) == 0) {
      charged++;
    }
    return charged;
  }

  @Test
  void tryCharge_unknown_readsOnceAndChargesNothing() {
    Budget budget = budget(1);
    assertNull(budget.limit(T0));
    assertFalse(budget.isExhausted(T0));
    assertEquals(Budget.READ, budget.tryCharge(T0, 0));
    assertEquals(60 * SECOND, budget.tryCharge(T0, 0)); // and no longer: its thread may not start
    assertFalse(budget.beginReading(T0));
    budget.readingEnded();
    assertEquals(Budget.READ, budget.tryCharge(T0, 0));
  }

  @Test
  void beginReading_knownOrPutOff_doesNot() {
    Budget budget = budget(1);
    assertTrue(budget.beginReading(T0));
    budget.readingEnded();
    budget.fail(T0);
    assertFalse(budget.beginReading(T0));
    assertTrue(budget.beginReading(T0 + budget.tryCharge(T0, 0)));
    budget.accept(limit(1000, 25, DAY), T0, T0);
    budget.readingEnded();
    assertFalse(budget.beginReading(T0 + 2 * MAX_AGE.toNanos() - 1)); // which is not stale yet
    assertTrue(budget.beginReading(T0 + DAY));
  }

  @Test
  void readingAge_countsFromTheQuestion() {
    Budget budget = budget(1);
    assertEquals(-1, budget.readingAgeNanos(T0));
    budget.accept(limit(1000, 25, DAY), T0, T0 + SECOND);
    assertEquals(2 * DAY, budget.readingAgeNanos(T0 + 2 * DAY));
    budget.fail(T0 + 2 * DAY);
    assertEquals(3 * DAY, budget.readingAgeNanos(T0 + 3 * DAY));
  }

  @ParameterizedTest
  @ValueSource(longs = {24 * 3600 + 1, 31_536_000_000L})
  void accept_resetFarAway_isReadAgainAfterADay(long resetSeconds) {
    Budget budget = budget(1);
    budget.accept(new SessionStartLimit(1000, 1, Duration.ofSeconds(resetSeconds), 1), T0, T0);
    assertEquals(DAY, budget.delayNanos(T0));
    assertEquals(Budget.READ, budget.delayNanos(T0 + DAY));
  }

  /** As a cache does that is stuck. */
  @ParameterizedTest
  @ValueSource(ints = {0, 900})
  void accept_alwaysAboutToReset_isReadMoreAndMoreSeldom(int remaining) {
    Budget budget = budget(1);
    long now = T0;
    int readings = 0;
    while (now - T0 < 10 * 60 * SECOND) {
      long delay = budget.tryCharge(now, 0);
      if (delay == Budget.READ) {
        readings++;
        budget.accept(limit(1000, remaining, SECOND / 1000), now, now);
        budget.readingEnded();
      } else {
        now += Math.max(delay, SECOND / 1000);
      }
    }
    assertTrue(readings <= 24, "read " + readings + " times in ten minutes");
    budget.accept(limit(1000, 900, DAY), now, now);
    assertEquals(0, budget.tryCharge(now, 0));
  }

  @Test
  void fail_sourceSaysForHowLong_isNotReadBefore() {
    Budget budget = budget(1);
    assertTrue(budget.beginReading(T0));
    budget.readingEnded();
    budget.fail(T0, Duration.ofHours(23));
    long wait = Duration.ofHours(23).toNanos();
    assertEquals(wait, budget.tryCharge(T0, 0));
    assertFalse(budget.beginReading(T0 + wait - 1));
    assertTrue(budget.beginReading(T0 + wait));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void tryCharge_known_chargesDownToTheReserveAndThenWaitsForTheReset(int reserve) {
    Budget budget = budget(reserve);
    budget.accept(limit(1000, 25, DAY), T0, T0);
    assertEquals(25 - reserve, chargeAll(budget, T0 + SECOND));
    assertTrue(budget.isExhausted(T0 + SECOND));
    assertEquals(29 * SECOND, budget.tryCharge(T0 + SECOND, 0)); // then it is read again
    assertFalse(budget.isExhausted(T0 + 30 * SECOND));
    assertEquals(Budget.READ, budget.tryCharge(T0 + 30 * SECOND, 0));
    budget.accept(limit(1000, reserve, DAY - 30 * SECOND), T0 + 30 * SECOND, T0 + 30 * SECOND);
    budget.readingEnded();
    assertEquals(MAX_AGE.toNanos(), budget.tryCharge(T0 + 30 * SECOND, 0));
    assertEquals(1, budget.delayNanos(T0 + DAY - 1));
    assertTrue(budget.isExhausted(T0 + DAY - 1));
    assertEquals(limit(1000, reserve, 1), budget.limit(T0 + DAY - 1));
    assertFalse(budget.isExhausted(T0 + DAY));
    assertEquals(Budget.READ, budget.tryCharge(T0 + DAY, 0));
  }

  @Test
  void tryCharge_resetPassedWithBudgetLeft_readsBeforeTheNextStart() {
    Budget budget = budget(0);
    budget.accept(limit(1000, 25, DAY), T0, T0);
    assertEquals(0, budget.tryCharge(T0, 0));
    assertEquals(Budget.READ, budget.tryCharge(T0 + DAY, 0));
    assertEquals(limit(1000, 24, 0), budget.limit(T0 + DAY));
  }

  @Test
  void accept_reserveOfTheTotalOrMore_leavesOneStart() {
    Budget budget = budget(10);
    budget.accept(limit(10, 10, DAY), T0, T0);
    assertEquals(1, chargeAll(budget, T0));
    budget.accept(limit(0, 0, DAY), T0 + DAY, T0 + DAY);
    assertEquals(0, chargeAll(budget, T0 + DAY));
  }

  @Test
  void accept_startsOfTheLastTenSeconds_areSubtracted() {
    Budget budget = budget(0);
    budget.accept(limit(1000, 1000, DAY), T0, T0);
    for (int second = 0; second < 20; second++) {
      assertEquals(0, budget.tryCharge(T0 + second * SECOND, 0));
    }
    long asked = T0 + 20 * SECOND;
    budget.accept(limit(1000, 500, DAY), asked, asked + SECOND);
    assertEquals(limit(1000, 490, DAY), budget.limit(asked + SECOND)); // seconds 10 to 19
  }

  @Test
  void accept_startsWhileTheReadingWasUnderWay_areSubtracted() {
    Budget budget = budget(0);
    budget.accept(limit(1000, 1000, DAY), T0, T0);
    long asked = T0 + 60 * SECOND;
    assertEquals(0, budget.tryCharge(asked + SECOND, 0));
    budget.accept(limit(1000, 500, DAY), asked, asked + 2 * SECOND);
    assertEquals(limit(1000, 499, DAY), budget.limit(asked + 2 * SECOND));
  }

  @Test
  void accept_startsBeforeTheReset_belongToTheOldWindow() {
    Budget budget = budget(0);
    budget.accept(limit(1000, 1000, 5 * SECOND), T0, T0);
    assertEquals(0, budget.tryCharge(T0 + 4 * SECOND, 0));
    assertEquals(Budget.READ, budget.tryCharge(T0 + 5 * SECOND, 0));
    budget.accept(limit(1000, 1000, DAY), T0 + 5 * SECOND, T0 + 6 * SECOND);
    assertEquals(limit(1000, 1000, DAY), budget.limit(T0 + 6 * SECOND));
  }

  @Test
  void accept_onlyTheSubtractionExhausts_readsAgainAfterTenSeconds() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 1000, DAY), T0, T0);
    for (int i = 0; i < 5; i++) {
      assertEquals(0, budget.tryCharge(T0, 0));
    }
    budget.accept(limit(1000, 6, DAY), T0, T0);
    assertEquals(10 * SECOND, budget.tryCharge(T0, 0));
    assertFalse(budget.isExhausted(T0)); // not for sure
    assertEquals(Budget.READ, budget.tryCharge(T0 + 10 * SECOND, 0));
    budget.accept(limit(1000, 6, DAY), T0 + 11 * SECOND, T0 + 11 * SECOND);
    assertEquals(5, chargeAll(budget, T0 + 11 * SECOND));
    assertTrue(budget.isExhausted(T0 + 11 * SECOND));
  }

  @Test
  void tryCharge_exhaustedThatASubtractionBroughtForward_readsAgainAfterTenSeconds() {
    Budget budget = budget(0);
    budget.accept(limit(1000, 1000, DAY), T0, T0);
    assertEquals(0, budget.tryCharge(T0, 0));
    budget.accept(limit(1000, 3, DAY), T0, T0);
    assertEquals(2, chargeAll(budget, T0 + SECOND));
    assertEquals(10 * SECOND, budget.tryCharge(T0 + SECOND, 0));
  }

  @Test
  void accept_resetAfterZero_isGoodForAMinuteIfAStartIsLeft() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 3, 0), T0, T0);
    assertEquals(0, budget.tryCharge(T0 + 60 * SECOND - 1, 0));
    assertEquals(Budget.READ, budget.tryCharge(T0 + 60 * SECOND, 0));
    budget.readingEnded();
    budget.accept(limit(1000, 3, 0), T0 + 90 * SECOND, T0 + 90 * SECOND);
    assertEquals(2, chargeAll(budget, T0 + 90 * SECOND));
    assertEquals(30 * SECOND, budget.tryCharge(T0 + 90 * SECOND, 0));
    assertFalse(budget.isExhausted(T0 + 90 * SECOND)); // when it resets is not known
  }

  @Test
  void accept_resetAfterZeroAndNoneLeft_countsAsFailed() {
    Budget budget = budget(1);
    long now = T0;
    long least = SECOND / 2;
    for (int failures = 0; failures < 4; failures++) {
      assertEquals(Budget.READ, budget.tryCharge(now, 0));
      budget.readingEnded();
      budget.accept(limit(1000, 1, 0), now, now);
      long delay = budget.tryCharge(now, 0);
      assertTrue(delay > least && delay <= 2 * least, failures + " failures: " + delay);
      least *= 2;
      now += delay;
    }
  }

  @Test
  void fail_backsOffFromOneSecondToSixtyLessJitter() {
    Budget budget = budget(1);
    long now = T0;
    for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
      assertEquals(Budget.READ, budget.tryCharge(now, 0));
      budget.readingEnded();
      budget.fail(now);
      long delay = budget.tryCharge(now, 0);
      assertTrue(delay > seconds * SECOND / 2 && delay <= seconds * SECOND, "delay " + delay);
      assertEquals(1, budget.tryCharge(now + delay - 1, 0));
      now += delay;
    }
    budget.accept(limit(1000, 2, SECOND), now, now);
    assertEquals(Budget.READ, budget.tryCharge(now + SECOND, 0));
  }

  @Test
  void refused_asksAnewAtOnce() {
    Budget budget = budget(1);
    assertEquals(Budget.READ, budget.tryCharge(T0, 0));
    budget.readingEnded();
    budget.fail(T0);
    assertTrue(budget.tryCharge(T0, 0) > 0);
    budget.refused();
    assertEquals(Budget.READ, budget.tryCharge(T0, 0));
  }

  @Test
  void accept_duringAReading_makesItsAnswerStale() {
    Budget budget = budget(0);
    assertEquals(Budget.READ, budget.tryCharge(T0, 0));
    long version = budget.version();
    budget.accept(limit(1000, 1, SECOND), T0, T0);
    assertTrue(budget.version() != version);
    assertEquals(0, budget.tryCharge(T0, 0));
    assertFalse(budget.beginReading(T0 + SECOND)); // the stale one has not ended: one at a time
    budget.readingEnded();
    assertEquals(Budget.READ, budget.tryCharge(T0 + SECOND, 0));
  }

  @Test
  void accept_longestResetAfter_doesNotOverflow() {
    Budget budget = budget(0);
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    budget.accept(new SessionStartLimit(1, 1, longest, 1), T0, T0);
    assertEquals(0, budget.tryCharge(T0, 0));
    assertEquals(limit(1, 0, DAY - 1), budget.limit(T0 + 1));
  }

  @Test
  void accept_askedJustBeforeTheResetAsOurClockIsFast_keepsTheStartsOfTheSameWindow() {
    Budget budget = budget(0, DAY);
    budget.accept(limit(1000, 1000, DAY), T0, T0);
    for (int i = 0; i < 80; i++) {
      assertEquals(0, budget.tryCharge(T0 + DAY - SECOND, 0));
    }
    assertEquals(Budget.READ, budget.tryCharge(T0 + DAY, 0));
    budget.accept(limit(1000, 1000, 4 * SECOND), T0 + DAY, T0 + DAY); // has counted none of them
    assertEquals(920, chargeAll(budget, T0 + DAY));
  }

  /** The slack is a tenth of the time to the reset: what is older is told apart by the reset. */
  @Test
  void accept_sameResetToldAgain_keepsTheStartsThatAreOlderThanTheSlack() {
    Budget budget = budget(0);
    budget.accept(limit(1000, 1000, 50 * SECOND), T0, T0);
    assertEquals(0, budget.tryCharge(T0 + 42 * SECOND, 0));
    assertEquals(Budget.READ, budget.tryCharge(T0 + 50 * SECOND, 0));
    budget.accept(limit(1000, 1000, 4 * SECOND), T0 + 50 * SECOND, T0 + 50 * SECOND);
    assertEquals(limit(1000, 999, 4 * SECOND), budget.limit(T0 + 50 * SECOND));
  }

  @Test
  void accept_startsInTheLastSecondsOfADay_areSubtractedFromTheNextAsTheyMayBeOfIt() {
    Budget budget = budget(0, DAY);
    budget.accept(limit(1000, 1000, DAY), T0, T0);
    assertEquals(0, budget.tryCharge(T0 + DAY - 11 * SECOND, 0));
    assertEquals(
        0, budget.tryCharge(T0 + DAY - 4 * SECOND, 0)); // on a clock that is slow: after the reset
    budget.accept(limit(1000, 1000, DAY), T0 + DAY, T0 + DAY);
    assertEquals(limit(1000, 999, DAY), budget.limit(T0 + DAY));
  }

  @Test
  void takeBack_noReadingSince_isThereToBeHadAgain() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 3, DAY), T0, T0);
    assertEquals(0, budget.tryCharge(T0 + SECOND, 30 * SECOND));
    assertEquals(0, budget.tryCharge(T0 + SECOND, 30 * SECOND));
    assertTrue(budget.isExhausted(T0 + SECOND));
    budget.takeBack(T0 + SECOND, 30 * SECOND);
    assertEquals(limit(1000, 2, DAY - SECOND), budget.limit(T0 + SECOND));
    assertEquals(1, chargeAll(budget, T0 + SECOND));
  }

  @Test
  void takeBack_ofSeveral_noneIsSubtractedFromTheNextReading() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 100, DAY), T0, T0);
    for (int i = 1; i <= 5; i++) {
      assertEquals(0, budget.tryCharge(T0 + i, 30 * SECOND));
    }
    for (int i = 1; i <= 4; i++) {
      budget.takeBack(T0 + i, 30 * SECOND);
    }
    budget.accept(limit(1000, 100, DAY), T0 + SECOND, T0 + SECOND);
    assertEquals(limit(1000, 99, DAY), budget.limit(T0 + SECOND)); // the fifth may be used yet
  }

  /** The head had read the clock when the reading came, and was charged to that one. */
  @Test
  void takeBack_chargedToAReadingThatCameAfterItsMoment_isThereToBeHadAgain() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 3, DAY), T0, T0 + SECOND);
    assertEquals(0, budget.tryCharge(T0, 30 * SECOND));
    budget.takeBack(T0, 30 * SECOND);
    assertEquals(limit(1000, 3, DAY), budget.limit(T0 + SECOND));
  }

  /** It was subtracted from that, too, and Discord will never count it. */
  @Test
  void takeBack_readSince_isThereToBeHadAgain() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 100, DAY), T0, T0);
    assertEquals(0, budget.tryCharge(T0 + SECOND, 30 * SECOND));
    budget.accept(limit(1000, 100, DAY), T0 + 2 * SECOND, T0 + 2 * SECOND);
    budget.takeBack(T0 + SECOND, 30 * SECOND);
    assertEquals(limit(1000, 100, DAY), budget.limit(T0 + 2 * SECOND));
  }

  @Test
  void accept_startsThatAreHeld_areUncountedForTenSecondsAndTheHold() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 100, DAY), T0, T0);
    assertEquals(0, budget.tryCharge(T0, 30 * SECOND));
    assertEquals(0, budget.tryCharge(T0, 0));
    budget.accept(limit(1000, 100, DAY), T0 + 11 * SECOND, T0 + 11 * SECOND);
    assertEquals(limit(1000, 99, DAY), budget.limit(T0 + 11 * SECOND));
    budget.accept(limit(1000, 100, DAY), T0 + 40 * SECOND, T0 + 40 * SECOND);
    assertEquals(limit(1000, 99, DAY), budget.limit(T0 + 40 * SECOND));
    budget.accept(limit(1000, 99, DAY), T0 + 40 * SECOND + 1, T0 + 40 * SECOND + 1);
    assertEquals(limit(1000, 99, DAY), budget.limit(T0 + 40 * SECOND + 1));
  }

  @Test
  void used_isCountedTenSecondsLaterWhateverTheHold() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 100, DAY), T0, T0);
    long hold = Long.MAX_VALUE;
    assertEquals(0, budget.tryCharge(T0, hold));
    budget.accept(limit(1000, 100, DAY), T0 + 20 * SECOND, T0 + 20 * SECOND);
    assertEquals(limit(1000, 99, DAY), budget.limit(T0 + 20 * SECOND)); // it may be used yet
    budget.used(T0, hold, T0 + 21 * SECOND);
    budget.accept(limit(1000, 99, DAY), T0 + 32 * SECOND, T0 + 32 * SECOND);
    assertEquals(limit(1000, 99, DAY), budget.limit(T0 + 32 * SECOND));
  }

  /** Its hold ran out, a reading came without it, and only then it is used. */
  @Test
  void used_afterAReadingThatHadForgottenIt_isCharged() {
    Budget budget = budget(1);
    budget.accept(limit(1000, 100, DAY), T0, T0);
    assertEquals(0, budget.tryCharge(T0, 30 * SECOND));
    budget.accept(limit(1000, 100, DAY), T0 + 41 * SECOND, T0 + 41 * SECOND);
    assertEquals(limit(1000, 100, DAY), budget.limit(T0 + 41 * SECOND));
    budget.used(T0, 30 * SECOND, T0 + 45 * SECOND);
    assertEquals(limit(1000, 99, DAY), budget.limit(T0 + 41 * SECOND));
    budget.accept(limit(1000, 100, DAY), T0 + 46 * SECOND, T0 + 46 * SECOND);
    assertEquals(limit(1000, 99, DAY), budget.limit(T0 + 46 * SECOND));
  }

  /** A start that was charged and is used, or given back, when its time comes. */
  private record Pending(long chargedNanos, long holdNanos, long endNanos, boolean used) {}

  @Test
  void budget_anyHistoryWithADiscordThatCountsLate_isNeverOverdrawnAndNeverWasted() {
    int fullDays = 0;
    int takenBack = 0;
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      long now = T0;
      int total = 2 + random.nextInt(60);
      long dayNanos = (20 + random.nextInt(100)) * SECOND;
      var discord = new SlowDiscord(total, dayNanos, now + random.nextLong(dayNanos) + 1);
      int reserve = random.nextInt(Math.min(5, discord.total));
      Budget budget = budget(reserve);
      long readingEnd = 0;
      long readingAsked = 0;
      SessionStartLimit answer = null;
      long version = 0;
      SessionStartLimit read = null;
      long readAt = 0;
      List<Pending> pending = new ArrayList<>();
      for (int step = 0; step < 400; step++) {
        int before = discord.used();
        long windowEnd = discord.resetNanos;
        discord.passTo(now);
        if (discord.resetNanos != windowEnd && before == discord.total - reserve) {
          fullDays++;
        }
        for (Pending start : List.copyOf(pending)) {
          if (start.endNanos - now <= 0) {
            pending.remove(start);
            if (start.used) {
              discord.start(now + random.nextLong(9 * SECOND));
              budget.used(start.chargedNanos, start.holdNanos, now);
            } else {
              budget.takeBack(start.chargedNanos, start.holdNanos);
              takenBack++;
            }
          }
        }
        assertTrue(
            discord.used() <= discord.total - reserve,
            "seed " + seed + ": " + discord.used() + " starts of " + discord.total);
        if (answer != null && readingEnd - now <= 0) {
          budget.readingEnded();
          if (version == budget.version()) {
            budget.accept(answer, readingAsked, now);
          }
          answer = null;
        }
        if (random.nextInt(20) == 0) {
          read = discord.read(now);
          readAt = now;
        }
        if (read != null && random.nextInt(3) == 0) {
          if (now - readAt <= SECOND) {
            budget.accept(read, now - SECOND, now); // an update, as old as it may be
          }
          read = null;
        }
        long hold = random.nextBoolean() ? 0 : random.nextLong(10 * SECOND) + 2 * SECOND;
        long delay = budget.tryCharge(now, hold);
        if (delay == 0 && hold == 0) {
          discord.start(now + random.nextLong(9 * SECOND));
        } else if (delay == 0) {
          long end = now + random.nextLong(hold - SECOND); // it is seen up to a second later
          pending.add(new Pending(now, hold, end, random.nextInt(3) > 0));
        } else if (delay == Budget.READ) {
          readingAsked = now;
          answer = discord.read(now);
          version = budget.version();
          readingEnd = now + random.nextLong(SECOND);
        }
        now +=
            delay > 0 && random.nextBoolean() ? Math.min(delay, SECOND) : random.nextLong(SECOND);
      }
    }
    assertTrue(takenBack > 1000, "only " + takenBack + " starts were taken back");
    assertTrue(fullDays > 1000, "only " + fullDays + " days whose starts were used up");
  }
}
