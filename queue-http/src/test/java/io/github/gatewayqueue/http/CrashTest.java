package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Brokers and bots as processes of their own, which are killed and stopped. */
class CrashTest {
  private static final Duration INTERVAL = Duration.ofMillis(50);
  private static final String[] OPTIONS = {"--interval", "0.05s"};

  /** A start that the killed broker gave may be lost, but none comes early, and nobody is stuck. */
  @ParameterizedTest
  @EnumSource
  void request_brokerKilledAndStartedAgain_allAreReleasedApart(Protocol protocol) throws Exception {
    int shards = 200;
    long start = System.nanoTime();
    Program broker = Program.broker(0, OPTIONS);
    URI url = broker.url();
    try (var queue = HttpQueue.builder(url).protocol(protocol).build()) {
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < shards; i++) {
        all.add(Asking.of(queue, i, shards));
      }
      Await.until(() -> all.stream().filter(Asking::ended).count() >= 5);
      broker.close();
      long restartNanos = awaitAllInTrouble(queue);
      broker = Program.broker(url.getPort(), OPTIONS);
      requireSpacing(start, restartNanos, Asking.awaitReturns(all));
    } finally {
      broker.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void request_brokerStoppedAndStartedAgain_allAreReleasedApart(Protocol protocol)
      throws Exception {
    int shards = 30;
    long start = System.nanoTime();
    Program broker = Program.broker(0, OPTIONS);
    URI url = broker.url();
    try (var queue = HttpQueue.builder(url).protocol(protocol).build()) {
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < shards; i++) {
        all.add(Asking.of(queue, i, shards));
      }
      Await.until(() -> all.stream().filter(Asking::ended).count() >= 5);
      broker.terminate();
      long restartNanos = awaitAllInTrouble(queue);
      broker.close();
      broker = Program.broker(url.getPort(), OPTIONS);
      requireSpacing(start, restartNanos, Asking.awaitReturns(all));
    } finally {
      broker.close();
    }
  }

  /** Whatever the broker had released has returned by then. */
  private static long awaitAllInTrouble(HttpQueue queue) {
    Await.until(() -> queue.inTrouble() == queue.waiting());
    return System.nanoTime();
  }

  /**
   * No return can be earlier than its number of intervals after the start; and what returned after
   * the restart was released by the new broker, an interval or more after it was started.
   */
  private static void requireSpacing(long start, long restartNanos, long[] returns) {
    long due = start + INTERVAL.toNanos(); // a broker waits one before its first release
    long dueAgain = restartNanos + INTERVAL.toNanos();
    for (long returned : returns) {
      requireNotBefore(due, returned);
      due += INTERVAL.toNanos();
      if (returned - restartNanos > 0) {
        requireNotBefore(dueAgain, returned);
        dueAgain += INTERVAL.toNanos();
      }
    }
  }

  private static void requireNotBefore(long dueNanos, long nanos) {
    assertTrue(nanos - dueNanos >= 0, () -> "returned " + (dueNanos - nanos) + " ns too early");
  }

  /** Had each of them kept its place, the one behind them would wait for longer than it may. */
  @Test
  void request_behindABotThatIsKilled_doesNotWaitForItsShards() throws Exception {
    int shards = 100;
    try (Program broker = Program.broker(0, "--interval", "5s", "--start-delay", "20s");
        Program bot = Program.bot(broker.url(), shards);
        var queue = HttpQueue.of(broker.url())) {
      bot.awaitLine("all are in line");
      Asking behind = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      bot.kill();
      behind.awaitReturn();
      assertEquals(0, Program.status(broker.url(), "waiting"));
    }
  }
}
