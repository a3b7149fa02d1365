package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.JavaProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Brokers and bots as processes of their own, which stand still for a while. */
class FreezeTest {

  /** Its answers fall silent: all join again, and are released once it goes on. */
  @Test
  void request_brokerFrozenForLongerThanASilence_joinsAgainAndIsReleasedInTurn() throws Exception {
    long startNanos = System.nanoTime();
    Duration interval = Duration.ofSeconds(3);
    try (var log = new CapturedLog(Log.NAME, Level.INFO);
        JavaProcess broker = Processes.broker(0, "--interval", "3s", "--start-delay", "10s");
        var queue = HttpQueue.of(broker.uri())) {
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        all.add(Asking.of(queue, i, 5));
      }
      Await.until(() -> queue.inLine() == 5);
      broker.freeze();
      Await.until(() -> queue.inTrouble() == 5);
      assertTrue(
          log.lines().stream().anyMatch(line -> line.contains("sent no event for PT15S")),
          () -> "" + log.lines());
      broker.thaw();
      long[] returns = Asking.awaitReturns(all);
      for (int i = 0; i < returns.length; i++) {
        long dueNanos = startNanos + interval.multipliedBy(i + 1).toNanos();
        assertTrue(returns[i] - dueNanos >= 0, "release " + i + " is too early");
      }
    }
  }

  /** What the broker has sent meanwhile is there to be read: one that asked later stays behind. */
  @Test
  void request_botFrozenInLineForLongerThanASilence_keepsItsPlaces() throws Exception {
    try (JavaProcess broker = Processes.broker(0, "--interval", "1s", "--start-delay", "45s");
        JavaProcess bot = Processes.bot(broker.uri(), 5);
        var queue = HttpQueue.of(broker.uri())) {
      bot.awaitLine("all are in line");
      bot.freeze();
      Asking behind = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      Thread.sleep(Duration.ofSeconds(20)); // who stands still shows nothing to poll for
      bot.thaw();
      behind.awaitReturn();
      assertEquals(6, Processes.status(broker.uri(), "released"), () -> "" + bot.lines());
      for (int shard = 0; shard < 5; shard++) {
        bot.awaitLine("released " + shard);
      }
    }
  }

  /** The release came while the bot could not use it; when it can again, it is too old. */
  @Test
  void request_botFrozenDuringItsRelease_doesNotUseIt() throws Exception {
    try (JavaProcess broker = Processes.broker(0, "--interval", "5s", "--start-delay", "12s");
        JavaProcess bot = Processes.bot(broker.uri(), 1)) {
      bot.awaitLine("all are in line");
      bot.freeze();
      Await.until(() -> Processes.status(broker.uri(), "released") == 1);
      Thread.sleep(Duration.ofSeconds(2)); // who stands still shows nothing to poll for
      bot.thaw();
      bot.awaitLine("released 0");
      assertEquals(1, bot.lines().stream().filter(line -> line.equals("released 0")).count());
      assertTrue(Processes.status(broker.uri(), "released") >= 2, "the first one was not used");
    }
  }
}
