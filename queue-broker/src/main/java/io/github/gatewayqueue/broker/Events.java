package io.github.gatewayqueue.broker;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/** The form of server-sent events. */
final class Events {
  static final String TYPE = "text/event-stream";

  /** Shows a client that its connection lives. */
  static final String COMMENT = ":\n\n";

  private Events() {}

  /** Whether a client has named events among what it accepts, and can be sent any. */
  static boolean wanted(HttpServerRequest request) {
    if (request.method().equals(HttpMethod.HEAD)) {
      return false;
    }
    return request.headers().getAll(HttpHeaders.ACCEPT).stream()
        .flatMap(value -> Arrays.stream(value.toLowerCase(Locale.ROOT).split(",", -1)))
        .anyMatch(Events::admits);
  }

  /** A quality of zero means: not this one. */
  private static boolean admits(String range) {
    String[] parts = range.split(";", -1);
    if (!parts[0].strip().equals(TYPE)) {
      return false;
    }
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].strip().matches("q\\s*=\\s*0(\\.0*)?")) {
        return false;
      }
    }
    return true;
  }

  static String event(String name, String data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
  }

  static String closing(Duration retryAfter) {
    String data =
        Json.object(json -> {
          json.writeStringProperty("message", Problem.STOPPING);
          json.writeNumberProperty("retryAfterMillis", retryAfter.toMillis());
        });
    return "event: closing\nretry: " + retryAfter.toMillis() + "\ndata: " + data + "\n\n";
  }
}
