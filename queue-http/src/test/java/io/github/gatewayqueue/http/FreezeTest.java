package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Brokers as processes of their own, which stand still for a while. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be frozen there")
class FreezeTest {
  /** Longer than a broker is ever silent while it runs: it tells places every 4.5 s. */
  private static final Duration SILENCE = Duration.ofSeconds(6);

  /** Its answers fall silent: all have failed by then, and join again once it goes on. */
  @Test
  void request_brokerFrozenForLongerThanASilence_joinsAgain() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        JavaProcess broker = Processes.broker(0, "--start-delay", "1h");
        var queue = HttpQueue.builder(broker.uri()).silence(SILENCE).margin(Await.HANG).build()) {
      List<Asking> all = askFive(queue);
      freezeUntilAllAreInTrouble(broker, queue, log, SILENCE);
      Await.until(() -> queue.inLine() == 5 && queue.inTrouble() == 0);
      Await.until(() -> Processes.status(broker.uri(), "waiting") == 5); // the old places are gone
      for (Asking asking : all) {
        asking.interruptAndJoin();
      }
    }
  }

  /** Those that have joined again are released in turn. */
  @Thorough("it waits out the silence of the default; a shorter one is in the default tier")
  @Test
  void request_brokerFrozenForLongerThanTheDefault_isReleasedInTurn() throws Exception {
    long startNanos = System.nanoTime();
    Duration interval = Duration.ofSeconds(3);
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        JavaProcess broker = Processes.broker(0, "--interval", "3s", "--start-delay", "30s");
        var queue = HttpQueue.builder(broker.uri()).margin(Await.HANG).build()) {
      List<Asking> all = askFive(queue);
      freezeUntilAllAreInTrouble(broker, queue, log, Duration.ofSeconds(15));
      long[] returns = Asking.awaitReturns(all);
      for (int i = 0; i < returns.length; i++) {
        long dueNanos = startNanos + interval.multipliedBy(i + 1).toNanos();
        assertTrue(returns[i] - dueNanos >= 0, "release " + i + " is too early");
      }
    }
  }

  private static List<Asking> askFive(HttpQueue queue) {
    List<Asking> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(Asking.of(queue, i, 5));
    }
    Await.until(() -> queue.inLine() == 5);
    return all;
  }

  private static void freezeUntilAllAreInTrouble(
      JavaProcess broker, HttpQueue queue, CapturedLog log, Duration silence) throws Exception {
    broker.freeze();
    Await.until(() -> queue.inTrouble() == 5);
    String silent = "sent no event for " + DurationText.exact(silence); // logged after it counts
    Await.until(() -> log.lines().stream().anyMatch(line -> line.contains(silent)));
    broker.thaw();
  }
}
