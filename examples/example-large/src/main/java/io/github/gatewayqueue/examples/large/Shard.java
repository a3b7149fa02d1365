package io.github.gatewayqueue.examples.large;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * One shard's connection to the gateway, as far as starting a session goes. A real one also sends
 * heartbeats, and resumes.
 */
final class Shard implements WebSocket.Listener {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int DISPATCH = 0;
  private static final int HELLO = 10;

  private final int id;
  private final int total;
  private final StringBuilder message = new StringBuilder();
  private final CompletableFuture<Integer> hello = new CompletableFuture<>();
  private final CompletableFuture<Integer> ready = new CompletableFuture<>();

  Shard(int id, int total) {
    this.id = id;
    this.total = total;
  }

  /**
   * Connects, waits for its turn, identifies, and returns when the session has started. The queue
   * is told of each step: the next shard of the bucket goes as soon as Discord permits.
   */
  void start(HttpClient client, URI gateway, String token, GatewayQueue queue)
      throws InterruptedException, ExecutionException, IOException {
    URI uri = URI.create(gateway + "/?v=10&encoding=json");
    WebSocket socket = client.newWebSocketBuilder().buildAsync(uri, this).get();
    expect(HELLO, hello.get());
    try (SessionStart start = queue.acquire(id, total)) { // immediately before IDENTIFY
      if (socket.isInputClosed() || start.isExpired()) {
        start.cancel(); // nothing was sent: this costs no session start
        throw new IOException("shard " + id + " lost its connection while it waited");
      }
      socket.sendText(identify(token), true).get();
      start.identified();
      expect(DISPATCH, ready.get());
      start.answered();
    }
  }

  private void expect(int expected, int op) throws IOException {
    if (op != expected) {
      throw new IOException("shard " + id + " expected op " + expected + ", got " + op);
    }
  }

  private String identify(String token) {
    return """
    {"op": 2, "d": {"token": "%s", "intents": 0, "shard": [%s, %s],
      "properties": {"os": "linux", "browser": "example", "device": "example"}}}\
    """
        .formatted(token, id, total);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    message.append(data);
    if (last) {
      int op = opOf(message.toString());
      message.setLength(0);
      if (!hello.complete(op)) {
        ready.complete(op);
      }
    }
    socket.request(1);
    return null;
  }

  private static int opOf(String payload) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), payload)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("op")) {
          return parser.getIntValue();
        }
        parser.skipChildren();
      }
      return -1;
    }
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    fail(new IOException("shard " + id + " was closed with " + code + " " + reason));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    fail(error);
  }

  private void fail(Throwable error) {
    hello.completeExceptionally(error);
    ready.completeExceptionally(error);
  }
}
