package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import discord4j.core.DiscordClient;
import discord4j.core.GatewayDiscordClient;
import discord4j.core.shard.ShardingStrategy;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.discord4j.QueueShardCoordinator;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.redis.RedisQueue;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What the guides in docs show that is not in a module's own tests. */
class GuideTest {
  @Test
  void local_otherInterval_isTaken() throws InterruptedException {
    // @start region="local, interval"
    LocalQueue queue = new LocalQueue(Duration.ofMillis(5500));
    // @end
    queue.request(0, 1);
    assertEquals(0, queue.waiting());
  }

  @Test
  void discord4j_blankToken_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> discord4j(" "));
  }

  static Mono<GatewayDiscordClient> discord4j(String token)
      throws IOException, InterruptedException {
    // @start region="discord4j, many buckets"
    SessionStartLimitSource limits = DiscordSessionStartLimitSource.builder(token).build();
    GatewayQueue queue = LargeBotQueue.builder(limits).build();
    Mono<GatewayDiscordClient> login =
        DiscordClient.create(token)
            .gateway()
            .setSharding(ShardingStrategy.recommended())
            .setShardCoordinator(new QueueShardCoordinator(queue))
            .login();
    // @end
    return login;
  }

  @Test
  void redis_blankToken_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> redis(" "));
  }

  static RedisQueue redis(String token) {
    // @start region="redis"
    RedisQueue queue =
        RedisQueue.builder(URI.create("redis://redis.example.org:6379"))
            .namespace("my-bot")
            .limits(DiscordSessionStartLimitSource.builder(token).build())
            .build();
    // @end
    return queue;
  }
}
