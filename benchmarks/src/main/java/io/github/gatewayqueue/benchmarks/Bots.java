package io.github.gatewayqueue.benchmarks;

import dev.kord.common.entity.DiscordShard;
import dev.kord.gateway.DefaultGateway;
import dev.kord.gateway.DefaultGatewayBuilder;
import dev.kord.gateway.GatewayConfiguration;
import dev.kord.gateway.GatewayConfigurationBuilder;
import dev.kord.gateway.Intent;
import dev.kord.gateway.IntentKt;
import dev.kord.gateway.ratelimit.IdentifyRateLimiter;
import discord4j.common.ReactorResources;
import discord4j.core.DiscordClientBuilder;
import discord4j.core.shard.ShardCoordinator;
import discord4j.rest.request.RouterOptions;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.ktor.client.HttpClientKt;
import io.ktor.client.engine.okhttp.OkHttp;
import io.ktor.client.plugins.websocket.WebSockets;
import java.net.http.HttpClient;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import kotlin.Unit;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.GlobalScope;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import net.dv8tion.jda.api.utils.ConcurrentSessionController;
import net.dv8tion.jda.api.utils.SessionController;
import okhttp3.Dispatcher;
import reactor.netty.resources.ConnectionProvider;

/** Bots on libraries of the JVM. None is closed: they go on until the process ends. */
final class Bots {
  private Bots() {}

  /**
   * A bot without a library: when all shards have connected, each asks; after op 9, once more. One
   * that identified while this Discord, which has one thread, lets in others would be heard late.
   */
  static Bot onWebSockets(FakeDiscord discord, GatewayQueue queue, int shards) {
    HttpClient client = HttpClient.newHttpClient();
    var allConnected = new CountDownLatch(shards);
    return () ->
        new Crowd(
                shards,
                id -> {
                  var shard = new WebSocketShard(client, discord.gatewayUri());
                  allConnected.countDown();
                  allConnected.await();
                  shard.start(id, shards, queue);
                  while (!shard.isReady()) {
                    shard = new WebSocketShard(client, discord.gatewayUri());
                    shard.start(id, shards, queue);
                  }
                })
            .start()
            .join();
  }

  static DefaultShardManagerBuilder onJda(
      FakeDiscord discord, SessionController controller, int shards) {
    return DefaultShardManagerBuilder.createLight(
            FakeDiscord.DEFAULT_TOKEN, Collections.emptyList())
        .setShardsTotal(shards)
        .setSessionController(controller)
        .setRestConfigProvider(id -> new RestConfig().setBaseUrl(discord.restUri() + "/"))
        .setEnableShutdownHook(false);
  }

  /** JDA's own, but after a failed connection it does not go to the real Discord. */
  static ConcurrentSessionController jdasController(FakeDiscord discord) {
    return new ConcurrentSessionController() {
      @Override
      public String getGateway() {
        return discord.gatewayUri().toString();
      }
    };
  }

  /** This Discord must recommend as many shards. */
  static Bot onDiscord4j(FakeDiscord discord, ShardCoordinator coordinator, int shards) {
    // Reactor Netty would open 500 connections: that is what its pool has.
    var connections = ConnectionProvider.builder("bot").maxConnections(shards + 10).build();
    var gateway =
        DiscordClientBuilder.create(FakeDiscord.DEFAULT_TOKEN)
            .setReactorResources(
                ReactorResources.builder()
                    .httpClient(ReactorResources.newHttpClient(connections))
                    .build())
            .setExtraOptions(options ->
                new RouterOptions(
                    options.getToken(),
                    options.getReactorResources(),
                    options.getExchangeStrategies(),
                    options.getResponseTransformers(),
                    options.getGlobalRateLimiter(),
                    options.getRequestQueueFactory(),
                    discord.restUri().toString()))
            .build()
            .gateway()
            .setAwaitConnections(false)
            .setShardCoordinator(coordinator);
    return () -> {
      var unused = gateway.login().subscribe();
    };
  }

  /** Gateways that share an HTTP client, as in a {@code Kord}; that asks nothing over REST. */
  static Bot onKord(FakeDiscord discord, IdentifyRateLimiter limiter, int shards) {
    // OkHttp would open 64 sockets: each counts as a request that is under way.
    Dispatcher dispatcher = new Dispatcher();
    dispatcher.setMaxRequests(Math.max(dispatcher.getMaxRequests(), shards));
    var client =
        HttpClientKt.HttpClient(
            OkHttp.INSTANCE,
            config -> {
              config.install(WebSockets.Plugin, webSockets -> Unit.INSTANCE);
              config.engine(engine -> {
                engine.config(okHttp -> {
                  okHttp.dispatcher(dispatcher);
                  return Unit.INSTANCE;
                });
                return Unit.INSTANCE;
              });
              return Unit.INSTANCE;
            });
    return () ->
        IntStream.range(0, shards)
            .forEach(id -> {
              var builder = new DefaultGatewayBuilder();
              builder.setUrl(discord.gatewayUri() + "/?v=10&encoding=json&compress=zlib-stream");
              builder.setClient(client);
              builder.setIdentifyRateLimiter(limiter);
              start(builder.build(), new DiscordShard(id, shards));
            });
  }

  private static void start(DefaultGateway gateway, DiscordShard shard) {
    GatewayConfiguration configuration =
        new GatewayConfigurationBuilder(
                FakeDiscord.DEFAULT_TOKEN,
                "Kord",
                shard,
                null,
                250,
                IntentKt.Intents(new Intent[0]))
            .build();
    BuildersKt.launch(
        GlobalScope.INSTANCE,
        EmptyCoroutineContext.INSTANCE,
        CoroutineStart.DEFAULT,
        (scope, continuation) -> gateway.start(configuration, continuation));
  }
}
