package io.github.gatewayqueue.fakediscord;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All sockets and sessions of the gateway. Used by its one event loop alone, except for {@link
 * #openSockets} and {@link #openingSockets}. So messages are judged in the order of their arrival,
 * and no lock is needed.
 */
final class Gateway {
  private final Vertx vertx;
  private final Supplier<Wire> wires;
  private final Scoreboard scoreboard;
  private final Faults faults;
  private final Duration heartbeatInterval;
  private final Consumer<Identify> onIdentify;
  private final Supplier<URI> gatewayUri;
  private final Set<GatewaySocket> sockets = new LinkedHashSet<>();
  private final Map<String, Session> sessions = new HashMap<>();

  /** Sockets that are being opened, each with how it must be closed once it is open, if at all. */
  private final Map<HttpServerRequest, Optional<Closing>> opening = new LinkedHashMap<>();

  /** How many sockets there are, for other threads. */
  private volatile int openSockets;

  private volatile int openingSockets;

  private record Closing(int code, String reason) {}

  Gateway(
      Vertx vertx,
      Supplier<Wire> wires,
      Scoreboard scoreboard,
      Faults faults,
      FakeDiscord.Builder settings,
      Supplier<URI> gatewayUri) {
    this.vertx = vertx;
    this.wires = wires;
    this.scoreboard = scoreboard;
    this.faults = faults;
    this.heartbeatInterval = settings.heartbeatInterval;
    this.onIdentify = settings.onIdentify;
    this.gatewayUri = gatewayUri;
  }

  /**
   * Takes a request to upgrade, which is paused, or refuses one in a form that this gateway does
   * not speak.
   */
  void handle(HttpServerRequest request) {
    Wire toClient = wires.get();
    String encoding = request.getParam("encoding", "json");
    String compress = request.getParam("compress", "");
    if (!encoding.equals("json")) {
      refuse(request, toClient, "encoding=%s is not supported, only json is".formatted(encoding));
    } else if (!compress.isEmpty() && !compress.equals("zlib-stream")) {
      refuse(
          request,
          toClient,
          "compress=%s is not supported, only zlib-stream is".formatted(compress));
    } else {
      boolean versionKnown = request.getParam("v", "10").equals("10");
      opening.put(request, Optional.empty());
      openingSockets = opening.size();
      request.response().closeHandler(closed -> opened(request));
      after(
          faults.nextSocketDelay(),
          () -> accept(request, toClient, !compress.isEmpty(), versionKnown));
    }
  }

  private static void refuse(HttpServerRequest request, Wire toClient, String why) {
    request.resume();
    toClient.send(() -> {
      if (!request.response().closed()) {
        request
            .response()
            .setStatusCode(400)
            .putHeader("Content-Type", "application/json")
            .end(new JsonObject().put("message", why).put("code", 0).encode());
      }
    });
  }

  /** Opens a socket: here at once, and for the client when the answer has arrived there. */
  private void accept(
      HttpServerRequest request, Wire toClient, boolean compress, boolean versionKnown) {
    long openedNanos = System.nanoTime();
    toClient.send(() -> {
      if (opening.containsKey(request)) { // else it was dropped, or its client has left
        request
            .toWebSocket()
            .onFailure(failure -> opened(request))
            .onSuccess(webSocket -> {
              var socket = new GatewaySocket(this, webSocket, compress, wires.get(), toClient);
              Optional<Closing> closing = opened(request);
              open(socket, versionKnown, openedNanos);
              closing.ifPresent(how -> socket.close(how.code, how.reason));
            });
      }
    });
  }

  private Optional<Closing> opened(HttpServerRequest request) {
    Optional<Closing> closing = opening.getOrDefault(request, Optional.empty());
    opening.remove(request);
    openingSockets = opening.size();
    return closing;
  }

  private void open(GatewaySocket socket, boolean versionKnown, long openedNanos) {
    sockets.add(socket);
    openSockets = sockets.size();
    socket.start();
    if (!versionKnown) {
      socket.close(CloseCode.INVALID_API_VERSION);
      return;
    }
    Duration delay = faults.helloDelay();
    if (delay == null) {
      socket.read(); // as if HELLO had been sent
      return;
    }
    long helloNanos = openedNanos + TimeUnit.MILLISECONDS.toNanos(delay.toMillis());
    long millis = Math.ceilDiv(helloNanos - System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(1));
    after(
        Duration.ofMillis(Math.max(0, millis)),
        () -> {
          socket.sendHello(heartbeatInterval, helloNanos);
          socket.read();
        });
  }

  /** Runs the action now, later or, for null, never. */
  private void after(@Nullable Duration delay, Runnable action) {
    if (delay == null) {
      return;
    }
    long millis = delay.toMillis();
    if (millis == 0) {
      action.run();
    } else {
      vertx.setTimer(millis, timer -> action.run());
    }
  }

  void closed(GatewaySocket socket) {
    sockets.remove(socket);
    openSockets = sockets.size();
  }

  /** Judges an IDENTIFY and answers it. */
  void identify(GatewaySocket socket, String token, long shardId, long shardTotal) {
    Identify identify = scoreboard.identify(token, shardId, shardTotal);
    switch (identify.verdict()) {
      case ACCEPTED -> startSession(socket, new Session(shardId, shardTotal));
      case TOO_EARLY, INVALIDATED -> socket.sendInvalidSession();
      case BAD_TOKEN -> socket.close(CloseCode.AUTHENTICATION_FAILED);
      case INVALID_SHARD -> socket.close(CloseCode.INVALID_SHARD);
      case OVER_BUDGET -> terminateAll(socket);
    }
    onIdentify.accept(identify);
  }

  private void startSession(GatewaySocket socket, Session session) {
    sessions.put(session.id, session);
    socket.attach(session);
    after(
        faults.readyDelay(),
        () -> {
          Faults.SessionEnd end =
              socket.sendReady(gatewayUri.get()) ? faults.nextSessionEnd() : null;
          if (end != null) {
            after(end.afterReady(), () -> end(session, end.code()));
          }
        });
  }

  /** Ends a session, whose socket may be another one by now, or lost. */
  private void end(Session session, int code) {
    forget(session);
    List.copyOf(sockets).stream()
        .filter(socket -> socket.has(session))
        .forEach(socket -> socket.close(code, "Session ended."));
  }

  /** Uses session starts as another program would. */
  void startElsewhere(int starts) {
    if (scoreboard.startElsewhere(starts)) {
      terminateAll(null);
    }
  }

  /** The token is reset: closes all sessions, and the socket that caused it. */
  private void terminateAll(@Nullable GatewaySocket culprit) {
    sessions.clear();
    List.copyOf(sockets).stream()
        .filter(socket -> socket == culprit || socket.hasSession())
        .forEach(socket -> socket.close(CloseCode.AUTHENTICATION_FAILED));
  }

  void resume(GatewaySocket socket, String token, String sessionId, long seq) {
    Session session = sessions.get(sessionId);
    if (!scoreboard.isValid(token)) {
      socket.close(CloseCode.AUTHENTICATION_FAILED);
    } else if (session == null) {
      socket.sendInvalidSession();
    } else if (seq > session.seq) {
      socket.close(CloseCode.INVALID_SEQ);
    } else {
      scoreboard.countResume();
      socket.attach(session);
      socket.sendResumed();
    }
  }

  void forget(Session session) {
    sessions.remove(session.id);
  }

  void forgetSessions() {
    sessions.clear();
  }

  void requestReconnects() {
    List.copyOf(sockets).forEach(GatewaySocket::sendReconnect);
  }

  void closeSockets(int code, String reason) {
    List.copyOf(sockets).forEach(socket -> socket.close(code, reason));
    opening.replaceAll((request, how) -> Optional.of(new Closing(code, reason)));
  }

  void dropSockets() {
    List.copyOf(sockets).forEach(GatewaySocket::drop);
    for (HttpServerRequest request : List.copyOf(opening.keySet())) {
      opened(request);
      request.connection().close();
    }
  }

  int openingSockets() {
    return openingSockets;
  }

  int openSockets() {
    return openSockets;
  }
}
