package io.github.gatewayqueue.examples.large;

import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.large.LargeBotQueue;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.ExecutionException;

/** Shows how 32 shards come up 16 at a time, and ends with Discord's score. */
final class Main {
  private static final int SHARDS = 32;
  private static final int MAX_CONCURRENCY = 16;

  private Main() {}

  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    try (FakeDiscord discord =
        FakeDiscord.builder().shards(SHARDS).maxConcurrency(MAX_CONCURRENCY).start()) {
      String token = FakeDiscord.DEFAULT_TOKEN; // never write a real one into a program
      SessionStartLimitSource limits =
          DiscordSessionStartLimitSource.builder(token).baseUrl(discord.restUri()).build();
      LargeBotQueue queue = LargeBotQueue.builder(limits).buildAndRead();
      System.out.println("Discord's session start limit: " + queue.limit().orElseThrow());

      long startNanos = System.nanoTime();
      new Bot(
              discord.gatewayUri(),
              token,
              queue,
              SHARDS,
              shard ->
                  System.out.printf(
                      Locale.ROOT,
                      "%8.3f s  shard %s is ready, %s wait%n",
                      (System.nanoTime() - startNanos) / 1e9,
                      shard,
                      queue.waiting()))
          .start();

      Score score = discord.score();
      System.out.println("Discord's verdict: " + score);
      System.exit(score.isClean() && score.identifies() == SHARDS ? 0 : 1);
    }
  }
}
