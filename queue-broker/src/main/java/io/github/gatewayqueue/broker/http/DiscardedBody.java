package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/** Reads the body of a request and discards it. */
final class DiscardedBody {
  private static final int MAX_BYTES = 64 * 1024;

  private DiscardedBody() {}

  /**
   * Reads the body, and runs the action when the request is complete.
   *
   * @param complete what then is done
   * @param refuse what is done instead if the body is too long
   */
  static void discard(Exchange exchange, Runnable complete, Consumer<Problem> refuse) {
    HttpServerRequest request = exchange.request();
    if (isTooLong(request)) {
      refuse(exchange, refuse);
      return;
    }
    if (request.headers().contains(HttpHeaders.EXPECT, HttpHeaders.CONTINUE, true)) {
      var unused = request.response().writeContinue();
    }
    if (hasBody(request)) {
      request.handler(piece -> {
        if (request.bytesRead() > MAX_BYTES) {
          request.handler(null); // once: more may have been read already
          refuse(exchange, refuse);
        }
      });
    }
    request.endHandler(end -> {
      if (exchange.isOpen()) {
        complete.run();
      }
    });
  }

  private static boolean hasBody(HttpServerRequest request) {
    return request.headers().contains(HttpHeaders.CONTENT_LENGTH)
        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  private static boolean isTooLong(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length != null && Long.parseLong(length) > MAX_BYTES;
    } catch (NumberFormatException e) { // Netty has checked it; several equal ones, for instance
      return false;
    }
  }

  private static void refuse(Exchange exchange, Consumer<Problem> refuse) {
    refuse.accept(
        new Problem(413, "the body is too long, expected at most " + MAX_BYTES + " bytes"));
    exchange.hangUp();
  }
}
