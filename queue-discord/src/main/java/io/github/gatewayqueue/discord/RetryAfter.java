package io.github.gatewayqueue.discord;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.stream.DoubleStream;

/** How long a 429 asks to wait. */
final class RetryAfter {
  /** For a 429 that does not say how long. */
  static final Duration DEFAULT = Duration.ofSeconds(5);

  private static final double NANOS_PER_SECOND = 1e9;

  private RetryAfter() {}

  /**
   * Returns the longer of what the header {@code Retry-After} and the body's {@code retry_after}
   * ask for. What is no number of seconds, or a negative one, is as good as missing.
   */
  static Duration of(HttpHeaders headers, byte[] body) {
    DoubleStream header =
        headers.allValues("Retry-After").stream().mapToDouble(RetryAfter::parseSeconds);
    return DoubleStream.concat(header, GatewayBotBody.retryAfter(body).stream())
        .filter(seconds -> seconds >= 0)
        .max()
        .stream()
        .mapToObj(RetryAfter::roundedUp)
        .findFirst()
        .orElse(DEFAULT);
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
}
