package io.github.gatewayqueue.fakediscord;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One client's connection to the gateway. Used by the event loop alone. */
final class GatewaySocket {
  /** Discord takes no larger payloads. */
  private static final int MAX_PAYLOAD_BYTES = 4096;

  private static final int DISPATCH = 0;
  private static final int HEARTBEAT = 1;
  private static final int IDENTIFY = 2;
  private static final int PRESENCE_UPDATE = 3;
  private static final int VOICE_STATE_UPDATE = 4;
  private static final int RESUME = 6;
  private static final int RECONNECT = 7;
  private static final int REQUEST_GUILD_MEMBERS = 8;
  private static final int INVALID_SESSION = 9;
  private static final int HELLO = 10;
  private static final int HEARTBEAT_ACK = 11;
  private static final int REQUEST_SOUNDBOARD_SOUNDS = 31;

  /** Closing with one of these ends the session; with any other code it can be resumed. */
  private static final int NORMAL_CLOSURE = 1000;

  private static final int GOING_AWAY = 1001;

  private final Gateway gateway;
  private final ServerWebSocket webSocket;
  private final @Nullable ZlibStream zlib;
  private final Wire toServer;
  private final Wire toClient;

  /** What has arrived before this side began to read. */
  private final Queue<Runnable> unread = new ArrayDeque<>();

  private boolean reads;
  private @Nullable Session session;

  /** Whether either side has closed it: nothing is sent or read any more. */
  private boolean closed;

  GatewaySocket(
      Gateway gateway, ServerWebSocket webSocket, boolean compress, Wire toServer, Wire toClient) {
    this.gateway = gateway;
    this.webSocket = webSocket;
    this.zlib = compress ? new ZlibStream() : null;
    this.toServer = toServer;
    this.toClient = toClient;
  }

  void start() {
    webSocket.textMessageHandler(text -> arrive(() -> receive(text)));
    webSocket.binaryMessageHandler(binary -> arrive(() -> close(CloseCode.DECODE_ERROR)));
    webSocket.closeHandler(nothing -> toServer.send(this::disconnected));
    // A frame beyond the transport's limits, or a broken connection, where this does nothing.
    webSocket.exceptionHandler(failure -> arrive(() -> close(CloseCode.DECODE_ERROR)));
  }

  private void arrive(Runnable message) {
    toServer.send(() -> {
      if (reads) {
        message.run();
      } else {
        unread.add(message);
      }
    });
  }

  /** Reads what has arrived, and from now on what arrives. */
  void read() {
    reads = true;
    for (Runnable message = unread.poll(); message != null; message = unread.poll()) {
      message.run();
    }
  }

  boolean hasSession() {
    return session != null;
  }

  boolean has(Session other) {
    return session == other;
  }

  void attach(Session newSession) {
    session = newSession;
  }

  private void receive(String text) {
    if (closed) {
      return;
    }
    try {
      if (text.getBytes(StandardCharsets.UTF_8).length > MAX_PAYLOAD_BYTES) {
        throw new DecodeException(
            "the message has more than %s bytes".formatted(MAX_PAYLOAD_BYTES));
      }
      receive(Payload.parse(text));
    } catch (DecodeException undecodable) {
      close(CloseCode.DECODE_ERROR);
    }
  }

  private void receive(Payload payload) {
    switch (payload.op()) {
      case HEARTBEAT -> send(HEARTBEAT_ACK, null);
      case IDENTIFY -> identify(payload);
      case RESUME -> resume(payload);
      case PRESENCE_UPDATE,
          VOICE_STATE_UPDATE,
          REQUEST_GUILD_MEMBERS,
          REQUEST_SOUNDBOARD_SOUNDS -> {
        if (session == null) {
          close(CloseCode.NOT_AUTHENTICATED);
        }
      }
      default -> close(CloseCode.UNKNOWN_OPCODE);
    }
  }

  private void identify(Payload payload) {
    if (session != null) {
      close(CloseCode.ALREADY_AUTHENTICATED);
      return;
    }
    long[] shard = payload.shard();
    gateway.identify(this, payload.text("token"), shard[0], shard[1]);
  }

  private void resume(Payload payload) {
    if (session != null) {
      close(CloseCode.ALREADY_AUTHENTICATED);
      return;
    }
    gateway.resume(this, payload.text("token"), payload.text("session_id"), payload.number("seq"));
  }

  /** Sends HELLO as if it had left at a moment, be it in the past. */
  void sendHello(Duration heartbeatInterval, long sentNanos) {
    if (!closed) {
      var data = new JsonObject().put("heartbeat_interval", heartbeatInterval.toMillis());
      send(message(HELLO, data).putNull("s").putNull("t"), sentNanos);
    }
  }

  /** Returns whether it was sent: not if the socket is closed by now. */
  boolean sendReady(URI resumeUri) {
    Session ready = Objects.requireNonNull(session);
    dispatch(
        "READY",
        new JsonObject()
            .put("v", 10)
            .put("user", Profile.user())
            .put("guilds", new JsonArray())
            .put("private_channels", new JsonArray())
            .put("_trace", new JsonArray().add("fakediscord")) // not documented, but Kord wants it
            .put("session_id", ready.id)
            .put("resume_gateway_url", resumeUri.toString())
            .put("shard", new JsonArray().add(ready.shardId).add(ready.shardTotal))
            .put("application", Profile.partialApplication()));
    return !closed;
  }

  void sendResumed() {
    dispatch("RESUMED", new JsonObject());
  }

  /** Not resumable: the client has to identify again. */
  void sendInvalidSession() {
    send(INVALID_SESSION, false);
  }

  void sendReconnect() {
    send(RECONNECT, null);
  }

  private void dispatch(String event, JsonObject data) {
    if (!closed) {
      int seq = ++Objects.requireNonNull(session).seq;
      send(message(DISPATCH, data).put("s", seq).put("t", event), System.nanoTime());
    }
  }

  private void send(int op, @Nullable Object data) {
    if (!closed) {
      send(message(op, data).putNull("s").putNull("t"), System.nanoTime());
    }
  }

  private static JsonObject message(int op, @Nullable Object data) {
    JsonObject message = new JsonObject().put("op", op);
    return data == null ? message.putNull("d") : message.put("d", data);
  }

  private void send(JsonObject message, long sentNanos) {
    String text = message.encode();
    if (zlib == null) {
      toClient.send(sentNanos, unlessLost(() -> webSocket.writeTextMessage(text)));
    } else {
      Buffer piece = Buffer.buffer(zlib.compress(text.getBytes(StandardCharsets.UTF_8)));
      toClient.send(sentNanos, unlessLost(() -> webSocket.writeBinaryMessage(piece)));
    }
  }

  /** The client may go while something is under way to it. */
  private Runnable unlessLost(Runnable action) {
    return () -> {
      if (!webSocket.isClosed()) {
        action.run();
      }
    };
  }

  void close(CloseCode code) {
    close(code.code(), code.reason());
  }

  void close(int code, String reason) {
    if (!closed) {
      finish();
      toClient.send(unlessLost(() -> webSocket.close((short) code, reason)));
    }
  }

  /** Resets the connection. Vert.x itself would not close one without a close frame. */
  void drop() {
    finish();
    ChannelHandlerContext transport = ((WebSocketInternal) webSocket).channelHandlerContext();
    if (transport.channel().isOpen()) { // it may have been dropped, and not be forgotten yet
      transport.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      var unused = transport.close();
    }
  }

  private void disconnected() {
    gateway.closed(this);
    if (closed) {
      return;
    }
    finish();
    Short code = webSocket.closeStatusCode();
    if (session != null && code != null && (code == NORMAL_CLOSURE || code == GOING_AWAY)) {
      gateway.forget(session);
    }
  }

  private void finish() {
    closed = true;
    if (zlib != null) {
      zlib.close();
    }
  }
}
