package com.example;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.time.Duration;

/** Asks each queue once per shard, on the class path. */
final class Bot {
  private static final int SHARDS = 3;

  private Bot() {}

  public static void main(String[] args) throws Exception {
    ask("LocalQueue", new LocalQueue(Duration.ofMillis(100)));

    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(16).remaining(9).start()) {
      SessionStartLimitSource limits =
          DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
              .baseUrl(discord.restUri())
              .build();
      LargeBotQueue queue = LargeBotQueue.builder(limits).buildAndRead();
      ask("LargeBotQueue", queue);
      System.out.println(queue.limit().orElseThrow().remaining() + " session starts remain");
    }

    try (Broker broker =
            Broker.builder()
                .port(0)
                .startDelay(Duration.ZERO)
                .interval(Duration.ofMillis(100))
                .start();
        HttpQueue queue = HttpQueue.of(broker.uri())) {
      ask("HttpQueue", queue);
    }
  }

  private static void ask(String name, GatewayQueue queue) throws InterruptedException {
    for (int id = 0; id < SHARDS; id++) {
      queue.request(id, SHARDS);
      System.out.println(name + " has released shard " + id);
    }
  }
}
