package io.github.gatewayqueue.broker;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Why a request is refused.
 *
 * @param status the HTTP status
 * @param detail what is wrong, naming the value and what was expected
 * @param retryAfter when to ask again, or null if that makes no sense
 * @param headers headers of the answer besides the usual
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457: problem details</a>
 */
record Problem(
    int status, String detail, @Nullable Duration retryAfter, Map<String, List<String>> headers) {
  static final String TYPE = "application/problem+json";
  static final String STOPPING = "the broker is stopping";

  Problem(int status, String detail) {
    this(status, detail, null, Map.of());
  }

  static Problem retry(String detail, Duration after) {
    return new Problem(503, detail, after, Map.of());
  }

  static Problem stopping() {
    return retry(STOPPING, WaitingRequest.RETRY_AFTER_STOP);
  }

  static Problem withHeader(int status, String detail, String name, String... values) {
    return new Problem(status, detail, null, Map.of(name, List.of(values)));
  }

  String json() {
    return Json.object(this::write);
  }

  void write(JsonGenerator json) {
    json.writeStringProperty("type", "about:blank");
    json.writeStringProperty("title", HttpResponseStatus.valueOf(status).reasonPhrase());
    json.writeNumberProperty("status", status);
    json.writeStringProperty("detail", detail);
    if (retryAfter != null) {
      Json.millis(json, "retryAfterMillis", retryAfter.toNanos());
    }
  }
}
