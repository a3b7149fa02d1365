package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a broker is left alone if it asks for it. */
class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.5Z");

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
