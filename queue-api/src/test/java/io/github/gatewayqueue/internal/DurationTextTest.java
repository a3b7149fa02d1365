package io.github.gatewayqueue.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT25H1M1S, 1 d 1 h 1 min 1 s",
    "PT1H, 1 h",
    "PT4.5S, 4.5 s",
    "PT1.000000001S, 1.000000001 s",
    "PT1M0.000000001S, 1 min 1 ns",
    "PT0.25S, 250 ms",
    "PT0.0005S, 500000 ns",
    "PT-0.1S, -100 ms",
    "PT-1M-6S, -1 min 6 s",
    "PT-2562047788015215H-30M-8S, -106751991167300 d 15 h 30 min 7 s" // has no counterpart
  })
  void exact_leavesOutWhatIsZero(Duration duration, String text) {
    assertEquals(text, DurationText.exact(duration));
  }

  @ParameterizedTest
  @CsvSource({"PT0.0009S, 0 s", "PT4.5009S, 4.5 s", "PT-4.5009S, -4.5 s"})
  void measured_isInMilliseconds(Duration duration, String text) {
    assertEquals(text, DurationText.measured(duration));
  }

  @ParameterizedTest
  @CsvSource({
    "0.999, 0 s",
    "59.9, 59 s",
    "60, 1 min",
    "3599, 59 min 59 s",
    "3601, 1 h",
    "86397, 23 h 59 min",
    "86459, 1 d",
    "90061, 1 d 1 h"
  })
  void rough_isTheTwoGreatestUnits(double seconds, String text) {
    assertEquals(text, DurationText.rough(duration(seconds)));
  }

  private static Duration duration(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
