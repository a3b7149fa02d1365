package io.github.gatewayqueue.examples.jda;

import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.jda.QueueSessionController;
import io.github.gatewayqueue.large.LargeBotQueue;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import net.dv8tion.jda.api.events.session.ReadyEvent;
import net.dv8tion.jda.api.hooks.EventListener;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import net.dv8tion.jda.api.sharding.ShardManager;

/**
 * With {@code DISCORD_TOKEN} in the environment, a bot on Discord, which runs until it is stopped.
 * Without, one of 32 shards on a Discord of its own, on loopback, whose verdict ends it.
 */
final class Main {
  private static final int SHARDS = 32;
  private static final int MAX_CONCURRENCY = 16;

  private Main() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    String token = System.getenv("DISCORD_TOKEN");
    if (token != null && !token.isBlank()) {
      start(token, RestConfig.DEFAULT_BASE_URL, new CountDownLatch(0));
      return;
    }
    try (FakeDiscord discord =
        FakeDiscord.builder().shards(SHARDS).maxConcurrency(MAX_CONCURRENCY).start()) {
      var ready = new CountDownLatch(SHARDS);
      ShardManager bot = start(FakeDiscord.DEFAULT_TOKEN, discord.restUri() + "/", ready);
      ready.await();
      Score score = discord.score();
      System.out.println("Discord's verdict: " + score);
      bot.shutdown();
      System.exit(score.isClean() && score.identifies() == SHARDS ? 0 : 1);
    }
  }

  /** Starts as many shards as Discord recommends, and counts down for each that is ready. */
  static ShardManager start(String token, String api, CountDownLatch ready)
      throws IOException, InterruptedException {
    SessionStartLimitSource limits =
        DiscordSessionStartLimitSource.builder(token).baseUrl(URI.create(api)).build();
    LargeBotQueue queue = LargeBotQueue.builder(limits).buildAndRead();
    long startNanos = System.nanoTime();
    EventListener progress =
        event -> {
          if (event instanceof ReadyEvent) {
            System.out.printf(
                Locale.ROOT,
                "%8.3f s  shard %s is ready, %s wait%n",
                (System.nanoTime() - startNanos) / 1e9,
                event.getJDA().getShardInfo().getShardId(),
                queue.waiting());
            ready.countDown();
          }
        };
    return DefaultShardManagerBuilder.createLight(token, Collections.emptyList())
        .setSessionController(new QueueSessionController(queue))
        .setRestConfigProvider(shard -> new RestConfig().setBaseUrl(api))
        .addEventListeners(progress)
        .build();
  }
}
