package io.github.gatewayqueue.fakediscord;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The few routes of Discord's REST API that a bot asks when it starts. */
final class RestApi {
  /** The routes answer under any version's prefix, and without one. */
  private static final Pattern PATH = Pattern.compile("(?:/api)?(?:/v\\d+)?(/.*)");

  private final Vertx vertx;
  private final Scoreboard scoreboard;
  private final Faults faults;
  private final int shards;
  private final Supplier<URI> gatewayUri;

  RestApi(Vertx vertx, Scoreboard scoreboard, Faults faults, int shards, Supplier<URI> gatewayUri) {
    this.vertx = vertx;
    this.scoreboard = scoreboard;
    this.faults = faults;
    this.shards = shards;
    this.gatewayUri = gatewayUri;
  }

  /** Answers a request that has arrived. */
  void handle(HttpServerRequest request, String path, Wire toClient) {
    String route = route(path);
    RestExchange exchange = exchange(request, route);
    if (route.equals("/gateway/bot")) {
      scoreboard.countLimitRequest(); // afterwards: who changes the limit then changes no answer
    }
    RestFault fault = faults.nextRestFault();
    toClient.send(() -> {
      if (request.response().closed()) {
        return; // the client has gone
      }
      if (fault == null) {
        exchange.send();
      } else {
        fault.apply(exchange);
      }
    });
  }

  private static String route(String path) {
    Matcher matcher = PATH.matcher(path);
    return matcher.matches() ? matcher.group(1) : path;
  }

  private RestExchange exchange(HttpServerRequest request, String route) {
    if (!request.method().equals(HttpMethod.GET)) {
      return error(request, 405);
    }
    if (route.equals("/gateway")) {
      return new RestExchange(vertx, request, 200, gateway());
    }
    if (!isAuthorized(request)) {
      return error(request, 401);
    }
    return switch (route) {
      case "/gateway/bot" -> new RestExchange(vertx, request, 200, gatewayBot());
      case "/users/@me" -> new RestExchange(vertx, request, 200, Profile.user());
      case "/applications/@me", "/oauth2/applications/@me" ->
          new RestExchange(vertx, request, 200, Profile.application());
      default -> error(request, 404);
    };
  }

  private RestExchange error(HttpServerRequest request, int status) {
    return new RestExchange(vertx, request, status, RestExchange.error(request.response(), status));
  }

  private boolean isAuthorized(HttpServerRequest request) {
    String authorization = request.getHeader("Authorization");
    return authorization != null
        && authorization.startsWith("Bot ")
        && scoreboard.isValid(authorization.substring("Bot ".length()));
  }

  private JsonObject gateway() {
    return new JsonObject().put("url", gatewayUri.get().toString());
  }

  private JsonObject gatewayBot() {
    GatewayBotLimit limit = scoreboard.limit();
    return gateway()
        .put("shards", shards)
        .put(
            "session_start_limit",
            new JsonObject()
                .put("total", limit.total())
                .put("remaining", limit.remaining())
                .put("reset_after", limit.resetAfterMillis())
                .put("max_concurrency", limit.maxConcurrency()));
  }
}
