package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.http.HttpQueue;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** {@link HttpQueue} and the {@link Broker} that it asks, each by what its module exports. */
class HttpQueueTest {
  private static final Duration INTERVAL = Duration.ofMillis(100);

  @Test
  void request_fromTwoProcesses_releasesEachAnIntervalApart() throws Exception {
    try (Broker broker = brokerOnAnyPort().interval(INTERVAL).start();
        HttpQueue evenShards = HttpQueue.of(broker.uri());
        HttpQueue oddShards = HttpQueue.of(broker.uri())) {
      Starts.assertSpaced(INTERVAL, 6, id -> id % 2 == 0 ? evenShards : oddShards);
      assertEquals(0, evenShards.waiting() + oddShards.waiting());
    }
  }

  @Test
  void request_interrupted_givesItsPlaceUp() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Broker broker = brokerOnAnyPort().interval(Duration.ofDays(1)).start();
        HttpQueue queue = HttpQueue.of(broker.uri());
        HttpClient client = HttpClient.newHttpClient()) {
      queue.request(0, 2);
      Future<Void> second = threads.submit(() -> ask(queue, 1, 2));
      awaitWaiting(client, broker, 1);
      assertThrows(TimeoutException.class, () -> second.get(0, TimeUnit.SECONDS));
      threads.shutdownNow();
      var thrown = assertThrows(ExecutionException.class, second::get);
      assertInstanceOf(InterruptedException.class, thrown.getCause());
      awaitWaiting(client, broker, 0);
    }
  }

  @Test
  void request_withoutTheToken_isRefusedByTheBroker() {
    try (Broker broker = brokerOnAnyPort().token("secret").start();
        HttpQueue queue = HttpQueue.of(broker.uri())) {
      assertThrows(GatewayQueueException.class, () -> queue.request(0, 1));
    }
  }

  private static Broker.Builder brokerOnAnyPort() {
    return Broker.builder().port(0).startDelay(Duration.ZERO);
  }

  private static Void ask(HttpQueue queue, long id, long total) throws InterruptedException {
    queue.request(id, total);
    return null;
  }

  private static void awaitWaiting(HttpClient client, Broker broker, int expected) {
    URI status = broker.uri().resolve("/status");
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .until(() ->
            client
                .send(HttpRequest.newBuilder(status).build(), BodyHandlers.ofString())
                .body()
                .contains("\"waiting\":" + expected));
  }
}
