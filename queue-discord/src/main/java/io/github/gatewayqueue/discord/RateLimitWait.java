package io.github.gatewayqueue.discord;

import io.github.gatewayqueue.internal.RetryAfter;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How long a response of Discord asks to wait. */
final class RateLimitWait {
  /** Seven times the longest that was ever seen; what asks for more means something else. */
  static final Duration LONGEST = Duration.ofDays(7);

  private RateLimitWait() {}

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
            .flatMap(value -> RetryAfter.seconds(value).stream());
    return longest(Stream.concat(retryAfter(headers).stream(), others));
  }

  /**
   * Returns how long any answer asks to wait by {@code Retry-After}, or null if it does not, or
   * that makes no sense.
   */
  static @Nullable Duration ofHeader(HttpHeaders headers) {
    return longest(retryAfter(headers).stream());
  }

  /** Counts from the Date header of the answer if there is one: the clock here may be wrong. */
  private static Optional<Duration> retryAfter(HttpHeaders headers) {
    Instant now = headers.firstValue("Date").flatMap(RetryAfter::date).orElseGet(Instant::now);
    return RetryAfter.longest(headers.allValues("Retry-After"), now);
  }

  private static @Nullable Duration longest(Stream<Duration> waits) {
    return waits
        .max(Duration::compareTo)
        .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait)
        .orElse(null);
  }
}
