package io.github.gatewayqueue.internal;

import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How long the header {@code Retry-After} of an HTTP response asks the client to wait. */
public final class RetryAfter {
  private RetryAfter() {}

  /**
   * Returns how long a response asks to wait: a number of seconds, also with a fraction, several of
   * them, or a date.
   *
   * @param values those of the header
   * @param now the present moment, from which a date is counted
   * @return the longest time that makes sense, at least zero, or empty if none does
   */
  public static Optional<Duration> longest(List<String> values, Instant now) {
    return values.stream()
        .flatMap(value ->
            Stream.concat(
                date(value)
                    .map(then -> Duration.between(now, then))
                    .filter(wait -> !wait.isNegative())
                    .stream(),
                Stream.of(value.split(",", -1)).flatMap(part -> seconds(part).stream())))
        .max(Duration::compareTo);
  }

  /**
   * Returns a number of seconds as a duration.
   *
   * @param text the number
   * @return the duration, at least zero, or empty if the text is no such number
   */
  public static Optional<Duration> seconds(String text) {
    double seconds;
    try {
      seconds = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    if (!(seconds >= 0) || Double.isInfinite(seconds)) { // NaN is neither
      return Optional.empty();
    }
    // The cast turns what is too large for a long into the largest one.
    return Optional.of(Duration.ofNanos((long) Math.ceil(seconds * 1e9)));
  }

  /**
   * Returns a date of a header as an instant.
   *
   * @param text the date, such as {@code Sun, 1 Nov 2026 12:00:02 GMT}
   * @return the instant, or empty if the text is no such date
   */
  public static Optional<Instant> date(String text) {
    try {
      return Optional.of(RFC_1123_DATE_TIME.parse(text.strip(), Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
