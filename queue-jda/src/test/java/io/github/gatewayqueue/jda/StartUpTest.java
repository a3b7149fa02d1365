package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.discord.DiscordSessionStartLimits;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.large.LargeBotQueue;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartUpTest {
  @Test
  void start_32ShardsIn16Buckets_comeUpInOrderWithoutAViolation() throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(16).start()) {
      var queue =
          new LargeBotQueue(
              DiscordSessionStartLimits.builder(FakeDiscord.DEFAULT_TOKEN)
                  .baseUrl(discord.restUri())
                  .build());
      try (TestBot bot = TestBot.start(discord, new QueueSessionController(queue), 32)) {
        bot.awaitConnected(32);
        assertTrue(discord.score().isClean(), () -> "" + discord);
        assertEquals(32, discord.score().identifies());
        for (int i = 0; i < 16; i++) {
          int bucket = i;
          List<Long> ids =
              discord.identifies().stream()
                  .filter(identify -> identify.bucket() == bucket)
                  .map(Identify::shardId)
                  .toList();
          assertEquals(List.of(i + 0L, i + 16L), ids);
        }
      }
    }
  }
}
