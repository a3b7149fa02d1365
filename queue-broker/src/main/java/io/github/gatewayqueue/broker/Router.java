package io.github.gatewayqueue.broker;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** Which path leads where. */
final class Router {
  private final BrokerQueue queue;
  private final Requests requests;
  private final Access access;

  Router(Settings settings, BrokerQueue queue, Requests requests) {
    this.queue = queue;
    this.requests = requests;
    this.access = new Access(settings.token());
  }

  void route(Exchange exchange) {
    String path = exchange.path();
    if (path.equals("/")) {
      if (access.admits(exchange.header(HttpHeaders.AUTHORIZATION), false)) {
        requests.accept(exchange);
      } else {
        requests.refuse(exchange, unauthorized("Bearer"));
      }
      return;
    }
    switch (path) {
      case "/health/live" -> get(exchange, () -> health(exchange, null));
      case "/health/ready" -> get(exchange, () -> health(exchange, whyNotReady()));
      default -> exchange.refuse(new Problem(404, "there is nothing at this path"));
    }
  }

  private static Problem unauthorized(String challenge) {
    return Problem.withHeader(401, "the token is missing or wrong", "WWW-Authenticate", challenge);
  }

  private static void get(Exchange exchange, Runnable action) {
    HttpMethod method = exchange.request().method();
    if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
      action.run();
    } else {
      exchange.refuse(Problem.withHeader(405, "expected GET or HEAD", "Allow", "GET, HEAD"));
    }
  }

  private @Nullable String whyNotReady() {
    if (requests.isStopping()) {
      return "the broker is stopping";
    }
    return queue.isReady() ? null : "the session start limit is not known";
  }

  private static void health(Exchange exchange, @Nullable String reason) {
    String body =
        Json.object(json -> {
          json.writeStringProperty("status", reason == null ? "up" : "down");
          if (reason != null) {
            json.writeStringProperty("reason", reason);
          }
        });
    exchange.answer(reason == null ? 200 : 503, Json.TYPE, body);
  }
}
