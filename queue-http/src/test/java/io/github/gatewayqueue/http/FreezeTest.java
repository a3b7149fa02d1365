package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Brokers and bots as processes of their own, which stand still for a while. */
class FreezeTest {

  /** Its answers fall silent: all join again, and are released once it goes on. */
  @Test
  void request_brokerFrozenForTwentySeconds_joinsAgainAndIsReleasedInTurn() throws Exception {
    long start = System.nanoTime();
    Duration interval = Duration.ofSeconds(3);
    try (var log = new CapturedLog(Log.NAME, Level.INFO);
        Program broker = Program.broker(0, "--interval", "3s", "--start-delay", "10s");
        var queue = HttpQueue.of(broker.url())) {
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        all.add(Asking.of(queue, i, 5));
      }
      Await.until(() -> queue.inLine() == 5);
      broker.freeze();
      // How long it is frozen is what the test is about: there is nothing to wait for.
      Thread.sleep(Duration.ofSeconds(20));
      assertTrue(
          log.lines().stream().anyMatch(line -> line.contains("sent no event for PT15S")),
          () -> "" + log.lines());
      broker.thaw();
      long[] returns = Asking.awaitReturns(all);
      for (int i = 0; i < returns.length; i++) {
        long due = start + interval.multipliedBy(i + 1).toNanos();
        assertTrue(returns[i] - due >= 0, "release " + i + " is too early");
      }
    }
  }

  /** What the broker has sent meanwhile is there to be read: one that asked later stays behind. */
  @Test
  void request_botFrozenInLineForLongerThanASilence_keepsItsPlaces() throws Exception {
    try (Program broker = Program.broker(0, "--interval", "1s", "--start-delay", "45s");
        Program bot = Program.bot(broker.url(), 5);
        var queue = HttpQueue.of(broker.url())) {
      bot.awaitLine("all are in line");
      bot.freeze();
      Asking behind = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      // How long it is frozen is what the test is about: there is nothing to wait for.
      Thread.sleep(Duration.ofSeconds(20));
      bot.thaw();
      behind.awaitReturn();
      assertEquals(6, Program.status(broker.url(), "released"), () -> "" + bot.lines());
      for (int shard = 0; shard < 5; shard++) {
        bot.awaitLine("released " + shard);
      }
    }
  }

  /** The release came while the bot could not use it; when it can again, it is too old. */
  @Test
  void request_botFrozenDuringItsRelease_doesNotUseIt() throws Exception {
    try (Program broker = Program.broker(0, "--interval", "5s", "--start-delay", "12s");
        Program bot = Program.bot(broker.url(), 1)) {
      bot.awaitLine("all are in line");
      bot.freeze();
      Await.until(() -> Program.status(broker.url(), "released") == 1);
      Thread.sleep(Duration.ofSeconds(2)); // how much too old it gets, not a wait for something
      bot.thaw();
      bot.awaitLine("released 0");
      assertEquals(1, bot.lines().stream().filter(line -> line.equals("released 0")).count());
      assertTrue(Program.status(broker.url(), "released") >= 2, "the first one was not used");
    }
  }
}
