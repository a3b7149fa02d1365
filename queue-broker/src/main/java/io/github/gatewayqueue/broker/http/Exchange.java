package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.connections.Connection;
import io.github.gatewayqueue.broker.connections.Connections;
import io.github.gatewayqueue.broker.requests.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One HTTP request and its response. Used by the event loop alone. */
final class Exchange {
  private final HttpServerRequest request;
  private final Connections connections;
  private final Connection connection;
  private final long receivedNanos = System.nanoTime();

  Exchange(HttpServerRequest request, Connections connections) {
    this.request = request;
    this.connections = connections;
    this.connection = connections.of(request.connection());
  }

  HttpServerRequest request() {
    return request;
  }

  Connection connection() {
    return connection;
  }

  HttpServerResponse response() {
    return request.response();
  }

  /** When the request came in. */
  long receivedNanos() {
    return receivedNanos;
  }

  /** Returns the path, which is empty if the target has none. */
  String path() {
    String path = request.path();
    return path == null ? "" : path;
  }

  @Nullable String header(CharSequence name) {
    return request.headers().get(name);
  }

  /** Whether the connection can still be written to, and the answer is not complete. */
  boolean isOpen() {
    return !response().closed() && !response().ended();
  }

  void answer(int status, String type, String body) {
    answer(status, type, Buffer.buffer(body));
  }

  void answer(int status, String type, Buffer body) {
    if (!isOpen()) {
      return;
    }
    connection.answered(); // before the end, which may begin the next request
    boolean isLast = connections.areNearlyTooMany();
    if (isLast) {
      response().putHeader(HttpHeaders.CONNECTION, "close");
    }
    Future<Void> sent =
        response()
            .setStatusCode(status)
            .putHeader(HttpHeaders.CONTENT_TYPE, type)
            .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()))
            .putHeader("X-Content-Type-Options", "nosniff")
            .end(body);
    if (isLast) {
      sent.onComplete(done -> hangUp());
    }
  }

  /** Answers that all is well, without a body. */
  void answerEmpty() {
    if (isOpen()) {
      connection.answered();
      var unused = response().setStatusCode(204).end();
    }
  }

  /** Has a request answered if its method is one of these, and refuses it otherwise. */
  void answerIf(List<HttpMethod> expected, Runnable answer) {
    Problem problem = wrongMethod(expected);
    if (problem == null) {
      answer.run();
    } else {
      refuse(problem);
    }
  }

  /** Returns why a request is refused whose method is none of these, or null if it is one. */
  @Nullable Problem wrongMethod(List<HttpMethod> expected) {
    HttpMethod method = request.method();
    if (expected.contains(method)) {
      return null;
    }
    String names = expected.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
    return Problem.withHeader(
        405, "the method is " + method.name() + ", expected one of " + names, "Allow", names);
  }

  void refuse(Problem problem) {
    if (!isOpen()) {
      return;
    }
    problem.headers().forEach(response()::putHeader);
    if (problem.retryAfter() != null) {
      long seconds = Math.max(1, problem.retryAfter().plusNanos(999_999_999).toSeconds());
      response().putHeader("Retry-After", String.valueOf(seconds));
    }
    answer(problem.status(), Json.PROBLEM_TYPE, Json.of(problem).toString());
  }

  void write(String text) {
    if (isOpen()) {
      var unused = response().write(text);
    }
  }

  void end() {
    if (isOpen()) {
      connection.answered();
      var unused = response().end();
    }
  }

  /** Closes the connection at once, though its client has not read what it was sent. */
  void cutOff() {
    connection.cutOff();
  }

  void hangUp() {
    var unused = request.connection().close();
  }
}
