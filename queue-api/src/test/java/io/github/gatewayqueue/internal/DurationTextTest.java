package io.github.gatewayqueue.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({"0, 0 s", "90061, 1 d 1 h 1 min 1 s", "0.5, 0.500 s", "3600, 1 h"})
  void exact_leavesOutWhatIsZero(double seconds, String text) {
    assertEquals(text, DurationText.exact(duration(seconds)));
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
