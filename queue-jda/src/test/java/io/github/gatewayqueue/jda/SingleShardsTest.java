package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.Await;
import java.util.ArrayList;
import java.util.List;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.JDABuilder;
import net.dv8tion.jda.api.requests.RestConfig;
import org.junit.jupiter.api.Test;

/** Shards that are built one by one, without a manager: nobody tells the controller of buckets. */
class SingleShardsTest {
  @Test
  void build_someShards_identifyOneAfterAnotherInOrder() {
    try (FakeDiscord discord = Scaled.discord().start()) {
      var queue = new CountingQueue(new LocalQueue(Scaled.INTERVAL));
      JDABuilder bot = bot(discord, queue);
      List<JDA> shards = new ArrayList<>();
      for (int id = 0; id < 3; id++) {
        shards.add(bot.useSharding(id, 3).setEnableShutdownHook(false).build());
      }
      Await.until(
          () -> shards.stream().allMatch(shard -> shard.getStatus() == JDA.Status.CONNECTED));
      assertEquals(3, queue.released.get());
      assertEquals(List.of(0L, 1L, 2L), queue.order());
      assertEquals(3, discord.score().identifies());
      assertEquals(0, discord.score().violations(), () -> "" + discord.identifies());
      queue.assertSpaced(1, Scaled.SPACING);
      shards.forEach(JDA::shutdownNow);
      Await.until(() -> LeftThreads.names().isEmpty());
    }
  }

  private static JDABuilder bot(FakeDiscord discord, GatewayQueue queue) {
    // @start region="gateway"
    QueueSessionController controller =
        QueueSessionController.builder(queue).gateway(discord.gatewayUri()).build();
    return JDABuilder.createLight(FakeDiscord.DEFAULT_TOKEN, List.of())
        .setSessionController(controller)
        .setRestConfig(new RestConfig().setBaseUrl(discord.restUri() + "/"));
    // @end
  }
}
