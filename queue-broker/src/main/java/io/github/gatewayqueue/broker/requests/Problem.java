package io.github.gatewayqueue.broker.requests;

import io.github.gatewayqueue.broker.queue.NotReady;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is refused.
 *
 * @param status the HTTP status
 * @param detail what is wrong, naming the value and what was expected
 * @param retryAfter when to ask again, or null if that makes no sense
 * @param headers headers of the answer besides the usual
 */
public record Problem(
    int status, String detail, @Nullable Duration retryAfter, Map<String, List<String>> headers) {
  /** When a client may come back that was sent away because the broker stops. */
  public static final Duration RETRY_AFTER_STOP = Duration.ofSeconds(1);

  public Problem(int status, String detail) {
    this(status, detail, null, Map.of());
  }

  public static Problem retry(String detail, Duration after) {
    return new Problem(503, detail, after, Map.of());
  }

  public static Problem stopping() {
    return retry(NotReady.STOPPING.reason, RETRY_AFTER_STOP);
  }

  public static Problem withHeader(int status, String detail, String name, String... values) {
    return new Problem(status, detail, null, Map.of(name, List.of(values)));
  }
}
