package io.github.gatewayqueue.tests;

import discord4j.core.DiscordClient;
import discord4j.core.GatewayDiscordClient;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.discord4j.QueueShardCoordinator;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.jda.QueueSessionController;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.micrometer.MeteredQueue;
import io.github.gatewayqueue.redis.RedisQueue;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import net.dv8tion.jda.api.sharding.ShardManager;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The first use of each module, as its Javadoc shows it. */
abstract class ModuleSnippets {
  private final int shardId = 0;
  private final int shardCount = 1;

  abstract void identify();

  abstract void startBot(String token, URI rest, URI gateway);

  abstract void awaitTheEnd() throws InterruptedException;

  void api(GatewayQueue queue) throws InterruptedException {
    // @start region="module queue-api"
    queue.request(shardId, shardCount); // blocks; on a virtual thread that costs next to nothing
    identify();
    // @end
  }

  void local() throws InterruptedException {
    // @start region="module queue-local"
    GatewayQueue queue = new LocalQueue();
    queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
    // @end
  }

  void large(SessionStartLimitSource source) throws InterruptedException {
    // @start region="module queue-large"
    GatewayQueue queue = LargeBotQueue.builder(source).build();
    queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
    // @end
  }

  void http() throws InterruptedException {
    // @start region="module queue-http"
    HttpQueue queue = HttpQueue.of(URI.create("http://127.0.0.1:8080")); // for all shards; close it
    queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
    // @end
  }

  @Nullable ShardManager jda(String token, GatewayQueue queue) {
    // @start region="module queue-jda"
    DefaultShardManagerBuilder bot =
        DefaultShardManagerBuilder.createLight(token)
            .setSessionController(new QueueSessionController(queue));
    // @end
    return bot.build();
  }

  MeteredQueue micrometer(MeterRegistry registry) {
    // @start region="module queue-micrometer"
    MeteredQueue queue = new MeteredQueue(new LocalQueue());
    queue.bindTo(registry);
    // @end
    return queue;
  }

  Mono<GatewayDiscordClient> discord4j(DiscordClient client, GatewayQueue queue) {
    // @start region="module queue-discord4j"
    Mono<GatewayDiscordClient> login =
        client.gateway().setShardCoordinator(new QueueShardCoordinator(queue)).login();
    // @end
    return login;
  }

  GatewayQueue discord(String token) throws IOException, InterruptedException {
    // @start region="module queue-discord"
    SessionStartLimitSource limits = DiscordSessionStartLimitSource.builder(token).build();
    GatewayQueue queue = LargeBotQueue.builder(limits).build(); // of io.github.gatewayqueue.large
    // @end
    return queue;
  }

  void redis(URI redis) throws InterruptedException {
    // @start region="module queue-redis"
    RedisQueue queue = RedisQueue.builder(redis).build(); // for all shards; close it in the end
    queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
    // @end
  }

  void broker(String token) throws InterruptedException {
    // @start region="module queue-broker"
    try (Broker broker = Broker.builder().discordToken(token).start()) {
      System.out.println("listening on " + broker.uri());
      awaitTheEnd();
    }
    // @end
  }

  void fakeDiscord() {
    // @start region="module queue-fakediscord"
    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(16).start()) {
      startBot(FakeDiscord.DEFAULT_TOKEN, discord.restUri(), discord.gatewayUri());
      System.out.println(discord.score());
    }
    // @end
  }
}
