package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With a real broker that is well. */
class BrokerTest {
  private static final Duration NEVER = Duration.ofHours(1); // longer than any test takes

  @ParameterizedTest
  @EnumSource
  void request_anyProtocol_isReleasedInTurn(Protocol protocol) throws Exception {
    Duration interval = Duration.ofMillis(100);
    long startNanos = System.nanoTime();
    try (Broker broker = broker().interval(interval).start();
        var queue = patient(broker).protocol(protocol).build()) {
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        all.add(Asking.of(queue, i, 10));
      }
      long[] returned = Asking.awaitReturns(all);
      for (int i = 0; i < returned.length; i++) {
        assertTrue(
            returned[i] - startNanos >= i * interval.toNanos(), "release " + i + " is too early");
      }
      Await.until(() -> Processes.status(broker.uri(), "released") == 10); // none is lost
    }
  }

  @ParameterizedTest
  @EnumSource
  void interrupt_inLine_freesThePlace(Protocol protocol) throws Exception {
    try (Broker broker = broker().interval(NEVER).start();
        var queue = patient(broker).protocol(protocol).build()) {
      queue.request(0, 1);
      Asking asking = Asking.of(queue);
      Await.until(() -> Processes.status(broker.uri(), "waiting") == 1);
      asking.interruptAndJoin();
      Await.until(() -> Processes.status(broker.uri(), "waiting") == 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_inLine_freesThePlaces(Protocol protocol) throws Exception {
    try (Broker broker = broker().interval(NEVER).start()) {
      List<Asking> all = new ArrayList<>();
      try (var queue = patient(broker).protocol(protocol).build()) {
        queue.request(0, 1);
        for (int i = 0; i < 10; i++) {
          all.add(Asking.of(queue, i, 10));
        }
        Await.until(() -> Processes.status(broker.uri(), "waiting") == 10);
      }
      for (Asking asking : all) {
        asking.awaitThrown(GatewayQueueException.class);
      }
      Await.until(() -> Processes.status(broker.uri(), "waiting") == 0);
    }
  }

  /** Also by a broker that hangs up on clients without events. */
  @ParameterizedTest
  @EnumSource
  void request_wrongToken_throwsWhatTheBrokerSays(Broker.OnRefusal onRefusal) throws Exception {
    try (Broker broker = broker().token("right").onRefusal(onRefusal).start();
        var queue = HttpQueue.builder(broker.uri()).token("wrong-k9Xh2").build();
        var none = HttpQueue.of(broker.uri());
        var right = HttpQueue.builder(broker.uri()).token("right").build()) {
      String expected = "broker " + broker.uri() + "/ answered 401: the token is missing or wrong";
      assertEquals(
          expected, Asking.of(queue).awaitThrown(GatewayQueueException.class).getMessage());
      assertEquals(expected, Asking.of(none).awaitThrown(GatewayQueueException.class).getMessage());
      right.request(0, 1);
    }
  }

  @Test
  void request_lineIsFull_joinsOnceThereIsRoom() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        Broker broker = broker().interval(NEVER).maxWaiting(1).start();
        var queue = patient(broker).backoff(Duration.ofMillis(1), Duration.ofMillis(10)).build()) {
      queue.request(0, 1);
      Asking first = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      Asking second = Asking.of(queue);
      Await.until(() -> !log.lines().isEmpty());
      assertTrue(
          log.lines().getFirst().contains("answered 503: the line is full"), "" + log.lines());
      first.interruptAndJoin();
      second.interruptAndJoin();
    }
  }

  /** All at once, and by one client. */
  @Test
  void request_manyAtOnce_areAllInLine() throws Exception {
    requireAllInLine(500);
  }

  @Thorough("ten times as many as the default tier has")
  @Test
  void request_fiveThousandAtOnce_areAllInLine() throws Exception {
    requireAllInLine(5_000);
  }

  private static void requireAllInLine(int shards) throws Exception {
    try (Broker broker = broker().interval(NEVER).start();
        var first = patient(broker).build();
        var queue = patient(broker).build()) {
      first.request(0, 1);
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < shards; i++) {
        all.add(Asking.of(queue, i, shards));
      }
      Await.until(() -> queue.inLine() == shards);
      Await.until(() -> Processes.status(broker.uri(), "waiting") == shards);
      for (Asking asking : all) {
        asking.interruptAndJoin();
      }
      Await.until(() -> Processes.status(broker.uri(), "waiting") == 0);
    }
  }

  /** On a slow machine a start is not to be found too old, and lost: there is none after it. */
  private static HttpQueue.Builder patient(Broker broker) {
    return HttpQueue.builder(broker.uri()).margin(Await.HANG);
  }

  /** On a port of its choice, and at once ready to release. */
  static Broker.Builder broker() {
    return Broker.builder().port(0).startDelay(Duration.ZERO);
  }
}
