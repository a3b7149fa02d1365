package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.Client;
import io.github.gatewayqueue.broker.requests.Metrics;
import io.github.gatewayqueue.broker.requests.Metrics.Outcome;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.broker.requests.Requests;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.List;

/** The path {@code /}, at which clients request session starts. Used by the event loop alone. */
final class QueuePath {
  static final String PATH = "/";

  /** Other methods come from what looks at a server, and must not spend a session start. */
  private static final List<HttpMethod> METHODS =
      List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT);

  /** Load balancers ask for / to see whether a server is there. */
  private static final Problem SHARD_MISSING =
      new Problem(400, "shard is missing, expected ?shard=ID; to probe the broker, /health/ready");

  private static final Problem HOLD_WITHOUT_EVENTS =
      new Problem(
          400, "hold is for clients that take events, expected Accept: " + EventStream.TYPE);

  private final boolean closesOnRefusal;
  private final Duration maxHold;
  private final Requests requests;
  private final Metrics metrics;

  QueuePath(ServerSettings settings, Requests requests, Metrics metrics) {
    this.closesOnRefusal = settings.closesOnRefusal();
    this.maxHold = settings.pace().maxHold();
    this.requests = requests;
    this.metrics = metrics;
  }

  void ask(Exchange exchange) {
    if (requests.isStopping()) { // whatever is wrong with it, its successor says so
      refuse(exchange, Outcome.STOPPING, Problem.stopping());
      return;
    }
    Problem wrongMethod = exchange.wrongMethod(METHODS);
    if (wrongMethod != null) {
      refuse(exchange, Outcome.BAD_REQUEST, wrongMethod);
      return;
    }
    ShardQuery shard;
    try {
      shard = QueryParser.parse(exchange.request().uri(), maxHold);
    } catch (IllegalArgumentException e) {
      refuse(exchange, Outcome.BAD_REQUEST, new Problem(400, "" + e.getMessage()));
      return;
    }
    boolean events = EventStream.isWanted(exchange.request());
    if (!shard.named() && requests.queue().isLimited()) {
      refuse(exchange, Outcome.BAD_REQUEST, SHARD_MISSING);
    } else if (shard.hold() != null && !events) {
      refuse(exchange, Outcome.BAD_REQUEST, HOLD_WITHOUT_EVENTS);
    } else {
      Client client =
          events
              ? new EventClient(exchange, shard)
              : new AskingClient(exchange, shard, closesOnRefusal);
      requests.accept(client, shard);
    }
  }

  /**
   * Refuses a request that has not joined a line, and counts it: answers, or hangs up if clients
   * must not get any answer but a release. Those that take events tell the two apart, and need to
   * know why.
   */
  void refuse(Exchange exchange, Outcome outcome, Problem problem) {
    metrics.ended(outcome);
    if (closesOnRefusal && !EventStream.isWanted(exchange.request())) {
      exchange.hangUp();
    } else {
      exchange.refuse(problem);
    }
  }
}
