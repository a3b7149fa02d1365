package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Outage;
import io.github.gatewayqueue.fakediscord.RestFault;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.Thorough;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** All the way from a bot to a Discord that enforces its rules, by a broker that has its token. */
class DiscordTest {
  private static final int SHARDS = 10;
  private static final int BUDGET = SHARDS / 2;
  private static final Duration INTERVAL = Duration.ofMillis(200);
  private static final Duration RESET = Duration.ofSeconds(3);

  /**
   * Half of the shards use the budget up; it is reset while Discord is away. On a slow machine it
   * is reset before that, but after the first reading there is no other until Discord is back.
   */
  @Test
  void request_discordAwayForAWhile_allAreReleasedApartAndWithinTheBudget() throws Exception {
    long startNanos = System.nanoTime();
    try (var gateway = HttpClient.newHttpClient(); // closed last: it waits for its sockets' end
        var discord = discord();
        var broker = broker(discord);
        var queue = HttpQueue.builder(broker.uri()).margin(Await.HANG).build()) {
      Await.until(() -> Processes.isReady(broker.uri())); // it has read the limit
      discord.faults().failRest(RestFault.status(503));
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < SHARDS; i++) {
        all.add(
            Asking.of(
                (id, total) -> {
                  queue.request(id, total);
                  identify(gateway, discord, id, total);
                },
                i,
                SHARDS));
      }
      Await.until(() -> !Processes.isReady(broker.uri())); // the limit is out of date
      assertTrue(System.nanoTime() - startNanos >= RESET.toNanos());
      Await.until(() -> queue.inLine() + Processes.status(broker.uri(), "released") == SHARDS);
      int before = Processes.status(broker.uri(), "released");
      assertTrue(before <= BUDGET, () -> "released " + before);
      Await.until(() -> discord.identifies().size() == before);
      discord.startOutage(Outage.REFUSING);
      discord.faults().heal();
      assertEquals(SHARDS - before, queue.inLine());
      long backNanos = System.nanoTime();
      discord.endOutage();
      long[] returns = Asking.awaitReturns(all);
      for (int i = 0; i < SHARDS; i++) {
        assertTrue(returns[i] - startNanos >= INTERVAL.multipliedBy(i).toNanos());
        if (i >= before) {
          assertTrue(returns[i] - backNanos >= INTERVAL.multipliedBy(i - before).toNanos());
        }
      }
      Await.until(() -> discord.identifies().size() == SHARDS);
      assertTrue(discord.score().isClean(), () -> "" + discord);
    }
  }

  /** The third pause of a shard that starts again and again is 20 s, the silence is 15 s. */
  @Thorough("35 s in the pauses of the brake, the last longer than the silence of the default")
  @Test
  void request_shardThatStartsAgainAndAgain_isPausedByOneRequestEach() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var discord = FakeDiscord.builder().start();
        var broker = broker(discord);
        var queue = HttpQueue.builder(broker.uri()).margin(Await.HANG).build()) {
      Await.until(() -> Processes.isReady(broker.uri()));
      long startNanos = System.nanoTime();
      for (int i = 0; i < 7; i++) {
        queue.request(0, 1);
      }
      assertTrue(System.nanoTime() - startNanos >= Duration.ofSeconds(5 + 10 + 20).toNanos());
      assertEquals(List.of(), log.lines());
    }
  }

  /**
   * The broker has its budget, and the rest is its reserve: an IDENTIFY that is late, as the bot's
   * threads are, is charged to the next window. For the same reason Discord does not judge how far
   * they are apart; the test does so, by the releases.
   */
  private static FakeDiscord discord() {
    return FakeDiscord.builder()
        .total(SHARDS + 1)
        .resetAfter(RESET)
        .window(RESET)
        .identifyInterval(Duration.ofNanos(1))
        .start();
  }

  private static Broker broker(FakeDiscord discord) throws Exception {
    return BrokerTest.broker()
        .interval(INTERVAL)
        .reserve(SHARDS + 1 - BUDGET)
        .discordToken(FakeDiscord.DEFAULT_TOKEN)
        .discordApi(discord.restUri())
        .start();
  }

  private static void identify(HttpClient client, FakeDiscord discord, long id, long total) {
    String identify =
        """
        {"op": 2, "d": {"token": "%s", "shard": [%s, %s], "intents": 0, "properties": {}}}
        """
            .formatted(FakeDiscord.DEFAULT_TOKEN, id, total);
    client
        .newWebSocketBuilder()
        .buildAsync(
            discord.gatewayUri().resolve("/?v=10&encoding=json"), new WebSocket.Listener() {})
        .thenCompose(socket -> socket.sendText(identify, true))
        .join();
  }
}
