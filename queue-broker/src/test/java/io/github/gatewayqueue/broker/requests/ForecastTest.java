package io.github.gatewayqueue.broker.requests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void nanosUntil_withoutABudget_countsIntervals() {
    Forecast forecast = forecast(null, List.of(3), 2L);
    assertEquals(seconds(2), forecast.nanosUntil(0, 1));
    assertEquals(seconds(8), forecast.nanosUntil(0, 2));
    assertEquals(seconds(14), forecast.nanosUntil(0, 3));
  }

  @Test
  void nanosUntil_nextReleaseUnknown_isUnknown() {
    assertNull(forecast(null, List.of(1), (Long) null).nanosUntil(0, 1));
  }

  @Test
  void nanosUntil_nextReleaseIsPast_countsFromNow() {
    assertEquals(0, forecast(null, List.of(1), -5L).nanosUntil(0, 1));
  }

  @Test
  void nanosUntil_budgetForSome_othersGoAfterTheReset() {
    SessionStartLimit limit = new SessionStartLimit(1000, 5, Duration.ofHours(1), 2);
    Forecast forecast = forecast(limit, List.of(4, 2), 0L, 1L);
    assertEquals(seconds(0), forecast.nanosUntil(0, 1));
    assertEquals(seconds(6), forecast.nanosUntil(0, 2));
    assertEquals(seconds(7), forecast.nanosUntil(1, 2));
    assertEquals(seconds(3600), forecast.nanosUntil(0, 3));
    assertEquals(seconds(3606), forecast.nanosUntil(0, 4));
  }

  @Test
  void nanosUntil_moreThanADaysBudget_goesOnTheDayAfter() {
    SessionStartLimit limit = new SessionStartLimit(3, 1, Duration.ofHours(1), 1);
    Forecast forecast = forecast(limit, List.of(5), 3600L);
    assertEquals(seconds(3600), forecast.nanosUntil(0, 1));
    assertEquals(seconds(3606), forecast.nanosUntil(0, 2));
    assertEquals(seconds(3600) + DAY.toNanos(), forecast.nanosUntil(0, 3));
    assertEquals(seconds(3606) + DAY.toNanos(), forecast.nanosUntil(0, 4));
    assertEquals(seconds(3600) + 2 * DAY.toNanos(), forecast.nanosUntil(0, 5));
  }

  @Test
  void nanosUntil_resetBeforeTheBudgetIsSpent_keepsToTheSpacing() {
    SessionStartLimit limit = new SessionStartLimit(1000, 51, Duration.ofSeconds(1), 1);
    Forecast forecast = forecast(limit, List.of(100), 0L);
    for (int position = 1; position <= 100; position++) {
      assertEquals(seconds(6L * (position - 1)), forecast.nanosUntil(0, position));
    }
    assertEquals(Long.MAX_VALUE, forecast.goingBeforeHold());
    assertEquals(999 - 99, forecast.left());
  }

  @Test
  void nanosUntil_budgetOfTheNextDayIsSpent_goesOnTheDayAfter() {
    SessionStartLimit limit = new SessionStartLimit(5, 5, Duration.ofSeconds(9), 1);
    Forecast forecast = forecast(limit, List.of(7), 0L);
    assertEquals(seconds(30), forecast.nanosUntil(0, 6)); // two before the reset, four after it
    assertEquals(seconds(9) + DAY.toNanos(), forecast.nanosUntil(0, 7));
    assertEquals(6, forecast.goingBeforeHold());
    assertEquals(seconds(9) + DAY.toNanos(), forecast.firstHoldNanos());
  }

  /** Whatever the budget: nobody goes before the one ahead, nor within an interval of it. */
  @Test
  void nanosUntil_anyBudget_growsByAnIntervalAtLeast() {
    for (int remaining = 0; remaining <= 12; remaining++) {
      for (int reset = 0; reset <= 60; reset += 3) {
        SessionStartLimit limit =
            new SessionStartLimit(12, remaining, Duration.ofSeconds(reset), 1);
        Forecast forecast = forecast(limit, List.of(30, 20), 2L, 4L);
        long before = -seconds(6);
        for (int position = 1; position <= 30; position++) {
          Long nanos = forecast.nanosUntil(0, position);
          assertTrue(nanos != null && nanos - before >= seconds(6), limit + " at " + position);
          before = nanos;
        }
      }
    }
  }

  @Test
  void nanosUntil_moreThanALongHolds_isTheGreatest() {
    Forecast forecast = forecast(Duration.ofDays(365), null, List.of(1000), 0L);
    assertEquals(365 * DAY.toNanos(), forecast.nanosUntil(0, 2));
    assertEquals(Long.MAX_VALUE, forecast.nanosUntil(0, 1000));
    SessionStartLimit limit = new SessionStartLimit(2, 1, Duration.ofHours(1), 1);
    assertEquals(Long.MAX_VALUE, forecast(limit, List.of(300_000), 0L).nanosUntil(0, 300_000));
  }

  @Test
  void nanosUntil_noStartsAtAll_isUnknown() {
    SessionStartLimit limit = new SessionStartLimit(0, 0, Duration.ofHours(1), 1);
    assertNull(forecast(limit, List.of(1), 0L).nanosUntil(0, 1));
  }

  /** The queues leave one of a day to be used, whatever the reserve. */
  @Test
  void nanosUntil_reserveOfTheTotal_oneGoesPerDay() {
    SessionStartLimit limit = new SessionStartLimit(1, 1, Duration.ofHours(1), 1);
    Forecast forecast = forecast(limit, List.of(2), 0L);
    assertEquals(0, forecast.nanosUntil(0, 1));
    assertEquals(Duration.ofHours(1).toNanos(), forecast.nanosUntil(0, 2));
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  private static Forecast forecast(
      @Nullable SessionStartLimit limit, List<Integer> waiting, @Nullable Long... delaySeconds) {
    return forecast(Duration.ofSeconds(6), limit, waiting, delaySeconds);
  }

  private static Forecast forecast(
      Duration interval,
      @Nullable SessionStartLimit limit,
      List<Integer> waiting,
      @Nullable Long... delaySeconds) {
    List<QueueSnapshot.Bucket> buckets = new ArrayList<>();
    for (int i = 0; i < waiting.size(); i++) {
      Long delay = delaySeconds[i];
      Instant next = delay == null ? null : NOW.plusSeconds(delay);
      buckets.add(new QueueSnapshot.Bucket(waiting.get(i), null, next, List.of()));
    }
    return new Forecast(
        new QueueSnapshot(buckets, Optional.ofNullable(limit), 0, List.of()),
        waiting,
        interval,
        1,
        NOW);
  }
}
