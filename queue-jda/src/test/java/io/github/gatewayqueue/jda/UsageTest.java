package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import java.util.List;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import net.dv8tion.jda.api.sharding.ShardManager;
import org.junit.jupiter.api.Test;

/** What the documentation shows. */
class UsageTest {

  @Test
  void usage_shards_comeUp() throws Exception {
    GatewayQueue queue = GatewayQueue.noOp();
    try (FakeDiscord discord = FakeDiscord.builder().shards(1).start()) {
      // @start region="loopback"
      DefaultShardManagerBuilder bot =
          DefaultShardManagerBuilder.createLight(FakeDiscord.DEFAULT_TOKEN, List.of())
              .setRestConfigProvider(id -> new RestConfig().setBaseUrl(discord.restUri() + "/"))
              .setEnableShutdownHook(false);
      // @end
      // @start region="usage"
      ShardManager manager =
          bot.setSessionController(new QueueSessionController(queue)) // for all its shards
              .build();
      // @end
      Await.until(() ->
          manager.getShardCache().stream()
              .anyMatch(shard -> shard.getStatus() == JDA.Status.CONNECTED));
      manager.shutdown();
      Await.until(() -> discord.openSockets() == 0);
    }
  }
}
