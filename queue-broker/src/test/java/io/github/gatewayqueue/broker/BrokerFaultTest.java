package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.RawConnection.Answer;
import io.github.gatewayqueue.broker.requests.BrokerTiming;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A broker whose queue fails, or is slow. */
class BrokerFaultTest extends BrokerTestBase {
  private final CountDownLatch held = new CountDownLatch(1);

  /** Blocks the calling thread, whether or not it is interrupted. */
  private void hold() {
    Await.zeroUninterruptibly(held);
  }

  @AfterEach
  void letGo() {
    held.countDown();
  }

  @Test
  void stream_statusFailsForAWhile_goesOnAndWarnsOnce() throws Exception {
    CapturedLog log = open(new CapturedLog("io.github.gatewayqueue.broker", Level.WARNING));
    Broker broker = startOdd(builder().startDelay(LONG), 1);
    EventReader watcher = events(broker, "/status/stream");
    assertEquals(0, watcher.expect("status").data().getInteger("waiting"));
    ask(broker, 1, 4);
    watcher.expectWaiting(1);
    AtomicInteger failures = new AtomicInteger();
    queue.get().onLook =
        () -> {
          failures.incrementAndGet();
          throw new IllegalStateException("odd");
        };
    Await.until(() -> failures.get() >= 3);
    EventReader later = events(broker, "/status/stream");
    queue.get().onLook = () -> {};
    assertEquals(1, watcher.expect("status").data().getInteger("waiting"));
    assertEquals(1, later.expect("status").data().getInteger("waiting"));
    assertEquals(1, log.lines().size());
    String line = log.lines().getFirst();
    String told = "WARNING: the status cannot be reported to those who watch it, trying again ";
    assertTrue(line.startsWith(told) && line.endsWith(": odd"), line);
  }

  @Test
  void start_portIsTaken_theQueueIsClosed() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Broker.Builder builder = builder().port(other.getLocalPort());
      assertThrows(UncheckedIOException.class, () -> startOdd(builder, 1));
    }
    assertTrue(queue.get().closed);
    assertFalse(queue.get().refreshed); // it would have asked Discord
  }

  @Test
  void refresh_failsAndSoDoesWhoIsTold_isRepeated() throws Exception {
    CountDownLatch twice = new CountDownLatch(2);
    UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    open(() -> Thread.setDefaultUncaughtExceptionHandler(before));
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> throwOutOfMemory());
    startOdd(builder(), 1);
    queue.get().onRefresh =
        () -> {
          twice.countDown();
          throwOutOfMemory();
        };
    Await.zero(twice);
  }

  private static void throwOutOfMemory() {
    throw new OutOfMemoryError("as told");
  }

  @Test
  void status_releasedWhileItIsWritten_isNotCountedTwice() throws Exception {
    Broker broker = startHolding(builder());
    RawConnection client = ask(broker, 0, 1);
    awaitWaiting(broker, 1);
    AtomicInteger looks = new AtomicInteger();
    queue.get().onLook =
        () -> {
          if (looks.incrementAndGet() == 2) { // the lines were looked at, and there is more to do
            queue.get().holding = false;
            assertDoesNotThrow(() -> {
              client.readAnswer();
              get(broker, "/health/live"); // answered by the event loop, after the release
            });
          }
        };
    JsonObject status = status(broker);
    assertTrue(looks.get() >= 2, status::encode);
    assertTrue(status.getInteger("waiting") + status.getInteger("released") <= 1, status::encode);
  }

  @Test
  void request_queueFails_500AndAnErrorInTheLog() throws Exception {
    Broker broker = startOdd(builder(), 1);
    queue.get().onLeave = BrokerFaultTest::throwOdd;
    require500(broker, "/?shard=3", "SEVERE: the request of shard 3 failed");
  }

  private static void throwOdd() {
    throw new IllegalStateException("odd");
  }

  private void require500(Broker broker, String target, String logged) throws Exception {
    try (var log = new CapturedLog("io.github.gatewayqueue.broker", Level.WARNING)) {
      assertEquals(500, get(broker, target).statusCode());
      String line = log.lines().getFirst();
      assertTrue(line.startsWith(logged), line);
    }
  }

  @Test
  void status_fails_500AndTheNextIsAnswered() throws Exception {
    Broker broker = startOdd(builder(), 1);
    queue.get().onLook = BrokerFaultTest::throwOdd;
    require500(broker, "/status", "SEVERE: a page could not be made: ");
    assertEquals(500, get(broker, "/health/ready").statusCode());
    assertEquals(200, get(broker, "/health/live").statusCode());
    queue.get().onLook = () -> {};
    assertEquals(200, get(broker, "/status").statusCode());
  }

  @Test
  void health_linesAreLocked_isLiveAtOnceAndReadyLater() throws Exception {
    Broker broker = startOdd(builder(), 1);
    EventReader watcher = events(broker, "/status/stream");
    watcher.expect("status");
    queue.get().onLook = this::hold;
    RawConnection ready = connect(broker);
    ready.send("GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
    RawConnection status = connect(broker);
    status.send("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ask(broker, 1, 4).readAnswer(); // a release is told to those who watch
    assertEquals(200, answer(connect(broker), "/health/live").status());
    assertFalse(ready.hasInput());
    held.countDown();
    assertEquals(200, ready.readAnswer().status());
    assertEquals(200, status.readAnswer().status());
  }

  @Test
  void health_stopping_isLiveAndNotReadyAndNothingIsLetIn() throws Exception {
    Broker broker = startOdd(builder().pace(Timing.farewell(LONG)).startDelay(LONG), 1);
    queue.get().onLeave = this::hold;
    RawConnection waiting = ask(broker, 1, 4);
    RawConnection client = connect(broker);
    assertEquals(200, answer(client, "/health/ready").status());
    awaitWaiting(broker, 1);
    Thread closing = Thread.ofVirtual().start(broker::close);
    assertEquals("", waiting.readToEnd());
    Answer ready = answer(client, "/health/ready");
    assertEquals(503, ready.status());
    assertEquals("the broker is stopping", new JsonObject(ready.body()).getString("reason"));
    String status = answer(client, "/status").body();
    assertEquals("stopping", new JsonObject(status).getString("state"));
    assertTrue(answer(client, "/metrics").body().contains("gateway_queue_ready 0.0"));
    assertEquals(200, answer(client, "/health/live").status());
    for (String target : List.of("/", "/status/stream")) {
      Answer refused = answer(client, target);
      assertEquals(503, refused.status());
      assertEquals("1", refused.header("Retry-After"));
      assertEquals("the broker is stopping", new JsonObject(refused.body()).getString("detail"));
    }
    held.countDown();
    assertEquals("", client.readToEnd());
    closing.join();
  }

  @Test
  void close_requestThatDoesNotEnd_givesThePortUpAllTheSame() throws Exception {
    BrokerTiming pace = Timing.farewell(Duration.ofMillis(100));
    Broker broker = startOdd(builder().pace(pace).startDelay(LONG), 1);
    queue.get().onLeave = this::hold;
    ask(broker, 1, 4);
    awaitWaiting(broker, 1);
    broker.close();
    assertThrows(ConnectException.class, () -> new RawConnection(broker.port()));
  }

  @Test
  void events_placesCanNotBeHadForAWhile_areToldLaterAndWarnedOfOnce() throws Exception {
    CapturedLog log = open(new CapturedLog("io.github.gatewayqueue.broker", Level.WARNING));
    Broker broker = startOdd(builder().startDelay(LONG), 1);
    AtomicInteger failures = new AtomicInteger();
    queue.get().onLook =
        () -> {
          failures.incrementAndGet();
          throw new IllegalStateException("odd");
        };
    EventReader client = events(broker, "/?shard=1&total=4");
    Await.until(() -> failures.get() >= 3);
    queue.get().onLook = () -> {};
    assertEquals(1, client.expect("waiting").data().getInteger("position"));
    assertEquals(1, log.lines().size(), log.lines().toString());
    String line = log.lines().getFirst();
    assertTrue(
        line.startsWith("WARNING: the places in line cannot be reported, trying again"), line);
  }

  private static Answer answer(RawConnection client, String target) throws Exception {
    client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.readAnswer();
  }
}
