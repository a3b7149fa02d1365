package io.github.gatewayqueue.tests;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

// @start region="shard"
/** One connection of a shard. */
final class Shard implements WebSocket.Listener {
  final CompletableFuture<String> hello = new CompletableFuture<>();
  final CompletableFuture<String> answer = new CompletableFuture<>(); // READY, op 9, or a failure
  private final StringBuilder text = new StringBuilder();

  /** Returns whether the session has started. If not, make a new connection. */
  boolean start(HttpClient client, URI gateway, String token, GatewayQueue queue, int id, int total)
      throws InterruptedException, ExecutionException {
    WebSocket socket = client.newWebSocketBuilder().buildAsync(gateway, this).get();
    boolean started = false;
    try {
      hello.get();
      try (SessionStart start = queue.acquire(id, total)) { // blocks until its turn
        if (answer.isDone() || start.isExpired()) { // the connection was closed meanwhile
          start.cancel();
          return false;
        }
        socket.sendText(identify(token, id, total), true).get();
        start.identified();
        started = answer.get().contains("\"READY\"");
        start.answered();
      }
    } finally {
      if (!started) {
        socket.abort();
      }
    }
    return started;
  }

  private static String identify(String token, int id, int total) {
    return """
    {"op": 2, "d": {"token": "%s", "intents": 0, "shard": [%s, %s],
     "properties": {"os": "linux", "browser": "my-bot", "device": "my-bot"}}}
    """
        .formatted(token, id, total);
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
    text.append(part);
    if (last) { // the first message is HELLO, the second READY or op 9
      (hello.isDone() ? answer : hello).complete(text.toString());
      text.setLength(0);
    }
    return WebSocket.Listener.super.onText(socket, part, last); // asks for the next part
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    onError(socket, new IOException("closed with " + code + " " + reason));
    return WebSocket.Listener.super.onClose(socket, code, reason);
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    hello.completeExceptionally(failure);
    answer.completeExceptionally(failure);
  }
}
// @end
