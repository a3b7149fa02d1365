package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a broker is left alone, by itself and if it asks for it. */
class BackoffTest {
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.5Z");

  @Test
  void after_failuresInARow_doublesUpToTheMost() {
    var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
    RandomGenerator none = () -> 0;
    assertEquals(Duration.ofSeconds(1), backoff.after(1, none));
    assertEquals(Duration.ofSeconds(2), backoff.after(2, none));
    assertEquals(Duration.ofSeconds(32), backoff.after(6, none));
    assertEquals(Duration.ofSeconds(60), backoff.after(7, none));
    assertEquals(Duration.ofSeconds(60), backoff.after(Integer.MAX_VALUE, none));
  }

  @Test
  void after_random_leavesOutAHalfAtMost() {
    var backoff = new Backoff(Duration.ofNanos(1000), Duration.ofDays(1));
    var random = new Random(1);
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 100_000; i++) {
      long nanos = backoff.after(1, random).toNanos();
      least = Math.min(least, nanos);
      most = Math.max(most, nanos);
    }
    assertEquals(500, least);
    assertEquals(1000, most);
    assertTrue(new Backoff(Duration.ofNanos(1), Duration.ofNanos(1)).after(9, random).isPositive());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0                             | PT0S
          17                            | PT17S
          ' 17 '                        | PT17S
          3600                          | PT1H
          3601                          | PT1H
          99999999999999999999999999999 | PT1H
          -1                            | PT0S
          1.5                           | PT0S
          soon                          | PT0S
          ''                            | PT0S
          Sun, 1 Nov 2026 12:00:02 GMT  | PT1.5S
          Sun, 01 Nov 2026 12:00:02 GMT | PT1.5S
          Sun, 01 Nov 2026 11:59:59 GMT | PT0S
          Mon, 02 Nov 2026 12:00:00 GMT | PT1H
          Mon, 01 Nov 2026 12:00:02 GMT | PT0S
          """)
  void of_retryAfter_isBroughtIntoRange(String header, Duration expected) {
    var headers = HttpHeaders.of(Map.of("Retry-After", List.of(header)), (name, value) -> true);
    assertEquals(expected, RetryAfter.of(headers, NOW));
  }

  @Test
  void of_noRetryAfter_isZero() {
    assertEquals(Duration.ZERO, RetryAfter.of(HttpHeaders.of(Map.of(), (a, b) -> true), NOW));
  }
}
