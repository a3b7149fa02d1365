package io.github.gatewayqueue.http;

import static io.github.gatewayqueue.testsupport.PlatformThreads.platformThreads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Interrupts and closing, wherever a request is by then; and what is left behind. */
class EndTest {
  private static final String STAGES =
      """
      silence          | ``
      half a line      | HTTP/1.1 20
      half the headers | HTTP/1.1 200 OK~Content-Le
      headers          | HTTP/1.1 200 OK~Content-Type: text/event-stream~~
      half an event    | HTTP/1.1 200 OK~Content-Type: text/event-stream~~event: released~data: {
      in line          | HTTP/1.1 200 OK~Content-Type: text/event-stream~~event: waiting~\
      data: {"elapsedMillis":0}~~
      half a body      | HTTP/1.1 200 OK~Content-Length: 100~~{
      half a refusal   | HTTP/1.1 400 X~Content-Type: application/problem+json~~{
      """;

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = STAGES)
  void interrupt_atAnyStage_throwsAndHangsUp(String name, String sent) throws Exception {
    try (var server = new FakeBroker(FakeBroker.holding(sent));
        var queue = patient(server).build()) {
      Asking asking = Asking.of(queue);
      Await.until(() -> server.requests().size() == 1);
      assertEquals(1, queue.waiting(), name);
      asking.interruptAndJoin();
      assertEquals(0, queue.waiting());
      Await.until(() -> server.hungUp() == 1);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = STAGES)
  void close_atAnyStage_throwsAndHangsUp(String name, String sent) throws Exception {
    try (var client = HttpClient.newHttpClient();
        var server = new FakeBroker(FakeBroker.holding(sent))) {
      var queue = patient(server).httpClient(client).build();
      Asking asking = Asking.of(queue);
      Await.until(() -> server.requests().size() == 1);
      queue.close();
      assertEquals(
          "the queue was closed while the request waited",
          asking.awaitThrown(GatewayQueueException.class).getMessage(),
          name);
      Await.until(() -> server.hungUp() == 1);
      assertFalse(client.isTerminated(), "a client that was given is not ours to close");
    }
  }

  /** Anywhere between the call and the answer, also while the connection comes about. */
  @ParameterizedTest
  @EnumSource
  void interrupt_atAnyMoment_leavesNoConnection(Protocol protocol) throws Exception {
    try (var server = new FakeBroker(FakeBroker.keepingInLine());
        var queue = HttpQueue.builder(server.url()).protocol(protocol).build()) {
      for (int round = 0; round < 300; round++) {
        Asking asking = Asking.of(queue);
        long untilNanos = System.nanoTime() + round * 10_000L;
        while (System.nanoTime() - untilNanos < 0) {
          Thread.onSpinWait();
        }
        asking.interruptAndJoin();
      }
      int before = server.requests().size();
      Asking asking = Asking.of(queue);
      Await.until(() -> server.requests().size() > before); // one at least has come through
      asking.interruptAndJoin();
      Await.until(() -> server.hungUp() == server.requests().size());
    }
  }

  @Test
  void interrupt_whileItBacksOff_throws() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server =
            new FakeBroker(FakeBroker.sending("HTTP/1.1 503 X\r\nRetry-After: 99\r\n\r\n"));
        var queue = HttpQueue.of(server.url())) {
      Asking asking = Asking.of(queue);
      Await.until(() -> !log.lines().isEmpty());
      asking.interruptAndJoin();
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void close_whileItBacksOff_throws() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server =
            new FakeBroker(FakeBroker.sending("HTTP/1.1 503 X\r\nRetry-After: 99\r\n\r\n"))) {
      var queue = HttpQueue.of(server.url());
      Asking asking = Asking.of(queue);
      Await.until(() -> !log.lines().isEmpty());
      queue.close();
      asking.awaitThrown(GatewayQueueException.class);
    }
  }

  /** As a client does that is shut down while a request arrives. */
  @Test
  void request_clientTakesNoTasks_waitsUntilTheQueueIsClosed() throws Exception {
    ExecutorService ended = Executors.newSingleThreadExecutor();
    ended.shutdown();
    HttpClient client = HttpClient.newBuilder().executor(ended).build();
    try (var server = new FakeBroker(FakeBroker.releasing());
        var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.WARNING)) {
      var queue = HttpQueue.builder(server.url()).httpClient(client).build();
      Asking asking = Asking.of(queue);
      Await.until(() -> !log.lines().isEmpty());
      assertTrue(log.lines().getFirst().contains("RejectedExecutionException"));
      queue.close();
      asking.awaitThrown(GatewayQueueException.class);
    } finally {
      client.shutdownNow();
    }
  }

  @Test
  void request_afterClose_isRefusedBeforeAnythingElse() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing())) {
      var queue = HttpQueue.of(server.url());
      queue.close();
      queue.close();
      assertThrows(IllegalStateException.class, () -> queue.request(7, -1));
      var thrown = assertThrows(IllegalStateException.class, () -> queue.request(0, 1));
      assertEquals("the queue is closed", thrown.getMessage());
      assertEquals(0, server.requests().size());
    }
  }

  /** Nobody gets stuck or is released: each one throws one of the two. */
  @Test
  void close_whileRequestsArrive_throwsToAll() throws Exception {
    try (var server = new FakeBroker(FakeBroker.keepingInLine())) {
      for (int round = 0; round < 30; round++) {
        var queue = HttpQueue.of(server.url());
        List<Asking> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          all.add(Asking.of(queue));
        }
        queue.close();
        for (Asking asking : all) {
          Throwable thrown = asking.thrown();
          assertTrue(
              thrown instanceof GatewayQueueException || thrown instanceof IllegalStateException,
              () -> "it ended with " + thrown);
        }
        assertEquals(0, queue.waiting());
      }
    }
  }

  @Test
  void request_badShard_asksNobody() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing());
        var queue = HttpQueue.of(server.url())) {
      assertThrows(IllegalArgumentException.class, () -> queue.request(16, 16));
      assertEquals(0, server.requests().size());
    }
  }

  /** The client's threads share the work for all connections, and are gone once it is closed. */
  @ParameterizedTest
  @EnumSource
  void request_manyWaiting_shareThreads(Protocol protocol) throws Exception {
    try (var server = new FakeBroker(FakeBroker.keepingInLine())) {
      List<Asking> all = new ArrayList<>();
      Set<Thread> started = new HashSet<>();
      try (var queue = patient(server).protocol(protocol).build()) {
        Set<Thread> before = platformThreads();
        for (int i = 0; i < 500; i++) {
          all.add(Asking.of(queue, i, 500));
        }
        Await.until(() -> server.requests().size() == 500);
        started.addAll(platformThreads());
        started.removeAll(before);
        assertTrue(started.size() < 250, () -> "started " + started);
        assertTrue(started.stream().allMatch(Thread::isDaemon), () -> "started " + started);
      }
      for (Asking asking : all) {
        asking.awaitThrown(GatewayQueueException.class);
      }
      Await.until(() -> server.hungUp() == 500);
      Await.until(() -> started.stream().noneMatch(Thread::isAlive));
    }
  }

  @Test
  void request_everyCarrierIsPinned_isReleased() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing())) {
      PinnedCarriers.run(PinnedCarriersMain.class, server.url());
    }
  }

  /** Nobody is to ask twice because a machine is slow. */
  private static HttpQueue.Builder patient(FakeBroker server) {
    return HttpQueue.builder(server.url()).margin(Await.HANG);
  }
}
