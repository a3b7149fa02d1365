package io.github.gatewayqueue.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Counts starts in virtual time. */
class StartsPerHourTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  /** The clock runs over from its greatest value to its least within each test. */
  private static final long T0 = Long.MAX_VALUE - 10 * MINUTE;

  private final StartsPerHour pace = new StartsPerHour();

  private void add(int times, long nowNanos) {
    for (int i = 0; i < times; i++) {
      pace.add(1, nowNanos);
    }
  }

  @Test
  void ofLastHour_noStart_isZero() {
    assertEquals(0, pace.ofLastHour(T0));
    assertEquals(0, pace.ofLastHour(T0 + 500 * MINUTE));
  }

  @Test
  void ofLastHour_startsOfFiftyNineMinutes_countsThem() {
    add(3, T0);
    add(2, T0 + 30 * MINUTE);
    assertEquals(5, pace.ofLastHour(T0 + 60 * MINUTE - 1));
  }

  @Test
  void ofLastHour_anHourLater_hasForgottenThem() {
    add(3, T0);
    add(2, T0 + 30 * MINUTE);
    assertEquals(2, pace.ofLastHour(T0 + 60 * MINUTE));
    assertEquals(2, pace.ofLastHour(T0 + 90 * MINUTE - 1));
    assertEquals(0, pace.ofLastHour(T0 + 90 * MINUTE));
  }

  @Test
  void ofLastHour_daysWithoutAStart_isZeroAndCountsAnew() {
    add(3, T0);
    long later = T0 + Duration.ofDays(3).toNanos();
    assertEquals(0, pace.ofLastHour(later));
    add(1, later);
    assertEquals(1, pace.ofLastHour(later));
  }

  /** Two threads read the clock, and the one that read it first comes last. */
  @Test
  void add_momentsALittleOutOfOrder_areCounted() {
    add(1, T0 + 5 * MINUTE);
    add(1, T0 + 5 * MINUTE - 1);
    assertEquals(2, pace.ofLastHour(T0 + 5 * MINUTE));
    assertEquals(2, pace.ofLastHour(T0 + 5 * MINUTE - 2));
  }

  @Test
  void ofLastHour_anyStarts_isThatOfFiftyNineToSixtyMinutes() {
    Random random = new Random(1);
    List<Long> starts = new ArrayList<>();
    long now = T0;
    for (int i = 0; i < 2_000; i++) {
      now += random.nextLong(random.nextInt(50) == 0 ? 70 * MINUTE : 2 * MINUTE);
      pace.add(1, now);
      starts.add(now);
      int counted = pace.ofLastHour(now);
      assertTrue(counted >= within(starts, now, 59) && counted <= within(starts, now, 60));
    }
  }

  private static long within(List<Long> starts, long nowNanos, int minutes) {
    return starts.stream().filter(start -> nowNanos - start < minutes * MINUTE).count();
  }
}
