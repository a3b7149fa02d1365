package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.Thorough;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Brokers and bots as processes of their own, which are killed and stopped. */
class CrashTest {
  /** Of the broker that ends: so long that nobody is late for those in line. */
  private static final Duration SLOW = Duration.ofSeconds(1);

  private static final Duration INTERVAL = Duration.ofMillis(50);

  /** A start that the killed broker gave may be lost, but none comes early, and nobody is stuck. */
  @Test
  void request_brokerKilledAndStartedAgain_allAreReleasedApart() throws Exception {
    requireApart(Protocol.AUTO, 30, JavaProcess::kill);
  }

  @Thorough("more shards, and each protocol; one kill is in the default tier")
  @ParameterizedTest
  @EnumSource
  void request_brokerKilledWithManyInLine_allAreReleasedApart(Protocol protocol) throws Exception {
    requireApart(protocol, 200, JavaProcess::kill);
  }

  @Thorough("two processes for each protocol; one kill is in the default tier")
  @ParameterizedTest
  @EnumSource
  void request_brokerStoppedAndStartedAgain_allAreReleasedApart(Protocol protocol)
      throws Exception {
    requireApart(protocol, 30, JavaProcess::terminate);
  }

  private interface End {
    void of(JavaProcess broker) throws InterruptedException;
  }

  private static void requireApart(Protocol protocol, int shards, End end) throws Exception {
    long startNanos = System.nanoTime();
    JavaProcess broker = Processes.broker(0, "--interval", "1s");
    URI uri = broker.uri();
    try (var queue = HttpQueue.builder(uri).protocol(protocol).build()) {
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < shards; i++) {
        all.add(Asking.of(queue, i, shards));
      }
      Await.until(() -> all.stream().filter(Asking::ended).count() >= 2);
      end.of(broker);
      long restartNanos = awaitAllInTrouble(queue);
      broker.close();
      assertTrue(queue.waiting() > 0, "all were released before the broker had ended");
      broker = Processes.broker(uri.getPort(), "--interval", "0.05s");
      requireSpacing(startNanos, restartNanos, Asking.awaitReturns(all));
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
   * No return can be earlier than its number of intervals after its broker was started: a broker
   * waits one before its first release.
   */
  private static void requireSpacing(long startNanos, long restartNanos, long[] returns) {
    long dueNanos = startNanos + SLOW.toNanos();
    long dueAgainNanos = restartNanos + INTERVAL.toNanos();
    for (long returned : returns) {
      if (returned - restartNanos > 0) {
        requireNotBefore(dueAgainNanos, returned);
        dueAgainNanos += INTERVAL.toNanos();
      } else {
        requireNotBefore(dueNanos, returned);
        dueNanos += SLOW.toNanos();
      }
    }
  }

  private static void requireNotBefore(long dueNanos, long nanos) {
    assertTrue(nanos - dueNanos >= 0, () -> "returned " + (dueNanos - nanos) + " ns too early");
  }

  /** Had each of them kept its place, the one behind them would wait for longer than it may. */
  @Thorough("it waits out a start delay of 20 s; one kill is in the default tier")
  @Test
  void request_behindABotThatIsKilled_doesNotWaitForItsShards() throws Exception {
    int shards = 100;
    try (JavaProcess broker = Processes.broker(0, "--interval", "5s", "--start-delay", "20s");
        JavaProcess bot = Processes.bot(broker.uri(), shards);
        var queue = HttpQueue.of(broker.uri())) {
      bot.awaitLine("all are in line");
      Asking behind = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      bot.kill();
      behind.awaitReturn();
      Await.until(() -> Processes.status(broker.uri(), "waiting") == 0);
    }
  }
}
