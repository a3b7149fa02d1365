package io.github.gatewayqueue.fakediscord;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The port, and the one event loop on which everything that arrives there is handled. One loop is
 * plenty for thousands of sockets, and makes the order of arrival unambiguous.
 */
final class LoopbackServer {
  static final String HOST = "127.0.0.1";

  private final Vertx vertx = Vertx.vertx(options());
  private final Context context = vertx.getOrCreateContext();
  private final NetClient probe = vertx.createNetClient();
  private final Wire.Timer timer = new LoopTimer();
  private final Network network;
  private final Thread loop;
  private final RestApi rest;
  private final Gateway gateway;
  private final BiConsumer<HttpServerRequest, String> admin;

  /** Set once, before anyone else can see this server. */
  private int port;

  // All below are used by the event loop alone.
  private @Nullable HttpServer http;
  private @Nullable Outage outage;

  /** The last opening or closing of the port; the next one waits for it. */
  private Future<Void> transition = Future.succeededFuture();

  /** How often an outage was begun or ended. */
  private int changes;

  LoopbackServer(
      Network network,
      Scoreboard scoreboard,
      Faults faults,
      FakeDiscord.Builder settings,
      BiConsumer<HttpServerRequest, String> admin) {
    this.network = network;
    this.rest = new RestApi(vertx, scoreboard, faults, settings.shards, this::gatewayUri);
    this.gateway = new Gateway(vertx, this::wire, scoreboard, faults, settings, this::gatewayUri);
    this.admin = admin;
    this.loop = await(submit(() -> Future.succeededFuture(Thread.currentThread())));
  }

  private static VertxOptions options() {
    return new VertxOptions()
        .setEventLoopPoolSize(1)
        .setWorkerPoolSize(1)
        .setInternalBlockingPoolSize(1)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  /** Takes the port, 0 for any that is free. */
  void start(int wantedPort) {
    port = wantedPort;
    try {
      port = awaitPort(submit(this::listen)).actualPort();
    } catch (UncheckedIOException taken) {
      close();
      throw taken;
    }
  }

  private Future<HttpServer> listen() {
    HttpServer server = vertx.createHttpServer(httpOptions());
    return server.requestHandler(this::handle).listen().onSuccess(listening -> http = listening);
  }

  /** HTTP/1.1 without extensions: Discord's gateway compresses by itself. */
  private HttpServerOptions httpOptions() {
    return new HttpServerOptions()
        .setHost(HOST)
        .setPort(port)
        .setAcceptBacklog(4096)
        .setHttp2ClearTextEnabled(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
  }

  private void handle(HttpServerRequest request) {
    // An absolute or an asterisk form may have no path.
    String path = Objects.requireNonNullElse(request.path(), "");
    if (path.equals(AdminApi.PREFIX) || path.startsWith(AdminApi.PREFIX + "/")) {
      admin.accept(request, path);
    } else if (request.canUpgradeToWebSocket()) {
      request.pause(); // or it would be read to its end, if the socket is opened later
      wire().send(() -> unlessDown(request, () -> gateway.handle(request)));
    } else {
      wire().send(() -> unlessDown(request, () -> rest.handle(request, path, wire())));
    }
  }

  private void unlessDown(HttpServerRequest request, Runnable action) {
    if (outage == null) {
      action.run();
    } else {
      request.connection().close();
    }
  }

  private Wire wire() {
    return new Wire(network::nextDelayNanos, timer);
  }

  /** Timers of the event loop, which count milliseconds. */
  private final class LoopTimer implements Wire.Timer {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public void after(long delayNanos, Runnable action) {
      long millis = Math.ceilDiv(delayNanos, TimeUnit.MILLISECONDS.toNanos(1));
      vertx.setTimer(Math.max(1, millis), id -> action.run());
    }
  }

  int port() {
    return port;
  }

  URI gatewayUri() {
    return URI.create("ws://%s:%s".formatted(HOST, port));
  }

  Gateway gateway() {
    return gateway;
  }

  /**
   * Begins an outage, changes it, or ends it with null; returns when the port is as it should be.
   */
  void outage(@Nullable Outage next) {
    run(() -> {
      changes++;
      transition = transition.transform(done -> change(next));
    });
    if (!isLoop()) {
      awaitPort(submit(() -> transition));
    }
  }

  /**
   * Begins an outage right after what is being handled now, and ends it by itself, unless something
   * else was begun or ended meanwhile.
   */
  void refuseFor(Duration duration) {
    context.runOnContext(nothing -> {
      outage(Outage.REFUSING);
      int begun = changes;
      vertx.setTimer(
          Math.max(1, duration.toMillis()),
          timer -> {
            if (changes == begun) {
              outage(null);
            }
          });
    });
  }

  private Future<Void> change(@Nullable Outage next) {
    outage = next;
    if (next != null) {
      gateway.dropSockets();
    }
    HttpServer listening = http;
    if (next == Outage.REFUSING && listening != null) {
      http = null;
      return listening.close().compose(closed -> untilRefused());
    }
    if (next != Outage.REFUSING && listening == null) {
      return listen().mapEmpty();
    }
    return Future.succeededFuture();
  }

  /**
   * The listening socket outlives its closing until the selector that it is registered with runs.
   */
  private Future<Void> untilRefused() {
    return probe
        .connect(port, HOST)
        .transform((socket, refused) ->
            refused == null
                ? socket.close().compose(closed -> untilRefused())
                : Future.succeededFuture());
  }

  /** Runs the action on the event loop, and returns when it has run. */
  void run(Runnable action) {
    if (isLoop()) {
      action.run();
    } else {
      await(
          submit(() -> {
            action.run();
            return Future.succeededFuture();
          }));
    }
  }

  private boolean isLoop() {
    return Thread.currentThread() == loop;
  }

  private <T> Future<T> submit(Supplier<Future<T>> action) {
    return Future.future(
        promise -> context.runOnContext(nothing -> action.get().onComplete(promise)));
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private <T> T awaitPort(Future<T> future) {
    try {
      return await(future);
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof IOException taken) {
        throw new UncheckedIOException(
            "cannot listen on %s:%s: %s".formatted(HOST, port, taken.getMessage()), taken);
      }
      throw failure;
    }
  }

  void close() {
    await(vertx.close());
  }
}
