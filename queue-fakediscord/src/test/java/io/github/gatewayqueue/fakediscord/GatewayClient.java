package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** A client of the gateway on the JDK's own WebSocket. */
final class GatewayClient implements WebSocket.Listener, AutoCloseable {
  static final HttpClient HTTP = HttpClient.newHttpClient();

  /** The close code of a connection that was lost without a close frame. */
  static final int LOST = 1006;

  private final BlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private final @Nullable Inflater inflater;
  private final WebSocket webSocket;

  private GatewayClient(URI gateway, String query, boolean compressed) {
    this.inflater = compressed ? new Inflater() : null;
    URI uri = URI.create(gateway + "/?" + query);
    this.webSocket = HTTP.newWebSocketBuilder().buildAsync(uri, this).join();
  }

  static GatewayClient connect(FakeDiscord discord) {
    return connect(discord.gatewayUri());
  }

  static GatewayClient connect(URI gateway) {
    return new GatewayClient(gateway, "v=10&encoding=json", false);
  }

  static GatewayClient connect(FakeDiscord discord, String query) {
    return new GatewayClient(discord.gatewayUri(), query, query.contains("zlib-stream"));
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      messages.add(new JsonObject(text.toString()));
      text.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    binary.writeBytes(bytes);
    if (last) {
      messages.add(new JsonObject(inflate(binary.toByteArray())));
      binary.reset();
    }
    socket.request(1);
    return null;
  }

  private String inflate(byte[] compressed) {
    Inflater stream = inflater;
    assertNotNull(stream, "a binary message on a socket without compression");
    assertEquals(0x0000FFFF, ByteBuffer.wrap(compressed).getInt(compressed.length - 4));
    stream.setInput(compressed);
    var out = new ByteArrayOutputStream();
    byte[] chunk = new byte[64];
    try {
      for (int length = stream.inflate(chunk); length > 0; length = stream.inflate(chunk)) {
        out.write(chunk, 0, length);
      }
    } catch (DataFormatException broken) {
      throw new AssertionError("not one zlib stream", broken);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    closeCode.complete(code);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    closeCode.complete(LOST);
  }

  /** The next message, whatever it is. */
  JsonObject next() throws InterruptedException {
    JsonObject message = messages.poll(2, TimeUnit.MINUTES);
    assertNotNull(message, "no message came");
    return message;
  }

  JsonObject next(int op) throws InterruptedException {
    JsonObject message = next();
    assertEquals(op, message.getInteger("op"), message.encode());
    return message;
  }

  JsonObject hello() throws InterruptedException {
    return next(10).getJsonObject("d");
  }

  /** The data of the next message, which is READY. */
  JsonObject ready() throws InterruptedException {
    JsonObject message = next(0);
    assertEquals("READY", message.getString("t"));
    return message.getJsonObject("d");
  }

  /** Waits for HELLO, identifies, and returns the data of READY. */
  JsonObject start(int shard, int total) throws InterruptedException {
    hello();
    identify(shard, total);
    return ready();
  }

  boolean hasMessage() {
    return !messages.isEmpty();
  }

  int closeCode() {
    return closeCode.orTimeout(2, TimeUnit.MINUTES).join();
  }

  void send(String message) {
    webSocket.sendText(message, true).join();
  }

  void sendBinary(byte[] message) {
    webSocket.sendBinary(ByteBuffer.wrap(message), true).join();
  }

  void send(int op, @Nullable JsonObject data) {
    send(new JsonObject().put("op", op).put("d", data).encode());
  }

  void identify(int id, int total) {
    identify(FakeDiscord.DEFAULT_TOKEN, id, total);
  }

  void identify(String token, int id, int total) {
    send(
        2,
        new JsonObject()
            .put("token", token)
            .put("intents", 0)
            .put("properties", new JsonObject().put("os", "test"))
            .put("shard", new JsonArray().add(id).add(total)));
  }

  void resume(String sessionId, int seq) {
    resume(FakeDiscord.DEFAULT_TOKEN, sessionId, seq);
  }

  void resume(String token, String sessionId, int seq) {
    send(6, new JsonObject().put("token", token).put("session_id", sessionId).put("seq", seq));
  }

  void heartbeat() throws InterruptedException {
    send(1, null);
    next(11);
  }

  void close(int code) {
    webSocket.sendClose(code, "").join();
    closeCode();
  }

  @Override
  public void close() {
    webSocket.abort();
    if (inflater != null) {
      inflater.end();
    }
  }
}
