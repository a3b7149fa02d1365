package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows. */
class UsageTest {
  private int shards = 1;

  @Test
  void bot_thatKeepsTheRules_hasACleanScore() throws InterruptedException {
    test();
  }

  @Test
  void bot_thatDoesNot_isCaught() {
    shards = 2;
    AssertionError caught = assertThrows(AssertionError.class, this::test);
    assertTrue(String.valueOf(caught.getMessage()).contains("too early: 1"), caught.getMessage());
  }

  // @start region="usage"
  void test() throws InterruptedException {
    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(16).start()) {
      startBot(FakeDiscord.DEFAULT_TOKEN, discord.restUri(), discord.gatewayUri());
      assertEquals(shards, discord.score().identifies()); // without any, the score is clean, too
      assertTrue(discord.score().isClean(), discord::toString);
    }
  }

  // @end

  private void startBot(String token, URI rest, URI gateway) throws InterruptedException {
    assertEquals(rest.getAuthority(), gateway.getAuthority());
    for (int i = 0; i < shards; i++) {
      try (GatewayClient client = GatewayClient.connect(gateway)) {
        client.hello();
        client.identify(token, 0, 1);
        client.next(i == 0 ? 0 : 9);
      }
    }
  }

  @Test
  void faults_areSwitched() throws InterruptedException {
    try (FakeDiscord discord = FakeDiscord.builder().start()) {
      // @start region="faults"
      discord.startElsewhere(100); // session starts of another program with the same token
      discord.setRemaining(3); // the budget runs out after three
      discord.faults().invalidateIdentifies(1); // op 9 for the next IDENTIFY of any shard
      discord.faults().failRest(RestFault.status(503), 2); // the next two requests over REST
      discord.dropSockets(); // a reconnect storm
      discord.forgetSessions(); // and nobody can resume
      // @end
      try (GatewayClient client = GatewayClient.connect(discord)) {
        client.hello();
        client.identify(0, 1);
        client.next(9);
      }
      assertEquals(2, discord.score().remaining());
      assertEquals(1, discord.score().count(Verdict.INVALIDATED));
    }
  }
}
