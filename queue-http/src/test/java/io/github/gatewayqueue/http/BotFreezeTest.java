package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Bots as processes of their own, which stand still for a while. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be frozen there")
class BotFreezeTest {
  /** What the broker has sent meanwhile is there to be read: one that asked later stays behind. */
  @Thorough("it waits out a silence of the default; a frozen broker is in the default tier")
  @Test
  void request_botFrozenInLineForLongerThanASilence_keepsItsPlaces() throws Exception {
    try (JavaProcess broker = Processes.broker(0, "--interval", "1s", "--start-delay", "45s");
        JavaProcess bot = Processes.bot(broker.uri(), 5);
        var queue = HttpQueue.of(broker.uri())) {
      bot.awaitLine("all are in line");
      bot.freeze();
      Asking behind = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      Thread.sleep(Duration.ofSeconds(20)); // a process that is stopped shows nothing to poll for
      bot.thaw();
      behind.awaitReturn();
      Await.until(() -> Processes.status(broker.uri(), "released") >= 6);
      assertEquals(6, Processes.status(broker.uri(), "released"), () -> "" + bot.lines());
      for (int shard = 0; shard < 5; shard++) {
        bot.awaitLine("released " + shard);
      }
    }
  }

  /** The release came while the bot could not use it. It is held still, and so it is used. */
  @Thorough("it waits for a start delay and more; a frozen broker is in the default tier")
  @Test
  void request_botFrozenDuringItsRelease_hasItConfirmed() throws Exception {
    try (JavaProcess broker = Processes.broker(0, "--interval", "5s", "--start-delay", "12s");
        JavaProcess bot = Processes.bot(broker.uri(), 1)) {
      freezeDuringItsRelease(broker, bot);
      bot.awaitLine("released 0");
      assertEquals(1, Processes.status(broker.uri(), "released"));
      Await.until(() -> Processes.held(broker.uri(), "identified") == 1);
    }
  }

  /** When it can be used again, the hold has run out. */
  @Thorough("it waits for a start delay and more; a frozen broker is in the default tier")
  @Test
  void request_botFrozenUntilTheHoldIsOver_doesNotUseIt() throws Exception {
    try (JavaProcess broker = Processes.broker(0, "--interval", "5s", "--start-delay", "12s");
        JavaProcess bot = Processes.bot(broker.uri(), 1, Duration.ofSeconds(1))) {
      freezeDuringItsRelease(broker, bot);
      bot.awaitLine("released 0");
      assertEquals(1, bot.lines().stream().filter(line -> line.equals("released 0")).count());
      assertEquals(1, Processes.held(broker.uri(), "expired"));
      Await.until(() -> Processes.status(broker.uri(), "released") >= 2); // the first was not used
    }
  }

  private static void freezeDuringItsRelease(JavaProcess broker, JavaProcess bot) throws Exception {
    bot.awaitLine("all are in line");
    bot.freeze();
    Await.until(() -> Processes.status(broker.uri(), "released") == 1);
    Thread.sleep(Duration.ofSeconds(2)); // a process that is stopped shows nothing to poll for
    bot.thaw();
  }
}
