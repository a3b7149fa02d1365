package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

/** Two JVMs share a queue, at the real interval. */
class SeveralProcessesTest {
  private static final int SHARDS = 32;
  private static final int BUDGET = 12;

  /** Until then there are no more starts than that; long enough for those who may to come up. */
  private static final Duration RESET = Duration.ofSeconds(30);

  /** The last start of the budget is the queue's reserve. */
  private static FakeDiscord discord() {
    return FakeDiscord.builder().maxConcurrency(16).remaining(BUDGET + 1).resetAfter(RESET).start();
  }

  /** 16 shards each, one of each bucket: half of them go before the budget is used up. */
  private static void bringUp(FakeDiscord discord, URI queue) throws IOException {
    try (Program one = Program.bot(discord.restUri(), queue, 0, 16, SHARDS);
        Program other = Program.bot(discord.restUri(), queue, 16, SHARDS, SHARDS)) {
      Await.until(() -> {
        assertTrue(one.isAlive() && other.isAlive(), () -> outputs(one, other));
        return discord.score().count(Verdict.ACCEPTED) == SHARDS;
      });
      assertEquals(SHARDS, discord.score().identifies());
      assertTrue(discord.score().isClean(), () -> "" + discord);
      List<Identify> identifies = discord.identifies();
      long beforeReset =
          identifies.stream()
              .filter(identify -> identify.sinceStart().compareTo(RESET) < 0)
              .count();
      assertTrue(beforeReset <= BUDGET, () -> "" + identifies);
    }
  }

  private static String outputs(Program one, Program other) {
    try {
      return one.output() + other.output();
    } catch (IOException e) {
      return "" + e;
    }
  }

  @Test
  void overABroker_spacingAndBudgetHold() throws IOException {
    try (FakeDiscord discord = discord();
        Program broker = Program.broker(discord.restUri())) {
      bringUp(discord, broker.awaitUri());
    }
  }

  @Test
  void overRedis_spacingAndBudgetHold() throws IOException {
    int port = freePort();
    RedisServer redis =
        RedisServer.builder().bind("127.0.0.1").port(port).setting("save \"\"").build();
    redis.start();
    try (FakeDiscord discord = discord()) {
      bringUp(discord, URI.create("redis://127.0.0.1:" + port));
    } finally {
      redis.stop();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
