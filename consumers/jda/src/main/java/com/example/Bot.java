package com.example;

import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.jda.QueueSessionController;
import io.github.gatewayqueue.large.LargeBotQueue;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import net.dv8tion.jda.api.events.session.ReadyEvent;
import net.dv8tion.jda.api.hooks.EventListener;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import net.dv8tion.jda.api.sharding.ShardManager;

/** A bot on the JDA of its own choice, against a Discord on loopback. */
final class Bot {
  private static final int SHARDS = 8;

  private Bot() {}

  public static void main(String[] args) throws Exception {
    String token = FakeDiscord.DEFAULT_TOKEN;
    try (FakeDiscord discord =
        FakeDiscord.builder().shards(SHARDS).maxConcurrency(SHARDS).start()) {
      var limits = DiscordSessionStartLimitSource.builder(token).baseUrl(discord.restUri()).build();
      var ready = new CountDownLatch(SHARDS);
      EventListener progress =
          event -> {
            if (event instanceof ReadyEvent) {
              ready.countDown();
            }
          };
      ShardManager bot =
          DefaultShardManagerBuilder.createLight(token, List.of())
              .setSessionController(
                  new QueueSessionController(LargeBotQueue.builder(limits).build()))
              .setRestConfigProvider(shard -> new RestConfig().setBaseUrl(discord.restUri() + "/"))
              .addEventListeners(progress)
              .build();
      ready.await();
      Score score = discord.score();
      System.out.printf(
          "JDA has started %s shards, with %s violations%n",
          score.identifies(), score.violations());
      bot.shutdown();
    }
    System.exit(0); // JDA's threads may go on for a while
  }
}
