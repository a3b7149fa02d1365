package io.github.gatewayqueue.broker;

import static java.lang.System.Logger.Level.ERROR;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which path leads where, and for whom. Used by the event loop alone. */
final class Router {
  private static final System.Logger LOGGER = System.getLogger("io.github.gatewayqueue.broker");
  private static final String QUEUE = "/";
  private static final String STREAM = "/status/stream";
  private static final String[] BEARER = {"Bearer"};

  /**
   * For browsers, which can not be told to send a bearer token. A line for each: Chromium knows
   * only the first challenge of a line.
   */
  private static final String[] BEARER_OR_BASIC = {"Bearer", "Basic realm=\"gateway-queue\""};

  private final Context context;
  private final Requests requests;
  private final Status status;
  private final StatusStream stream;
  private final Metrics metrics;
  private final Access access;
  private final Dashboard dashboard = new Dashboard();

  Router(
      Settings settings,
      Context context,
      Requests requests,
      Status status,
      StatusStream stream,
      Metrics metrics) {
    this.context = context;
    this.requests = requests;
    this.status = status;
    this.stream = stream;
    this.metrics = metrics;
    this.access = new Access(settings.token());
  }

  void route(Exchange exchange) {
    String path = exchange.path();
    switch (path) {
      case "/health/live" -> get(exchange, () -> health(exchange, null));
      case "/health/ready" -> get(exchange, () -> health(exchange, whyNotReady()));
      default -> routeIfAdmitted(exchange, path);
    }
  }

  private void routeIfAdmitted(Exchange exchange, String path) {
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
    if (path.equals(QUEUE)) {
      requests.countUnauthorized();
    }
    refuse(exchange, problem);
  }

  /** Only a request for a session start may come from a client that must not be answered. */
  void refuse(Exchange exchange, Problem problem) {
    if (exchange.path().equals(QUEUE)) {
      requests.refuse(exchange, problem);
    } else {
      exchange.refuse(problem);
    }
  }

  private void routeAdmitted(Exchange exchange, String path) {
    switch (path) {
      case QUEUE -> requests.accept(exchange);
      case "/status" ->
          get(exchange, () -> answerLater(exchange, () -> answer(Json.TYPE, status.json())));
      case STREAM -> get(exchange, () -> stream(exchange));
      case "/metrics" ->
          get(
              exchange,
              () -> {
                String accept = exchange.header(HttpHeaders.ACCEPT);
                answerLater(exchange, () -> metrics.page(accept));
              });
      default -> {
        if (dashboard.has(path)) {
          get(exchange, () -> dashboard.answer(exchange));
        } else {
          exchange.refuse(new Problem(404, "there is nothing at this path"));
        }
      }
    }
  }

  private static Metrics.Page answer(String type, String body) {
    return new Metrics.Page(type, Buffer.buffer(body));
  }

  private static void get(Exchange exchange, Runnable action) {
    HttpMethod method = exchange.request().method();
    if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
      action.run();
    } else {
      exchange.refuse(
          Problem.withHeader(
              405,
              "the method is " + method.name() + ", expected GET or HEAD",
              "Allow",
              "GET, HEAD"));
    }
  }

  private void stream(Exchange exchange) {
    if (exchange.request().method().equals(HttpMethod.HEAD)) {
      exchange.answer(200, Events.TYPE, "");
    } else {
      stream.watch(exchange);
    }
  }

  /** Has the page made on a thread of its own, since it takes the locks of the lines. */
  private void answerLater(Exchange exchange, Supplier<Metrics.Page> page) {
    Thread.ofVirtual()
        .name("page")
        .start(() -> {
          Metrics.Page made = make(page);
          context.runOnContext(nothing -> {
            if (made == null) {
              exchange.refuse(new Problem(500, "the page could not be made"));
            } else {
              exchange.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
              exchange.answer(200, made.type(), made.body());
            }
          });
        });
  }

  private static Metrics.@Nullable Page make(Supplier<Metrics.Page> page) {
    try {
      return page.get();
    } catch (RuntimeException e) {
      LOGGER.log(ERROR, "a page could not be made: " + e, e);
      return null;
    }
  }

  private @Nullable String whyNotReady() {
    if (requests.isStopping()) {
      return "the broker is stopping";
    }
    return requests.queue().isReady() ? null : "the session start limit is not known";
  }

  private static void health(Exchange exchange, @Nullable String reason) {
    String body =
        Json.object(json -> {
          json.writeStringProperty("status", reason == null ? "up" : "down");
          if (reason != null) {
            json.writeStringProperty("reason", reason);
          }
        });
    exchange.answer(reason == null ? 200 : 503, Json.TYPE, body);
  }
}
