package io.github.gatewayqueue.discord;

import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How long an answer asks to wait. */
final class RetryAfter {
  private static final double NANOS_PER_SECOND = 1e9;

  private RetryAfter() {}

  /**
   * Returns the longest of what the headers {@code Retry-After} and {@code X-RateLimit-Reset-After}
   * and the body's {@code retry_after} ask for, or null if none of them makes sense: seconds, also
   * with a fraction, several of them in one header, or a date.
   */
  static @Nullable Duration of(HttpHeaders headers, byte[] body) {
    return Stream.of(
            headers.allValues("Retry-After").stream()
                .flatMap(
                    value -> date(value, headers).or(() -> longest(value.split(",", -1))).stream()),
            headers.allValues("X-RateLimit-Reset-After").stream()
                .flatMap(value -> longest(value).stream()),
            GatewayBotBody.retryAfter(body).stream().flatMap(seconds -> longest(seconds).stream()))
        .flatMap(waits -> waits)
        .max(Duration::compareTo)
        .orElse(null);
  }

  private static Optional<Duration> longest(String... seconds) {
    return Stream.of(seconds)
        .mapToDouble(RetryAfter::parseSeconds)
        .filter(parsed -> parsed >= 0)
        .boxed()
        .max(Double::compare)
        .map(RetryAfter::roundedUp);
  }

  private static double parseSeconds(String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** The cast turns what is too large for a long into the largest one. */
  private static Duration roundedUp(double seconds) {
    return Duration.ofNanos((long) Math.ceil(seconds * NANOS_PER_SECOND));
  }

  /** By the clock of whoever answers, if that tells it: the one here may be wrong. */
  private static Optional<Duration> date(String value, HttpHeaders headers) {
    Instant now =
        headers
            .firstValue("Date")
            .flatMap(RetryAfter::parseDate)
            .orElseGet(() -> Instant.now()); // the system's, as a user would read it
    return parseDate(value)
        .map(then -> Duration.between(now, then))
        .filter(wait -> !wait.isNegative());
  }

  private static Optional<Instant> parseDate(String value) {
    try {
      return Optional.of(RFC_1123_DATE_TIME.parse(value, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
