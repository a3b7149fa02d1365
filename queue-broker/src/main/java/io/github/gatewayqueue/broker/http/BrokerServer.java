package io.github.gatewayqueue.broker.http;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.broker.connections.ConnectionLimit;
import io.github.gatewayqueue.broker.connections.Connections;
import io.github.gatewayqueue.broker.connections.KeepAliveTransport;
import io.github.gatewayqueue.broker.queue.BrokerQueue;
import io.github.gatewayqueue.broker.requests.EventLoop;
import io.github.gatewayqueue.broker.requests.Metrics;
import io.github.gatewayqueue.broker.requests.Metrics.Outcome;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.broker.requests.Requests;
import io.github.gatewayqueue.internal.SafeLogger;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The port, and the one event loop that handles all connections. One loop is enough: requests spend
 * their time waiting, which virtual threads do.
 */
public final class BrokerServer {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.broker"));

  static final int MAX_LINE_BYTES = 4096;
  private static final int MAX_HEADER_BYTES = 8192;
  private static final long REFRESH_MILLIS = 1000;
  private static final long NOTE_MILLIS = 60_000;

  /** Much more than a page or some statuses, so that who does not read them is found out soon. */
  private static final int SEND_BUFFER_BYTES = 64 * 1024;

  private final ServerSettings settings;
  private final ConnectionLimit limit = new ConnectionLimit();
  private final Connections connections;
  private final Vertx vertx;
  private final EventLoop loop;
  private final Requests requests;
  private final Status status;
  private final StatusStream stream;
  private final Router router;
  private final AtomicBoolean closed = new AtomicBoolean();

  private @Nullable HttpServer http;

  /** Whether the queue is about to be refreshed. Used by the event loop. */
  private boolean refreshing;

  public BrokerServer(ServerSettings settings, BrokerQueue queue) {
    this.settings = settings;
    this.connections = new Connections(limit);
    this.vertx =
        Vertx.builder()
            .with(options())
            .withTransport(new KeepAliveTransport(connections, limit))
            .build();
    this.loop = new EventLoop(vertx);
    Metrics metrics = new Metrics(queue);
    this.requests =
        new Requests(
            settings.queue(), settings.maxWaiting(), settings.pace(), queue, loop, metrics);
    metrics.registerReady(requests::whyNotReady);
    this.status = new Status(settings, requests, metrics);
    this.stream = new StatusStream(loop, status, settings.pace().heartbeat());
    this.router = new Router(settings, loop, requests, status, stream, metrics, limit);
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

  /** Listens on the port, or throws an UncheckedIOException. Close the server in either case. */
  public void start() {
    limit.find(settings.maxWaiting());
    try {
      http = await(submit(this::listen));
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UncheckedIOException(
          "cannot listen on %s:%s: %s"
              .formatted(settings.host(), settings.port(), cause.getMessage()),
          cause instanceof IOException io ? io : new IOException(cause));
    }
    if (settings.token() == null && !settings.loopback()) {
      LOGGER.log(
          WARNING,
          "no token is asked for on "
              + settings.host()
              + ": every machine that reaches it can use up the session starts");
    }
    requests.start();
    stream.start();
    loop.run(this::refresh);
    loop.every(REFRESH_MILLIS, this::refresh);
    loop.every(NOTE_MILLIS, () -> Thread.ofVirtual().name("note").start(status::noteRemaining));
  }

  private void refresh() {
    if (refreshing) {
      return;
    }
    loop.look(
        "refresh",
        () -> {
          requests.queue().refresh();
          return true;
        },
        refreshed -> refreshing = false,
        BrokerServer::report,
        () -> refreshing = false);
    refreshing = true; // not before: there may be no memory for a thread, but in a second
  }

  private static void report(Throwable failure) {
    Thread current = Thread.currentThread();
    current.getUncaughtExceptionHandler().uncaughtException(current, failure);
  }

  private Future<HttpServer> listen() {
    return vertx
        .createHttpServer(httpOptions())
        .requestHandler(this::handle)
        .invalidRequestHandler(this::handleInvalid)
        .listen();
  }

  private HttpServerOptions httpOptions() {
    return new HttpServerOptions()
        .setHost(settings.host())
        .setPort(settings.port())
        .setAcceptBacklog(16_384)
        .setSendBufferSize(SEND_BUFFER_BYTES)
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true)
        .setMaxInitialLineLength(MAX_LINE_BYTES)
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setHttp2ClearTextEnabled(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
  }

  private void handle(HttpServerRequest request) {
    Exchange exchange = new Exchange(request, connections);
    exchange.connection().requestBegins();
    DiscardedBody.discard(
        exchange,
        () -> {
          exchange.connection().requestComplete();
          router.route(exchange);
        },
        problem -> router.refuse(exchange, Outcome.BAD_REQUEST, problem));
  }

  /**
   * The path is unknown here. If plain clients must get no response but a release, the connection
   * is closed.
   */
  private void handleInvalid(HttpServerRequest request) {
    Exchange exchange = new Exchange(request, connections);
    router.refuseInvalid(exchange, problem(request.decoderResult().cause()));
    exchange.hangUp();
  }

  private static Problem problem(@Nullable Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return new Problem(
          414, "the request line is too long, expected at most " + MAX_LINE_BYTES + " bytes");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new Problem(
          431, "the headers are too long, expected at most " + MAX_HEADER_BYTES + " bytes");
    }
    return new Problem(400, "this is no proper HTTP request");
  }

  public int port() {
    HttpServer listening = http;
    return listening == null ? settings.port() : listening.actualPort();
  }

  public URI uri() {
    String host = settings.host();
    return URI.create(
        "http://%s:%s".formatted(host.contains(":") ? "[" + host + "]" : host, port()));
  }

  private <T> Future<T> submit(Supplier<Future<T>> action) {
    return Future.future(promise -> loop.run(() -> action.get().onComplete(promise)));
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    long millis = settings.pace().farewell().toMillis();
    submit(this::stop)
        .timeout(millis, TimeUnit.MILLISECONDS) // a request may not end
        .transform(stopped -> vertx.close())
        .otherwiseEmpty()
        .toCompletionStage()
        .toCompletableFuture()
        .completeOnTimeout(null, millis + 500, TimeUnit.MILLISECONDS) // nor the event loop go on
        .join();
  }

  private Future<Void> stop() {
    stream.stop();
    HttpServer listening = http;
    return requests
        .stop()
        .transform(ended -> listening == null ? Future.succeededFuture() : listening.close());
  }
}
