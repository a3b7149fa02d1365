package io.github.gatewayqueue.examples.discord4j;

import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Score;
import java.io.IOException;

/**
 * Shows how the shards of a Discord4J bot come up. With DISCORD_TOKEN in the environment, it is the
 * real Discord, and each shard takes one of the day's session starts; without, one on loopback.
 */
final class Main {
  private static final int SHARDS = 32;
  private static final int MAX_CONCURRENCY = 16;

  private Main() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    String token = System.getenv("DISCORD_TOKEN");
    if (token != null && !token.isBlank()) {
      new Bot(token, DiscordSessionStartLimitSource.builder(token).build(), Bot.DISCORD).run();
      return;
    }
    try (FakeDiscord discord =
        FakeDiscord.builder().shards(SHARDS).maxConcurrency(MAX_CONCURRENCY).start()) {
      String fake = FakeDiscord.DEFAULT_TOKEN;
      var limits = DiscordSessionStartLimitSource.builder(fake).baseUrl(discord.restUri()).build();
      new Bot(fake, limits, discord.restUri().toString()).run();
      Score score = discord.score();
      System.out.println("Discord's verdict: " + score);
      System.exit(score.isClean() && score.identifies() == SHARDS ? 0 : 1);
    }
  }
}
