package io.github.gatewayqueue.examples.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import java.util.concurrent.CountDownLatch;
import net.dv8tion.jda.api.sharding.ShardManager;
import org.junit.jupiter.api.Test;

class MainTest {
  @Test
  void start_recommendedShards_allBecomeReadyWithoutAViolation() throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().shards(4).maxConcurrency(2).start()) {
      var ready = new CountDownLatch(4);
      ShardManager bot = Main.start(FakeDiscord.DEFAULT_TOKEN, discord.restUri() + "/", ready);
      ready.await();
      bot.shutdown();
      assertEquals(4, discord.score().identifies());
      assertTrue(discord.score().isClean(), () -> "" + discord);
    }
  }
}
