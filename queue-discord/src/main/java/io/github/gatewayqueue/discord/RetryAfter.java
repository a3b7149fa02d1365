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
  /** Seven times the longest that was ever seen; what asks for more means something else. */
  static final Duration LONGEST = Duration.ofDays(7);

  private RetryAfter() {}

  /**
   * Returns how long a 429 asks to wait: the longest of what its headers {@code Retry-After} and
   * {@code X-RateLimit-Reset-After} and its body's {@code retry_after} say, or null if none of them
   * makes sense.
   */
  static @Nullable Duration of(HttpHeaders headers, byte[] body) {
    Stream<Duration> others =
        Stream.concat(
                headers.allValues("X-RateLimit-Reset-After").stream(),
                GatewayBotBody.retryAfter(body).stream())
            .flatMap(value -> seconds(value).stream());
    return longest(Stream.concat(ofHeaders(headers), others));
  }

  /**
   * Returns how long any answer asks to wait by {@code Retry-After}: seconds, also with a fraction,
   * several of them, or a date; null if it does not, or that makes no sense.
   */
  static @Nullable Duration ofHeader(HttpHeaders headers) {
    return longest(ofHeaders(headers));
  }

  private static Stream<Duration> ofHeaders(HttpHeaders headers) {
    return headers.allValues("Retry-After").stream()
        .flatMap(value ->
            Stream.concat(
                date(value, headers).stream(),
                Stream.of(value.split(",", -1)).flatMap(part -> seconds(part).stream())));
  }

  private static @Nullable Duration longest(Stream<Duration> waits) {
    return waits
        .max(Duration::compareTo)
        .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait)
        .orElse(null);
  }

  private static Optional<Duration> seconds(String value) {
    double seconds;
    try {
      seconds = Double.parseDouble(value);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    if (!(seconds >= 0) || Double.isInfinite(seconds)) { // NaN is neither
      return Optional.empty();
    }
    // The cast turns what is too large for a long into the largest one.
    return Optional.of(Duration.ofNanos((long) Math.ceil(seconds * 1e9)));
  }

  /** Counts from the Date header of the answer if there is one: the clock here may be wrong. */
  private static Optional<Duration> date(String value, HttpHeaders headers) {
    Instant now = headers.firstValue("Date").flatMap(RetryAfter::parseDate).orElseGet(Instant::now);
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
