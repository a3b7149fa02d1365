package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a time of its own, with a margin of a second. */
class ReleaseAgeTest {
  private static final long ASKED_NANOS = Long.MAX_VALUE - 5; // nanoTime may overflow

  private final ReleaseAge age = new ReleaseAge(ASKED_NANOS, Duration.ofSeconds(1));

  @Test
  void requireUsable_withinTheMargin_isUsable() throws TryAgainException {
    age.begin(millis(0), at(300));
    age.requireUsable(millis(6000), at(7000));
    age.requireUsable(millis(6000), at(5000));
  }

  @Test
  void requireUsable_beyondTheMargin_isNot() throws TryAgainException {
    age.begin(millis(0), at(300));
    var late =
        assertThrows(TryAgainException.class, () -> age.requireUsable(millis(6000), at(7001)));
    assertEquals("sent a release that came 1.001 s late, expected at most 1 s", late.reason());
    assertThrows(TryAgainException.class, () -> age.requireUsable(millis(6000), at(4999)));
  }

  @Test
  void begin_beyondTheMargin_isRefused() {
    age.begin(millis(0), at(1001));
    assertThrows(TryAgainException.class, age::requireBegunInTime);
  }

  @Test
  void mostLateNanos_withinTheMargin_isThatSinceItWasAsked() {
    age.begin(millis(0), at(300));
    assertEquals(OptionalLong.of(1_000_000_000), age.mostLateNanos(millis(6000), at(7000)));
    assertEquals(OptionalLong.of(0), age.mostLateNanos(millis(6000), at(5000)));
  }

  @Test
  void mostLateNanos_beyondTheMargin_isUnknown() {
    age.begin(millis(0), at(300));
    assertEquals(OptionalLong.empty(), age.mostLateNanos(millis(6000), at(7001)));
    assertEquals(OptionalLong.empty(), age.mostLateNanos(millis(6000), at(4999)));
  }

  /** After a day, 40 millionths are three and a half seconds. */
  @ParameterizedTest
  @ValueSource(doubles = {1.00004, 0.99996})
  void requireUsable_clocksOfDifferentRates_areFollowed(double rate) throws TryAgainException {
    age.begin(millis(0), at(10));
    long dayMillis = Duration.ofDays(1).toMillis();
    for (long millis = 5000; millis < dayMillis; millis += 5000) {
      age.follow(millis(millis), at((long) (millis * rate) + 10));
    }
    long releasedMillis = (long) (dayMillis * rate) + 10;
    age.requireUsable(millis(dayMillis), at(releasedMillis));
    assertThrows(
        TryAgainException.class,
        () -> age.requireUsable(millis(dayMillis), at(releasedMillis + 1100)));
  }

  /** All that came in while the process was frozen is heard when it goes on. */
  @Test
  void requireUsable_frozen_isNotMistakenForDrift() throws TryAgainException {
    age.begin(millis(0), at(10));
    for (long millis = 5000; millis <= 60_000; millis += 5000) {
      age.follow(millis(millis), at(61_100));
    }
    assertThrows(TryAgainException.class, () -> age.requireUsable(millis(60_000), at(61_100)));
  }

  @Test
  void requireUsable_nonsense_isNotUsable() throws TryAgainException {
    age.begin(millis(0), at(10));
    Duration most = Duration.ofNanos(Long.MAX_VALUE);
    assertDoesNotThrow(() -> age.follow(most, at(20)));
    assertThrows(TryAgainException.class, () -> age.requireUsable(most, at(20)));
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private static long at(long millis) {
    return ASKED_NANOS + millis(millis).toNanos();
  }
}
