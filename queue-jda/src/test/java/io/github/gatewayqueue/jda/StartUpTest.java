package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.testsupport.Thorough;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartUpTest {
  @Test
  void start_shardsInBuckets_comeUpInOrderAndSpaced() {
    try (FakeDiscord discord = Scaled.discord().maxConcurrency(2).start()) {
      var queue = new CountingQueue(StormTest.largeBotQueue(discord, Scaled.INTERVAL));
      try (TestBot bot = TestBot.start(discord, Scaled.controller(queue), 4)) {
        bot.awaitConnected(4);
        // This JDA still has what the controller uses of it.
        assertTrue(JdaInternals.forgetGateway(bot.shard(0)));
        assertTrue(JdaInternals.skipBackOff(bot.shard(0)));
        assertTrue(discord.score().isClean(), () -> "" + discord);
        assertEquals(4, discord.score().identifies());
        assertInOrder(queue.order(), 2);
        queue.assertSpaced(2, Scaled.SPACING);
      }
    }
  }

  @Test
  @Thorough("At the real interval, which a machine that stands still for a second does not keep.")
  void start_32ShardsIn16Buckets_comeUpInOrderWithoutAViolation() throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(16).start()) {
      var queue =
          LargeBotQueue.builder(
                  DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
                      .baseUrl(discord.restUri())
                      .build())
              .buildAndRead();
      try (TestBot bot = TestBot.start(discord, new QueueSessionController(queue), 32)) {
        bot.awaitConnected(32);
        assertTrue(discord.score().isClean(), () -> "" + discord);
        assertEquals(32, discord.score().identifies());
        assertInOrder(discord.identifies().stream().map(Identify::shardId).toList(), 16);
      }
    }
  }

  private static void assertInOrder(List<Long> all, int buckets) {
    for (int i = 0; i < buckets; i++) {
      int bucket = i;
      List<Long> ids = all.stream().filter(id -> id % buckets == bucket).toList();
      assertEquals(List.of((long) i, (long) i + buckets), ids);
    }
  }
}
