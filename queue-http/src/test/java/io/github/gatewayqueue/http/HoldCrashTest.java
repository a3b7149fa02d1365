package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.TestProxy;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A bot, its broker, or what is between them, ends or stands still while a start is held. */
class HoldCrashTest {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(30);

  // The bot

  /** It may have sent an IDENTIFY until then. */
  @Test
  void holder_killed_countsAsSentThen() throws Exception {
    try (Broker broker = BrokerTest.broker().interval(INTERVAL).start();
        JavaProcess bot = holder(broker, LONG);
        var queue = queue(broker.uri())) {
      bot.awaitLine(HoldMain.HELD);
      Asking behind = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      long killedNanos = System.nanoTime();
      bot.kill();
      assertTrue(behind.awaitReturn() - killedNanos >= INTERVAL.toNanos());
      assertEquals(1, Processes.held(broker.uri(), "lost"));
    }
  }

  @Thorough("it waits for a hold that runs out; a bot that is killed is in the default tier")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be frozen there")
  @Test
  void holder_frozenUntilTheHoldIsOver_doesNotUseItAndAcquiresAgain() throws Exception {
    try (Broker broker = BrokerTest.broker().interval(INTERVAL).start();
        JavaProcess bot = holder(broker, Duration.ofSeconds(5));
        var queue = queue(broker.uri())) {
      bot.awaitLine(HoldMain.HELD);
      bot.freeze();
      queue.request(0, 1);
      assertEquals(1, Processes.held(broker.uri(), "expired"));
      bot.thaw();
      bot.awaitLine(HoldMain.HELD_AGAIN);
      assertEquals(List.of(HoldMain.HELD, HoldMain.EXPIRED, HoldMain.HELD_AGAIN), bot.lines());
    }
  }

  private static JavaProcess holder(Broker broker, Duration hold) throws IOException {
    return JavaProcess.of(HoldMain.class, broker.uri(), hold);
  }

  private static HttpQueue queue(URI broker) {
    return HttpQueue.builder(broker).margin(Await.HANG).build();
  }

  /** Although the broker may not hear of it. */
  private static void requireExpired(SessionStart start, HttpQueue queue) {
    Await.until(start::isExpired);
    start.cancel();
    Await.until(queue::nothingHeld);
  }

  // The broker

  @Test
  void broker_killed_startIsExpired() throws Exception {
    JavaProcess broker = Processes.broker(0, "--interval", "1s");
    try (var queue = queue(broker.uri())) {
      SessionStart start = queue.acquire(0, 1);
      broker.kill();
      requireExpired(start, queue);
      int port = broker.uri().getPort();
      broker.close();
      broker = Processes.broker(port, "--interval", "0.05s");
      queue.acquire(0, 1).close();
    } finally {
      broker.close();
    }
  }

  @Thorough("a broker that is killed is in the default tier")
  @Test
  void broker_stopped_startIsExpired() throws Exception {
    try (JavaProcess broker = Processes.broker(0, "--interval", "1s");
        var queue = queue(broker.uri())) {
      SessionStart start = queue.acquire(0, 1);
      broker.terminate();
      requireExpired(start, queue);
    }
  }

  @Thorough("it waits out a silence of the default; a broker that is killed is in the default tier")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be frozen there")
  @Test
  void broker_frozen_startIsExpiredAndAnotherIsReleasedLater() throws Exception {
    try (JavaProcess broker = Processes.broker(0, "--interval", "0.2s");
        var queue = queue(broker.uri())) {
      SessionStart start = queue.acquire(0, 1);
      broker.freeze();
      requireExpired(start, queue);
      broker.thaw();
      queue.acquire(0, 1).close();
      assertTrue(start.isExpired());
    }
  }

  // What is between

  /** Such as a proxy that buffers. */
  @Test
  void proxy_keepsEverythingBack_startIsExpired() throws Exception {
    try (Broker broker = BrokerTest.broker().interval(Duration.ofMillis(200)).start();
        var proxy = new TestProxy(broker.uri().getPort());
        var queue =
            HttpQueue.builder(proxy.uri("http"))
                .margin(Await.HANG)
                .heldSilence(Duration.ofMillis(1500))
                .build()) {
      SessionStart start = queue.acquire(0, 1);
      proxy.stall(true);
      Await.until(start::isExpired);
      start.cancel();
      proxy.stall(false);
      queue.acquire(0, 1).close();
      Await.until(queue::nothingHeld);
    }
  }

  @Test
  void proxy_dropsTheConnection_startIsExpired() throws Exception {
    try (Broker broker = BrokerTest.broker().interval(Duration.ofMillis(200)).start();
        var proxy = new TestProxy(broker.uri().getPort());
        var queue = queue(proxy.uri("http"))) {
      SessionStart start = queue.acquire(0, 1);
      proxy.drop();
      Await.until(start::isExpired);
      start.close(); // the broker hears it all the same
      queue.acquire(0, 1).close();
    }
  }

  /** The broker does not see that the client has hung up; but it hears what is said. */
  @Test
  void proxy_keepsConnectionsOfClientsThatHaveGone_wordsCount() throws Exception {
    int requests = 5;
    try (Broker broker = BrokerTest.broker().interval(Duration.ofMillis(100)).start();
        var proxy = new TestProxy(broker.uri().getPort());
        var queue = queue(proxy.uri("http"))) {
      proxy.keepServerConnections(true);
      for (int i = 0; i < requests; i++) {
        queue.request(0, 1);
      }
      queue.acquire(0, 1).cancel();
      Await.until(() -> Processes.held(broker.uri(), "cancelled") == 1);
      assertEquals(requests, Processes.held(broker.uri(), "identified"));
    }
  }

  /** Without a word, the hold runs out. */
  @Test
  void proxy_keepsConnectionsOfClientsThatHaveGone_holdRunsOut() throws Exception {
    try (Broker broker = BrokerTest.broker().interval(Duration.ofMillis(100)).start();
        var proxy = new TestProxy(broker.uri().getPort());
        var queue = queue(broker.uri())) {
      proxy.keepServerConnections(true);
      var other =
          HttpQueue.builder(proxy.uri("http"))
              .margin(Await.HANG)
              .holdTimeout(Duration.ofSeconds(1))
              .build();
      SessionStart start = other.acquire(0, 1);
      other.close();
      assertTrue(start.isExpired());
      queue.request(0, 1);
      assertEquals(1, Processes.held(broker.uri(), "expired"));
    }
  }

  // A bot that is slow

  /** None of them is burnt: each is confirmed, or given back. */
  @Test
  void request_everyReleaseSeemsLate_chargesWhatIsUsed() throws Exception {
    int shards = 20;
    try (Broker broker = BrokerTest.broker().interval(Duration.ofMillis(20)).start();
        var queue = HttpQueue.builder(broker.uri()).margin(Duration.ofNanos(1)).build()) {
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < shards; i++) {
        all.add(Asking.of(queue, i, shards));
      }
      Asking.awaitReturns(all);
      requireCharged(shards, broker);
    }
  }

  @Thorough("three JVMs that start at once; releases that seem late are in the default tier")
  @Test
  void request_severalColdBots_chargeWhatIsUsed() throws Exception {
    requireChargedByBots(3, 16, Duration.ofMillis(50));
  }

  @Thorough("5,000 requests at once; releases that seem late are in the default tier")
  @Test
  void request_thousandsAtOnceInAColdBot_chargeWhatIsUsed() throws Exception {
    requireChargedByBots(1, 5000, Duration.ofMillis(1));
  }

  private static void requireChargedByBots(int bots, int shards, Duration interval)
      throws Exception {
    List<JavaProcess> all = new ArrayList<>();
    try (Broker broker = BrokerTest.broker().interval(interval).start()) {
      for (int i = 0; i < bots; i++) {
        all.add(Processes.bot(broker.uri(), shards));
      }
      for (JavaProcess bot : all) {
        Await.until(() -> !bot.isAlive());
        assertEquals(shards, bot.lines().stream().filter(l -> l.startsWith("released")).count());
      }
      requireCharged(bots * shards, broker);
    } finally {
      for (JavaProcess bot : all) {
        bot.close();
      }
    }
  }

  private static void requireCharged(int identifies, Broker broker) {
    Await.until(() -> Processes.held(broker.uri(), "identified") == identifies);
    Await.until(() ->
        Processes.status(broker.uri(), "released")
            == identifies + Processes.held(broker.uri(), "cancelled"));
  }
}
