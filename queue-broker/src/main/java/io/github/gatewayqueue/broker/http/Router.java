package io.github.gatewayqueue.broker.http;

import static java.lang.System.Logger.Level.ERROR;

import io.github.gatewayqueue.broker.connections.ConnectionLimit;
import io.github.gatewayqueue.broker.queue.NotReady;
import io.github.gatewayqueue.broker.requests.EventLoop;
import io.github.gatewayqueue.broker.requests.Metrics;
import io.github.gatewayqueue.broker.requests.Metrics.Outcome;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.broker.requests.Requests;
import io.github.gatewayqueue.internal.SafeLogger;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Maps paths to their handlers, and checks who may use them. Used by the event loop alone. */
final class Router {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.broker"));

  private static final String STREAM = "/status/stream";
  private static final String[] BEARER = {"Bearer"};
  private static final Duration RETRY_AFTER_CROWD = Duration.ofSeconds(10);

  /**
   * For browsers, which cannot be told to send a bearer token. A line for each: Chromium knows only
   * the first challenge of a line.
   */
  private static final String[] BEARER_OR_BASIC = {"Bearer", "Basic realm=\"gateway-queue\""};

  private final EventLoop loop;
  private final Requests requests;
  private final QueuePath queue;
  private final StartsPath starts;
  private final Status status;
  private final StatusStream stream;
  private final Metrics metrics;
  private final ConnectionLimit limit;
  private final TokenCheck access;

  /** Whether Host must be an address: where a token is asked for, a page cannot know it. */
  private final boolean addressesOnly;

  private final Dashboard dashboard = new Dashboard();

  Router(
      ServerSettings settings,
      EventLoop loop,
      Requests requests,
      Status status,
      StatusStream stream,
      Metrics metrics,
      ConnectionLimit limit) {
    this.loop = loop;
    this.requests = requests;
    this.queue = new QueuePath(settings, requests, metrics);
    this.starts = new StartsPath(requests.starts());
    this.status = status;
    this.stream = stream;
    this.metrics = metrics;
    this.limit = limit;
    this.access = new TokenCheck(settings.token());
    this.addressesOnly = settings.loopback() && settings.token() == null;
  }

  void route(Exchange exchange) {
    String path = exchange.path();
    switch (path) {
      case "/health/live" -> get(exchange, () -> health(exchange, null));
      case "/health/ready" ->
          get(
              exchange,
              () -> later(exchange, requests::whyNotReady, whyNot -> health(exchange, whyNot)));
      default -> routeIfAdmitted(exchange, path);
    }
  }

  private void routeIfAdmitted(Exchange exchange, String path) {
    if (addressesOnly && CrossSiteCheck.mayBeRebound(exchange)) {
      String host = exchange.header(HttpHeaders.HOST);
      refuse(
          exchange,
          Outcome.CROSS_SITE,
          new Problem(
              403,
              ("Host is '%s', expected localhost, 127.0.0.1 or [::1]; a client that needs a name must"
                      + " show a token")
                  .formatted(host)));
      return;
    }
    boolean changes = path.equals(QueuePath.PATH) || path.startsWith(StartsPath.PATH);
    if (changes && CrossSiteCheck.sends(exchange)) {
      refuse(
          exchange,
          Outcome.CROSS_SITE,
          new Problem(403, "a browser asks for the page of another site, expected a bot"));
      return;
    }
    boolean forBrowsers = path.startsWith(Dashboard.PATH) || path.equals(STREAM);
    if (access.admits(exchange.header(HttpHeaders.AUTHORIZATION), forBrowsers)) {
      routeAdmitted(exchange, path);
      return;
    }
    Problem problem =
        Problem.withHeader(
            401,
            "the token is missing or wrong",
            "WWW-Authenticate",
            forBrowsers ? BEARER_OR_BASIC : BEARER);
    refuse(exchange, Outcome.UNAUTHORIZED, problem);
  }

  /** Only a request for a session start may come from a client that must not be answered. */
  void refuse(Exchange exchange, Outcome outcome, Problem problem) {
    if (exchange.path().equals(QueuePath.PATH)) {
      queue.refuse(exchange, outcome, problem);
    } else {
      exchange.refuse(problem);
    }
  }

  /**
   * The path is unknown here, so the connection of a plain client may be closed without a response.
   */
  void refuseInvalid(Exchange exchange, Problem problem) {
    queue.refuse(exchange, Outcome.BAD_REQUEST, problem);
  }

  private void routeAdmitted(Exchange exchange, String path) {
    boolean wouldKeepConnection = path.equals(QueuePath.PATH) || path.equals(STREAM);
    if (wouldKeepConnection && limit.isNearlyReached()) {
      String detail =
          "too many clients are connected, at most %s may".formatted(limit.mostWaiting());
      refuse(exchange, Outcome.FULL, Problem.retry(detail, RETRY_AFTER_CROWD));
      return;
    }
    switch (path) {
      case QueuePath.PATH -> queue.ask(exchange);
      case "/status" -> get(exchange, () -> status(exchange));
      case STREAM -> get(exchange, () -> stream(exchange));
      case "/metrics" ->
          get(
              exchange,
              () -> {
                String accept = exchange.header(HttpHeaders.ACCEPT);
                later(
                    exchange,
                    () -> metrics.page(accept),
                    page -> page(exchange, page.type(), page.body()));
              });
      default -> {
        if (path.startsWith(StartsPath.PATH)) {
          starts.answer(exchange);
        } else if (dashboard.has(path)) {
          get(exchange, () -> dashboard.answer(exchange));
        } else {
          exchange.refuse(new Problem(404, "there is nothing at this path"));
        }
      }
    }
  }

  private static void page(Exchange exchange, String type, String body) {
    exchange.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    exchange.answer(200, type, body);
  }

  private static void get(Exchange exchange, Runnable action) {
    exchange.answerIf(List.of(HttpMethod.GET, HttpMethod.HEAD), action);
  }

  private void status(Exchange exchange) {
    Integer starts;
    try {
      starts = QueryParser.starts(exchange.request().uri());
    } catch (IllegalArgumentException e) {
      exchange.refuse(new Problem(400, "" + e.getMessage()));
      return;
    }
    later(exchange, () -> status.json(starts), json -> page(exchange, Json.TYPE, json));
  }

  private void stream(Exchange exchange) {
    if (exchange.request().method().equals(HttpMethod.HEAD)) {
      exchange.answer(200, EventStream.TYPE, "");
    } else {
      stream.watch(exchange);
    }
  }

  /** Answers with what takes the locks of the lines. */
  private <T extends @Nullable Object> void later(
      Exchange exchange, Supplier<T> look, Consumer<T> answer) {
    loop.look(
        "page",
        look,
        answer,
        failure -> LOGGER.log(ERROR, "a page could not be made: " + failure, failure),
        () -> exchange.refuse(new Problem(500, "the page could not be made")));
  }

  private static void health(Exchange exchange, @Nullable NotReady whyNot) {
    Json body =
        whyNot == null
            ? new Json().with("status", "up")
            : new Json().with("status", "down").with("reason", whyNot.reason);
    exchange.answer(whyNot == null ? 200 : 503, Json.TYPE, body.toString());
  }
}
