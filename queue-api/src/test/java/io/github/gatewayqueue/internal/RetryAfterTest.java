package io.github.gatewayqueue.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.5Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          0                             | PT0S
          17                            | PT17S
          ' 17 '                        | PT17S
          3601                          | PT1H1S
          1.5                           | PT1.5S
          '2814, 2'                     | PT46M54S
          99999999999999999999999999999 | PT2562047H47M16.854775807S
          -1                            | -
          soon                          | -
          ''                            | -
          Sun, 1 Nov 2026 12:00:02 GMT  | PT1.5S
          Sun, 01 Nov 2026 12:00:02 GMT | PT1.5S
          Sun, 01 Nov 2026 11:59:59 GMT | -
          Mon, 02 Nov 2026 12:00:00 GMT | PT23H59M59.5S
          Mon, 01 Nov 2026 12:00:02 GMT | -
          """)
  void longest_oneValue_isWhatItAsksFor(String value, @Nullable Duration expected) {
    assertEquals(Optional.ofNullable(expected), RetryAfter.longest(List.of(value), NOW));
  }

  @Test
  void longest_severalValues_takesTheLongest() {
    Optional<Duration> longest = RetryAfter.longest(List.of("1", "7", "soon"), NOW);
    assertEquals(Optional.of(Duration.ofSeconds(7)), longest);
  }

  @Test
  void longest_noValue_isEmpty() {
    assertEquals(Optional.empty(), RetryAfter.longest(List.of(), NOW));
  }
}
