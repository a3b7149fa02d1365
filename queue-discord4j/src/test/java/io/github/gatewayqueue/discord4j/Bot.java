package io.github.gatewayqueue.discord4j;

import discord4j.common.JacksonResources;
import discord4j.core.DiscordClient;
import discord4j.core.DiscordClientBuilder;
import discord4j.core.GatewayDiscordClient;
import discord4j.core.shard.GatewayBootstrap;
import discord4j.core.shard.ShardCoordinator;
import discord4j.discordjson.json.gateway.Opcode;
import discord4j.gateway.GatewayOptions;
import discord4j.gateway.json.GatewayPayload;
import discord4j.gateway.payload.JacksonPayloadReader;
import discord4j.gateway.payload.JacksonPayloadWriter;
import discord4j.rest.request.RouterOptions;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/** A real Discord4J bot against a FakeDiscord, with as many shards as that recommends. */
final class Bot implements AutoCloseable {
  private final FakeDiscord discord;
  private final ShardCoordinator coordinator;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicReference<@Nullable GatewayDiscordClient> client = new AtomicReference<>();
  private final AtomicInteger acknowledgedHeartbeats = new AtomicInteger();
  private final AtomicInteger attemptedResumes = new AtomicInteger();
  private final Disposable login;

  Bot(FakeDiscord discord, ShardCoordinator coordinator) {
    this(discord, coordinator, UnaryOperator.identity());
  }

  Bot(
      FakeDiscord discord,
      ShardCoordinator coordinator,
      UnaryOperator<GatewayBootstrap<GatewayOptions>> settings) {
    this.discord = discord;
    this.coordinator = coordinator;
    this.login =
        settings
            .apply(watched(client(discord).gateway()).setAwaitConnections(false))
            .setShardCoordinator(coordinator)
            .login()
            .subscribe(client::set, failure::set);
  }

  // @start region="loopback"
  static DiscordClient client(FakeDiscord discord) {
    return DiscordClientBuilder.create(FakeDiscord.DEFAULT_TOKEN)
        .setExtraOptions(options ->
            new RouterOptions(
                options.getToken(),
                options.getReactorResources(),
                options.getExchangeStrategies(),
                options.getResponseTransformers(),
                options.getGlobalRateLimiter(),
                options.getRequestQueueFactory(),
                discord.restUri().toString()))
        .build();
  }

  // @end

  /**
   * Counts what is read and written where Discord4J itself does. Another subscriber to its {@code
   * receiver()} would sometimes take its HELLO, which only the first subscriber gets.
   */
  private GatewayBootstrap<GatewayOptions> watched(GatewayBootstrap<GatewayOptions> gateway) {
    var mapper = JacksonResources.create().getObjectMapper();
    var reader = new JacksonPayloadReader(mapper);
    var writer = new JacksonPayloadWriter(mapper);
    return gateway
        .setPayloadReader(buffer ->
            reader
                .read(buffer)
                .doOnNext(payload -> count(payload, Opcode.HEARTBEAT_ACK, acknowledgedHeartbeats)))
        .setPayloadWriter(payload -> {
          count(payload, Opcode.RESUME, attemptedResumes);
          return writer.write(payload);
        });
  }

  private static void count(GatewayPayload<?> payload, Opcode<?> op, AtomicInteger counter) {
    if (op.equals(payload.getOp())) {
      counter.incrementAndGet();
    }
  }

  @Nullable Throwable failure() {
    return failure.get();
  }

  int acknowledgedHeartbeats() {
    return acknowledgedHeartbeats.get();
  }

  int attemptedResumes() {
    return attemptedResumes.get();
  }

  void awaitConnected(int shards) {
    Await.until(() -> isConnected(shards));
  }

  boolean isConnected(int shards) {
    return Objects.equals(coordinator.getConnectedCount().block(), shards);
  }

  void cancelLogin() {
    login.dispose();
  }

  /**
   * Logs out until it is out. Discord4J goes on with a shard that has not connected yet when the
   * one before it has logged out, and reconnects one whose socket ends while it logs out.
   */
  @Override
  public void close() {
    closeAll(discord, List.of(this));
  }

  /** Logs out all bots of a Discord. */
  static void closeAll(FakeDiscord discord, List<Bot> bots) {
    bots.forEach(Bot::cancelLogin);
    Await.await()
        .during(Duration.ofMillis(250))
        .until(() -> {
          bots.forEach(Bot::logout);
          return discord.openSockets() == 0;
        });
  }

  /** Does not wait: a shard that is about to reconnect never says that it has logged out. */
  private void logout() {
    GatewayDiscordClient connected = client.get();
    if (connected != null) {
      var unused = connected.logout().subscribe();
    }
  }
}
