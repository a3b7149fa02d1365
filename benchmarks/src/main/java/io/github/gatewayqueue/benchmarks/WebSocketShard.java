package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One shard on the JDK's WebSocket, as far as a session start goes. */
final class WebSocketShard implements WebSocket.Listener {
  private final CompletableFuture<String> hello = new CompletableFuture<>();
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private final WebSocket socket;

  /** Connects, and returns once HELLO has come. */
  WebSocketShard(HttpClient client, URI gateway) throws Exception {
    URI uri = URI.create(gateway + "/?v=10&encoding=json");
    socket = client.newWebSocketBuilder().buildAsync(uri, this).get();
    hello.get();
  }

  /** Returns how many nanoseconds after IDENTIFY its answer came. */
  long start(int id, int total, GatewayQueue queue) throws Exception {
    try (SessionStart start = queue.acquire(id, total)) {
      long identifyNanos = System.nanoTime();
      socket.sendText(identify(id, total), true).get();
      start.identified();
      ready.get(); // READY or op 9: the score knows which
      start.answered();
      return System.nanoTime() - identifyNanos;
    }
  }

  /** Returns whether the answer was READY. */
  boolean isReady() {
    return ready.join().contains("\"READY\"");
  }

  private static String identify(int id, int total) {
    return """
    {"op": 2, "d": {"token": "%s", "intents": 0, "shard": [%s, %s], "properties": {}}}\
    """
        .formatted(FakeDiscord.DEFAULT_TOKEN, id, total);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      String message = text.toString();
      text.setLength(0);
      if (!hello.complete(message)) {
        ready.complete(message);
      }
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    onError(from, new IllegalStateException("closed with " + code + " " + reason));
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    hello.completeExceptionally(failure);
    ready.completeExceptionally(failure);
  }
}
