package io.github.gatewayqueue.examples.discord4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.testsupport.Thorough;
import org.junit.jupiter.api.Test;

class BotTest {
  /** One of each bucket: nobody waits for an interval. */
  @Test
  void run_recommendedShards_allIdentifyWithoutAViolation() throws Exception {
    requireClean(2);
  }

  @Test
  @Thorough("Waits for an interval of six seconds, on a machine that does not stand still for one.")
  void run_twoRounds_allIdentifyWithoutAViolation() throws Exception {
    requireClean(4);
  }

  private static void requireClean(int shards) throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().shards(shards).maxConcurrency(2).start()) {
      String token = FakeDiscord.DEFAULT_TOKEN;
      var limits = DiscordSessionStartLimitSource.builder(token).baseUrl(discord.restUri()).build();
      new Bot(token, limits, discord.restUri().toString()).run();
      // A shard whose logout Discord4J's threads have crossed connects, and identifies, once more.
      var first = discord.identifies().stream().limit(shards);
      assertEquals(shards, first.map(Identify::shardId).distinct().count());
      assertTrue(discord.identifies().size() <= 2 * shards, () -> "" + discord);
      assertTrue(discord.score().isClean(), () -> "" + discord);
    }
  }
}
