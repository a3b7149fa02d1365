package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import java.net.URI;
import org.junit.jupiter.api.Test;

class UsageTest extends BrokerTestBase {
  private int status;

  // @start region="usage"
  void serve(int port, URI discordApi, String discordToken) throws Exception {
    try (Broker broker =
        Broker.builder().port(port).discordApi(discordApi).discordToken(discordToken).start()) {
      System.out.println("listening on " + broker.uri());
      awaitTheEnd(broker);
    }
  }

  // @end

  private void awaitTheEnd(Broker broker) throws Exception {
    status = get(broker, "/health/live").statusCode();
  }

  @Test
  void usage_asShown_serves() throws Exception {
    FakeDiscord discord = open(FakeDiscord.builder().start());
    serve(0, discord.restUri(), FakeDiscord.DEFAULT_TOKEN);
    assertEquals(200, status);
  }
}
