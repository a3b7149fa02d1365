package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.tests.ReadmeSnippets.FirstUse;
import io.github.gatewayqueue.tests.ReadmeSnippets.InOrder;
import io.github.gatewayqueue.tests.ReadmeSnippets.Queues;
import io.github.gatewayqueue.tests.ReadmeSnippets.WithJda;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import net.dv8tion.jda.api.sharding.ShardManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The code that the README and several guides show does what they say. */
class ReadmeTest {
  @Test
  void firstUse_releasesTheShard() throws InterruptedException {
    FirstUse bot = new FirstUse();
    bot.onHello(0, 1);
    assertEquals(List.of(0), bot.identified);
  }

  @Test
  void large_blankToken_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Queues().largeBotQueue(" "));
  }

  @Test
  void jda_builder_takesTheController() {
    ShardManager bot =
        new WithJda().botOnJda("token", GatewayQueue.noOp()).setShardsTotal(1).build(false);
    assertEquals(0, bot.getShardsRunning());
    bot.shutdown();
  }

  @Test
  void severalProcesses_rightTokenIsReleasedAndWrongOneRefused() throws InterruptedException {
    try (Broker broker = Broker.builder().port(0).startDelay(Duration.ZERO).token("right").start();
        HttpQueue queue = new Queues().queueOfAllProcesses(broker.uri(), "right");
        HttpQueue refused = new Queues().queueOfAllProcesses(broker.uri(), "wrong")) {
      queue.request(0, 1);
      assertThrows(GatewayQueueException.class, () -> refused.request(0, 1));
    }
  }

  @Test
  void inOrder_oneBucket_releasesInIdOrderEvenIfOneFails() {
    SessionStartLimit limit = new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1);
    LargeBotQueue queue =
        LargeBotQueue.builder(() -> limit)
            .initialLimit(limit)
            .interval(Duration.ofMillis(1))
            .build();
    InOrder bot = new InOrder(queue, 100);
    bot.startAll();
    Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> bot.identified.size() == 100);
    assertEquals(
        IntStream.range(0, 100).map(id -> id == 3 ? -3 : id).boxed().toList(), bot.identified);
    assertEquals(1, bot.failures.size());
  }
}
