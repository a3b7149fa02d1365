package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.Await;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.JDABuilder;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.requests.RestRateLimiter;
import net.dv8tion.jda.api.utils.SessionController;
import org.junit.jupiter.api.Test;

/** Shards that are built one by one, without a manager: nobody tells the controller of buckets. */
class SingleShardsTest {
  @Test
  void build_someShards_identifyOneAfterAnotherInOrder() {
    try (FakeDiscord discord = Scaled.discord().start()) {
      var queue = new CountingQueue(new LocalQueue(Scaled.INTERVAL));
      var controller = new QueueSessionController(queue, Scaled.PATIENT);
      List<JDA> shards = new ArrayList<>();
      for (int id = 0; id < 3; id++) {
        shards.add(
            JDABuilder.createLight(FakeDiscord.DEFAULT_TOKEN, Collections.emptyList())
                .useSharding(id, 3)
                .setSessionController(new ToLoopback(controller, discord.gatewayUri().toString()))
                .setRestConfig(new RestConfig().setBaseUrl(discord.restUri() + "/"))
                .setEnableShutdownHook(false)
                .build());
      }
      Await.until(
          () -> shards.stream().allMatch(shard -> shard.getStatus() == JDA.Status.CONNECTED));
      assertEquals(3, queue.released.get());
      assertEquals(List.of(0L, 1L, 2L), queue.order());
      assertEquals(3, discord.score().identifies());
      assertEquals(0, discord.score().violations(), () -> "" + discord.identifies());
      queue.assertSpaced(1, Scaled.PATIENT.spacing());
      shards.forEach(JDA::shutdownNow);
      Await.until(() -> LeftThreads.names().isEmpty());
    }
  }

  /** JDA's builder goes by the controller for the gateway's address, and would go to Discord. */
  private record ToLoopback(QueueSessionController controller, String gateway)
      implements SessionController {
    @Override
    public String getGateway() {
      return gateway;
    }

    @Override
    public void setConcurrency(int level) {
      controller.setConcurrency(level);
    }

    @Override
    public void appendSession(SessionConnectNode node) {
      controller.appendSession(node);
    }

    @Override
    public void removeSession(SessionConnectNode node) {
      controller.removeSession(node);
    }

    @Override
    public RestRateLimiter.GlobalRateLimit getRateLimitHandle() {
      return controller.getRateLimitHandle();
    }

    @Override
    public ShardedGateway getShardedGateway(JDA api) {
      return controller.getShardedGateway(api);
    }
  }
}
