package io.github.gatewayqueue.fakediscord;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** One REST request, and the response that it gets unless a fault is switched on. */
record RestExchange(Vertx vertx, HttpServerRequest request, int status, JsonObject body) {
  private static final int PIECE = 1 << 16;

  /** Discord's form of an error, such as {@code {"message": "401: Unauthorized", "code": 0}}. */
  static JsonObject error(HttpServerResponse response, int status) {
    String reason = response.setStatusCode(status).getStatusMessage();
    return new JsonObject().put("message", status + ": " + reason).put("code", 0);
  }

  HttpServerResponse response() {
    return request.response();
  }

  /** Sends the answer as it should be. */
  void send() {
    send(status, body.encode());
  }

  void send(int withStatus, String text) {
    response().setStatusCode(withStatus).putHeader("Content-Type", "application/json").end(text);
  }

  void sendError(int withStatus) {
    send(withStatus, error(response(), withStatus).encode());
  }

  void sendLater(Duration delay) {
    long millis = delay.toMillis();
    if (millis == 0) {
      send();
    } else {
      vertx.setTimer(millis, timer -> sendIfOpen());
    }
  }

  private void sendIfOpen() {
    if (!response().closed()) {
      send();
    }
  }

  /** Promises the whole body, sends half of it and hangs up. */
  void sendHalf() {
    String text = body.encode();
    response()
        .putHeader("Content-Type", "application/json")
        .putHeader("Content-Length", String.valueOf(text.length()))
        .write(text.substring(0, text.length() / 2))
        .onComplete(written -> request.connection().close());
  }

  /** Sends valid JSON, most of which is a string of that many characters. */
  void sendPadded(long padding) {
    HttpServerResponse response = response();
    String head = "{\"padding\":\"";
    String tail = "\"," + body.encode().substring(1);
    response
        .putHeader("Content-Type", "application/json")
        .putHeader("Content-Length", String.valueOf(head.length() + padding + tail.length()))
        .write(head);
    sendPadding(padding, tail);
  }

  /** One piece at a time: neither end needs room for the whole. */
  private void sendPadding(long left, String tail) {
    if (left == 0) {
      response().end(tail);
      return;
    }
    int now = (int) Math.min(left, PIECE);
    response()
        .write(Buffer.buffer("x".repeat(now)))
        .onSuccess(written -> sendPadding(left - now, tail));
  }
}
