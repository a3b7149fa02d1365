package io.github.gatewayqueue.http;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/** How long a server asks to be left alone. */
final class RetryAfter {
  /** Whatever a server asks for: one that made a mistake holds nobody up for longer. */
  static final Duration MAX = Duration.ofHours(1);

  private RetryAfter() {}

  /**
   * Returns what the header {@code Retry-After} asks for, a number of seconds or a date: from zero,
   * also if it is missing or makes no sense, to {@link #MAX}.
   */
  static Duration of(HttpHeaders headers, Instant now) {
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (value.matches("[0-9]+")) {
      // more digits than that are beyond the most anyway
      return capped(
          Duration.ofSeconds(
              Long.parseLong("0" + value.substring(0, Math.min(18, value.length())))));
    }
    try {
      Instant date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value));
      return capped(Duration.between(now, date));
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  /** Returns a time brought into the range from zero to {@link #MAX}. */
  static Duration capped(Duration asked) {
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(MAX) > 0 ? MAX : asked;
  }
}
