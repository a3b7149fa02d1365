package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.Locale;

/** A response of server-sent events. Used by the event loop alone, except for {@link #event}. */
final class EventStream {
  static final String TYPE = "text/event-stream";

  private static final String COMMENT = ":\n\n";

  private final Exchange exchange;

  EventStream(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Whether a client has named events among what it accepts, and can be sent any. */
  static boolean isWanted(HttpServerRequest request) {
    if (request.method().equals(HttpMethod.HEAD)) {
      return false;
    }
    return request.headers().getAll(HttpHeaders.ACCEPT).stream()
        .flatMap(value -> Arrays.stream(value.toLowerCase(Locale.ROOT).split(",", -1)))
        .anyMatch(EventStream::admits);
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

  /** Returns an event, for one stream or for many. */
  static String event(String name, String json) {
    return "event: " + name + "\ndata: " + json + "\n\n";
  }

  /** Sends the headers, and a comment that carries them. */
  void begin() {
    exchange
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Accel-Buffering", "no")
        .putHeader("X-Content-Type-Options", "nosniff");
    comment();
  }

  /** Shows a client that its connection lives. */
  void comment() {
    send(COMMENT);
  }

  void send(String name, Json data) {
    send(event(name, data.toString()));
  }

  void send(String event) {
    exchange.write(event);
  }

  /** Returns whether the client has not read what it was sent. */
  boolean isBehind() {
    return exchange.response().writeQueueFull();
  }

  /** Tells that the broker stops, and ends. */
  void closing() {
    Problem stopping = Problem.stopping();
    long millis = Problem.RETRY_AFTER_STOP.toMillis();
    Json data = new Json().with("message", stopping.detail()).with("retryAfterMillis", millis);
    send("event: closing\nretry: " + millis + "\ndata: " + data + "\n\n");
    exchange.end();
  }

  void end() {
    exchange.end();
  }

  /** Closes the connection at once, though its client has not read what it was sent. */
  void cutOff() {
    exchange.cutOff();
  }
}
