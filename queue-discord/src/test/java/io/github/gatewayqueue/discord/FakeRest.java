package io.github.gatewayqueue.discord;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A REST API on loopback that gives the answers it is told to, in turn, the last one for ever. */
final class FakeRest implements AutoCloseable {
  static final String LIMIT =
      """
      {"url": "wss://gateway.discord.gg", "shards": 9, "session_start_limit":
        {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 16}}
      """;

  /** One answer. */
  record Answer(int status, Map<String, String> headers, String body) {}

  /** One request as it arrived; the time is {@link System#nanoTime}. */
  record Request(String method, URI uri, Map<String, List<String>> headers, long atNanos) {}

  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
  private final List<Answer> answers;
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  FakeRest(Answer... answers) throws IOException {
    this.answers = List.of(answers);
    server.createContext("/", this::handle);
    server.start();
  }

  static Answer answer(int status) {
    return new Answer(status, Map.of(), "");
  }

  static Answer ok(String body) {
    return new Answer(200, Map.of("Content-Type", "application/json"), body);
  }

  static Answer rateLimited(String retryAfter) {
    return new Answer(429, Map.of("Retry-After", retryAfter), "");
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api/v10");
  }

  List<Request> requests() {
    return requests;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answers.get(Math.min(requests.size(), answers.size() - 1));
      requests.add(
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI(),
              Map.copyOf(exchange.getRequestHeaders()),
              System.nanoTime()));
      answer.headers().forEach(exchange.getResponseHeaders()::add);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
