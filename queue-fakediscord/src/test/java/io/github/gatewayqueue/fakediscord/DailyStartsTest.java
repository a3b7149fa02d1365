package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DailyStartsTest {
  /** Shortly before the clock wraps around, as a nanoTime may. */
  private static final long START = Long.sum(Long.MAX_VALUE, -10);

  private final DailyStarts budget = new DailyStarts(10, 3, Duration.ofNanos(1000));

  @Test
  void advance_beforeTheReset_changesNothing() {
    budget.resetAfter(START, Duration.ofNanos(100));
    budget.advance(START + 99);
    assertEquals(3, budget.remaining());
  }

  @Test
  void advance_atTheReset_refills() {
    budget.resetAfter(START, Duration.ofNanos(100));
    budget.advance(START + 100);
    assertEquals(10, budget.remaining());
  }

  @Test
  void advance_afterTheReset_startsAWindowAtTheReset() {
    budget.resetAfter(START, Duration.ofNanos(100));
    budget.advance(START + 500);
    budget.charge(START + 500);
    budget.advance(START + 1099);
    assertEquals(9, budget.remaining());
    budget.advance(START + 1100);
    assertEquals(10, budget.remaining());
  }

  @Test
  void advance_afterSeveralWindows_keepsTheirGrid() {
    budget.resetAfter(START, Duration.ofNanos(100));
    budget.advance(START + 100 + 3 * 1000 + 1);
    budget.charge(START + 100 + 3 * 1000 + 1);
    budget.advance(START + 100 + 4 * 1000 - 1);
    assertEquals(9, budget.remaining());
    budget.advance(START + 100 + 4 * 1000);
    assertEquals(10, budget.remaining());
  }

  @Test
  void advance_withoutAReset_neverRefills() {
    budget.resetAfter(START, Duration.ZERO);
    budget.advance(START + Duration.ofDays(30_000).toNanos());
    assertEquals(3, budget.remaining());
    assertEquals(0, budget.resetAfterMillis(START));
  }

  @Test
  void resetAfterMillis_fractionOfAMillisecond_isRoundedUp() {
    budget.resetAfter(START, Duration.ofMillis(2).plusNanos(1));
    assertEquals(3, budget.resetAfterMillis(START));
    assertEquals(2, budget.resetAfterMillis(START + 1));
    assertEquals(1, budget.resetAfterMillis(START + 2_000_000));
  }

  @Test
  void toldRemaining_withoutALag_isWhatRemains() {
    budget.charge(START);
    assertEquals(2, budget.toldRemaining(START));
  }

  @Test
  void toldRemaining_lag_tellsOfAChargeAfterIt() {
    budget.countLag(Duration.ofNanos(100));
    budget.charge(START);
    budget.charge(START + 50);
    assertEquals(1, budget.remaining());
    assertEquals(3, budget.toldRemaining(START + 99));
    assertEquals(2, budget.toldRemaining(START + 100));
    assertEquals(1, budget.toldRemaining(START + 150));
  }

  @Test
  void toldRemaining_reset_isToldAtOnce() {
    budget.countLag(Duration.ofNanos(500));
    budget.resetAfter(START, Duration.ofNanos(100));
    budget.charge(START + 99);
    budget.advance(START + 100);
    assertEquals(10, budget.toldRemaining(START + 100));
    budget.charge(START + 101);
    assertEquals(10, budget.toldRemaining(START + 101));
    assertEquals(9, budget.remaining());
  }

  @Test
  void toldRemaining_remainingOrTotalIsSet_isToldAtOnce() {
    budget.countLag(Duration.ofNanos(500));
    budget.charge(START);
    budget.remaining(5);
    assertEquals(5, budget.toldRemaining(START));
    budget.charge(START);
    budget.total(4);
    assertEquals(4, budget.toldRemaining(START));
  }

  @Test
  void countLag_longer_whatWasToldStaysTold() {
    budget.charge(START);
    budget.countLag(Duration.ofNanos(500));
    assertEquals(2, budget.toldRemaining(START));
  }

  @Test
  void total_belowWhatRemains_takesTheRest() {
    budget.total(2);
    assertEquals(2, budget.remaining());
    budget.total(20);
    assertEquals(2, budget.remaining());
    assertEquals(20, budget.total());
  }

  @Test
  void remaining_moreThanTheTotal_isRefused() {
    var thrown = assertThrows(IllegalArgumentException.class, () -> budget.remaining(11));
    assertEquals("remaining is 11, expected 0 to 10", thrown.getMessage());
  }
}
