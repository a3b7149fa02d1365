package io.github.gatewayqueue.broker.requests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastDayTest {
  private static final long SLOT = LastDay.SLOT.toNanos();

  /** Such a clock may begin anywhere. */
  private static final long BEGIN = Long.MAX_VALUE - SLOT;

  private final LastDay day = new LastDay(BEGIN);

  @Test
  void view_nothingHappened_isOneEmptySlot() {
    assertEquals(new LastDay.View(BEGIN, List.of(LastDay.Slot.EMPTY)), day.view(BEGIN + SLOT - 1));
  }

  @Test
  void view_startsAndReadings_areInTheirSlots() {
    day.started(BEGIN);
    day.started(BEGIN + SLOT - 1);
    day.remaining(998, BEGIN + SLOT - 1);
    day.remaining(997, BEGIN + SLOT);
    day.remaining(996, BEGIN + SLOT + 1);
    day.started(BEGIN + 3 * SLOT);
    assertEquals(
        List.of(
            new LastDay.Slot(2, 998),
            new LastDay.Slot(0, 996),
            LastDay.Slot.EMPTY,
            new LastDay.Slot(1, null)),
        day.view(BEGIN + 3 * SLOT + 1).slots());
  }

  @Test
  void view_dayHasPassed_forgetsTheOldestSlot() {
    day.started(BEGIN);
    day.started(BEGIN + SLOT);
    long dayLater = BEGIN + Duration.ofDays(1).toNanos();
    assertEquals(145, LastDay.MAX_SLOTS);
    assertEquals(145, day.view(dayLater).slots().size());
    assertEquals(1, day.view(dayLater).slots().getFirst().starts());
    LastDay.View later = day.view(dayLater + 2 * SLOT);
    assertEquals(BEGIN + 2 * SLOT, later.beganNanos());
    assertEquals(List.of(LastDay.Slot.EMPTY), later.slots().stream().distinct().toList());
  }

  @Test
  void view_nothingForAYear_isADayThatIsEmpty() {
    day.started(BEGIN);
    long yearLater = BEGIN + Duration.ofDays(365).toNanos();
    LastDay.View view = day.view(yearLater);
    assertEquals(145, view.slots().size());
    assertEquals(List.of(LastDay.Slot.EMPTY), view.slots().stream().distinct().toList());
    assertEquals(yearLater - 144 * SLOT, view.beganNanos());
  }
}
