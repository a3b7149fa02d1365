package io.github.gatewayqueue.examples.discord4j;

import discord4j.core.DiscordClient;
import discord4j.core.DiscordClientBuilder;
import discord4j.core.GatewayDiscordClient;
import discord4j.core.event.domain.lifecycle.ReadyEvent;
import discord4j.rest.request.RouterOptions;
import discord4j.rest.route.Routes;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord4j.QueueShardCoordinator;
import io.github.gatewayqueue.large.LargeBotQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/** Says when each of its shards is ready, and logs out when all are. */
final class Bot {
  /** Where Discord's REST API is. */
  static final String DISCORD = Routes.BASE_URL;

  private static final Duration LOGOUT = Duration.ofSeconds(10);

  private final String token;
  private final SessionStartLimitSource limits;
  private final String rest;

  Bot(String token, SessionStartLimitSource limits, String rest) {
    this.token = token;
    this.limits = limits;
    this.rest = rest;
  }

  void run() throws IOException, InterruptedException {
    GatewayQueue queue = LargeBotQueue.builder(limits).buildAndRead();
    long startNanos = System.nanoTime();
    GatewayDiscordClient gateway =
        client()
            .gateway()
            .setShardCoordinator(new QueueShardCoordinator(queue))
            .setAwaitConnections(true)
            .withEventDispatcher(events ->
                events
                    .on(ReadyEvent.class)
                    .doOnNext(ready -> print(startNanos, ready.getShardInfo().getIndex())))
            .login()
            .block();
    // Discord4J's own threads may cross while shards close: it then never says that they have.
    Objects.requireNonNull(gateway).logout().timeout(LOGOUT).onErrorComplete().block();
  }

  private static void print(long startNanos, int shard) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    System.out.printf(Locale.ROOT, "%8.3f s  shard %s is ready%n", seconds, shard);
  }

  /** DiscordClient.create(token) would do, were it not for the Discord on loopback. */
  private DiscordClient client() {
    return DiscordClientBuilder.create(token)
        .setExtraOptions(options ->
            new RouterOptions(
                options.getToken(),
                options.getReactorResources(),
                options.getExchangeStrategies(),
                options.getResponseTransformers(),
                options.getGlobalRateLimiter(),
                options.getRequestQueueFactory(),
                rest))
        .build();
  }
}
