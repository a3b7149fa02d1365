package io.github.gatewayqueue.examples.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Thorough;
import java.util.concurrent.CountDownLatch;
import net.dv8tion.jda.api.sharding.ShardManager;
import org.junit.jupiter.api.Test;

class MainTest {
  /** One of each bucket: nobody waits for an interval. */
  @Test
  void start_recommendedShards_allBecomeReadyWithoutAViolation() throws Exception {
    requireClean(2);
  }

  @Test
  @Thorough("Waits for an interval of six seconds, on a machine that does not stand still for one.")
  void start_twoRounds_allBecomeReadyWithoutAViolation() throws Exception {
    requireClean(4);
  }

  private static void requireClean(int shards) throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().shards(shards).maxConcurrency(2).start()) {
      var ready = new CountDownLatch(shards);
      ShardManager bot = Main.start(FakeDiscord.DEFAULT_TOKEN, discord.restUri() + "/", ready);
      ready.await();
      bot.shutdown();
      assertEquals(shards, discord.score().identifies());
      assertTrue(discord.score().isClean(), () -> "" + discord);
    }
  }
}
