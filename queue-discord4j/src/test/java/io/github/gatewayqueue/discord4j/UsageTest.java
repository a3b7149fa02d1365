package io.github.gatewayqueue.discord4j;

import static org.junit.jupiter.api.Assertions.assertEquals;

import discord4j.core.GatewayDiscordClient;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the documentation shows. */
class UsageTest {

  @Test
  void usage_oneShard_comesUp() throws Exception {
    GatewayQueue queue = GatewayQueue.noOp();
    try (FakeDiscord discord = FakeDiscord.builder().start()) {
      var client = Bot.client(discord);
      // @start region="usage"
      GatewayDiscordClient gateway =
          client.gateway().setShardCoordinator(new QueueShardCoordinator(queue)).login().block();
      // @end
      assertEquals(1, discord.score().identifies());
      var unused = Objects.requireNonNull(gateway).logout().subscribe(); // which may never complete
      Await.until(() -> discord.openSockets() == 0);
    }
  }
}
