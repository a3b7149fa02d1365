package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.LargeBotQueueSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
  void nanosUntil_nothingButTheReserve_isUnknown() {
    SessionStartLimit limit = new SessionStartLimit(1, 1, Duration.ofHours(1), 1);
    assertNull(forecast(limit, List.of(1), 0L).nanosUntil(0, 1));
  }

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  private static Forecast forecast(
      @Nullable SessionStartLimit limit, List<Integer> waiting, @Nullable Long... delaySeconds) {
    List<LargeBotQueueSnapshot.Bucket> buckets = new ArrayList<>();
    for (int i = 0; i < waiting.size(); i++) {
      Long delay = delaySeconds[i];
      Instant next = delay == null ? null : NOW.plusSeconds(delay);
      buckets.add(new LargeBotQueueSnapshot.Bucket(waiting.get(i), null, next));
    }
    return new Forecast(
        new LargeBotQueueSnapshot(buckets, limit), waiting, Duration.ofSeconds(6), 1, NOW);
  }
}
