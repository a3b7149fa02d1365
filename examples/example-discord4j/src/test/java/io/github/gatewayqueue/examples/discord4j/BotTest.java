package io.github.gatewayqueue.examples.discord4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.discord.DiscordSessionStartLimits;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import org.junit.jupiter.api.Test;

class BotTest {
  @Test
  void run_recommendedShards_allIdentifyWithoutAViolation() throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().shards(4).maxConcurrency(2).start()) {
      String token = FakeDiscord.DEFAULT_TOKEN;
      var limits = DiscordSessionStartLimits.builder(token).baseUrl(discord.restUri()).build();
      new Bot(token, limits, discord.restUri().toString()).run();
      assertEquals(4, discord.score().identifies());
      assertTrue(discord.score().isClean(), () -> "" + discord);
    }
  }
}
