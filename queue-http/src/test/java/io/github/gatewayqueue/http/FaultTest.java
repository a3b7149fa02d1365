package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a broker, or what stands before it, does wrong: nothing of it is a release. */
class FaultTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final String HEAD = "HTTP/1.1 200 OK~Content-Type: text/event-stream~~";
  private static final String WAITING = "event: waiting~data: {\"elapsedMillis\":0}~~";
  private static final String RELEASED = "event: released~data: {\"elapsedMillis\":0}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK~Content-Le",
        "HTTP/1.1 200 OK~Content-Length: 100~~{\"message\":",
        "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~{\"m",
        "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~zz~{}~",
        "HTTP/1.1 200 OK~Content-Length: -5~~{}",
        "HTTP/1.1 OK~~",
        "220 mail.example.org ESMTP~",
        "HTTP/1.1 200 OK~Content-Type: application/json~~{\"message\":\"shard 3",
        "HTTP/1.1 200 OK~Content-Type: application/json~~{\"waitedMillis\":1}x",
        "HTTP/1.1 200 OK~Content-Type: application/json~~{\"waitedMillis\":1,\"waitedMillis\":2}",
        "HTTP/1.1 200 OK~Content-Type: application/json~~",
        "HTTP/1.1 200 OK~Content-Type: application/json~~[]",
        "HTTP/1.1 200 OK~Content-Type: Text/HTML; charset=utf-8~~<p>Please log in</p>",
        "HTTP/1.1 201 Created~~{}",
        "HTTP/1.1 202 Accepted~~{}",
        "HTTP/1.1 204 No Content~~",
        "HTTP/1.1 206 Partial Content~~{}",
        "HTTP/1.1 302 Found~Location: /?shard=0~Content-Length: 0~~",
        "HTTP/1.1 307 Temporary Redirect~Location: /?shard=0~Content-Length: 0~~",
        "HTTP/1.1 404 Not Found~~no backend",
        "HTTP/1.1 405 Method Not Allowed~~",
        "HTTP/1.1 408 Request Timeout~~",
        "HTTP/1.1 429 Too Many Requests~~",
        "HTTP/1.1 500 Internal Server Error~~",
        "HTTP/1.1 502 Bad Gateway~Content-Length: 100~~cut",
        "HTTP/1.1 503 Service Unavailable~Retry-After: soon~~",
        "HTTP/1.1 504 Gateway Timeout~~",
        HEAD,
        HEAD + WAITING,
        HEAD + WAITING + RELEASED,
        HEAD + WAITING + RELEASED + "~",
        HEAD + "event: released~~",
        HEAD + "event: released~data: {\"elapsedMillis\":0~~",
        HEAD + "event: released~data: {}~~",
        HEAD + "event: released~data: {\"elapsedMillis\":\"0\"}~~",
        HEAD + "event: released~data: {\"elapsedMillis\":-1}~~",
        HEAD + "event: released~data: [0]~~",
        HEAD + "event: Released~data: {\"elapsedMillis\":0}~~",
        HEAD + "event:  released~data: {\"elapsedMillis\":0}~~",
        HEAD + "data: {\"elapsedMillis\":0}~~",
        HEAD + "event: waiting~data: garbage~~" + RELEASED + "~~",
        HEAD + "event: refused~data: {\"status\":503}~~",
        HEAD + "event: refused~data: {\"status\":502}~~",
        HEAD + "event: refused~data: {\"status\":500,\"detail\":\"it failed\"}~~",
        HEAD + "event: refused~data: {}~~",
        HEAD + "event: closing~data: {}~~",
        HEAD + "event: closing~data: ~~",
      })
  void request_anythingButARelease_joinsAgain(String answer) throws Exception {
    requireJoinsAgain(FakeBroker.sending(answer));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK~Content-Type: app",
        HEAD + WAITING + RELEASED,
        "HTTP/1.1 200 OK~~{"
      })
  void request_connectionReset_joinsAgain(String answer) throws Exception {
    requireJoinsAgain(client -> {
      client.send(answer);
      client.reset();
    });
  }

  private static void requireJoinsAgain(FakeBroker.Answer first) throws Exception {
    try (var server = new FakeBroker(first, FakeBroker.releasing());
        var queue = server.queue().build()) {
      Asking.of(queue).awaitReturn();
      assertEquals(2, server.requests().size());
      assertEquals(0, queue.waiting());
    }
  }

  /** A client that sent it again by itself would not know since when its request is in line. */
  @Test
  void request_connectionLostWithoutAWord_isNotRepeatedByTheClientItself() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server = new FakeBroker(FakeBroker.sending(""), FakeBroker.releasing());
        var queue = server.queue().build()) {
      queue.request(0, 1);
      assertEquals(1, log.lines().stream().filter(line -> line.startsWith("WARNING")).count());
    }
  }

  @Test
  void request_brokerThatIsNotThereYet_isReleasedOnceItIs() throws Exception {
    try (var port = new Socket(); // keeps it from others, and listens to nobody
        var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO)) {
      port.setReuseAddress(true);
      port.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      requireReleasedOnceThereIsABroker(port.getLocalPort(), log);
    }
  }

  private static void requireReleasedOnceThereIsABroker(int port, CapturedLog log)
      throws Exception {
    try (var queue =
        HttpQueue.builder(URI.create("http://127.0.0.1:" + port))
            .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
            .margin(Await.HANG)
            .build()) {
      Asking asking = Asking.of(queue);
      Await.until(() -> !log.lines().isEmpty());
      assertEquals(1, queue.waiting());
      assertFalse(asking.ended());
      try (var server = FakeBroker.at(port, FakeBroker.releasing())) {
        asking.awaitReturn();
        assertEquals(1, server.requests().size());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void request_eventsThatStop_joinsAgainAfterTheSilence(Protocol protocol) throws Exception {
    try (var server = new FakeBroker(FakeBroker.keepingInLine(), FakeBroker.releasing());
        var queue = server.queue().protocol(protocol).silence(SHORT).build()) {
      long startNanos = System.nanoTime();
      queue.request(0, 1);
      assertTrue(System.nanoTime() - startNanos >= SHORT.toNanos());
      assertAskedAtLeast(2, server);
      Await.until(() -> server.hungUp() >= 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {":", "d", "x: y\n"})
  void request_bytesThatMakeNoEvent_areNoHeartbeat(String drip) throws Exception {
    try (var server =
            new FakeBroker(
                FakeBroker.events(client -> {
                  client.sendWaiting();
                  while (true) { // until the client hangs up
                    client.send(drip);
                    Thread.onSpinWait();
                  }
                }),
                FakeBroker.releasing());
        var queue = server.queue().silence(SHORT).build()) {
      queue.request(0, 1);
      assertAskedAtLeast(2, server);
    }
  }

  @Test
  void request_eventsWantedFromASilentBroker_joinsAgain() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server = new FakeBroker(FakeBroker.holding("HTTP/1.1 20"), FakeBroker.releasing());
        var queue = server.queue().protocol(Protocol.SSE).silence(SHORT).build()) {
      queue.request(0, 1);
      assertAskedAtLeast(2, server);
      assertSays("sent nothing for 200 ms", log);
      Await.until(() -> server.hungUp() >= 1);
    }
  }

  @Test
  void request_bodyThatDoesNotEnd_joinsAgain() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server =
            new FakeBroker(
                FakeBroker.holding("HTTP/1.1 200 OK\r\n\r\n{"),
                FakeBroker.holding("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"),
                FakeBroker.holding(
                    "HTTP/1.1 500 X\r\nContent-Type: application/problem+json\r\n\r\n{"),
                FakeBroker.releasing());
        var queue = server.queue().silence(SHORT).build()) {
      queue.request(0, 1);
      assertAskedAtLeast(4, server);
      assertSays("was too slow with its answer", log);
      Await.until(() -> server.hungUp() >= 3);
    }
  }

  private static void assertSays(String reason, CapturedLog log) {
    assertTrue(log.lines().getFirst().contains(reason), () -> "" + log.lines());
  }

  /** On a slow machine the answer after the faulty ones may come after the silence, too. */
  private static void assertAskedAtLeast(int times, FakeBroker server) {
    int requests = server.requests().size();
    assertTrue(requests >= times, () -> "asked " + requests + " times");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.1 200 OK~~
          HTTP/1.1 503 Full~Content-Type: application/problem+json~~
          HTTP/1.1 200 OK~Content-Type: text/event-stream~~data:
          HTTP/1.1 200 OK~Content-Type: text/event-stream~~event: waiting
          """)
  void request_answerThatNeverEnds_isHungUpOn(String head) throws Exception {
    String piece = " ".repeat(1000);
    requireJoinsAgain(client -> {
      client.send(head);
      while (true) { // until the client hangs up
        client.send(piece);
      }
    });
  }

  @Test
  void request_redirect_doesNotTakeTheTokenElsewhere() throws Exception {
    try (var other = new FakeBroker(FakeBroker.releasing());
        var server =
            new FakeBroker(
                FakeBroker.sending(
                    "HTTP/1.1 307 X\r\nLocation: "
                        + other.url()
                        + "/\r\nContent-Length: 0\r\n\r\n"),
                FakeBroker.releasing());
        var queue = server.queue().token("k9Xh2").build()) {
      queue.request(0, 1);
      assertEquals(2, server.requests().size());
      assertEquals(0, other.requests().size());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 503 X~Retry-After: 1~Content-Length: 0~~",
        "HTTP/1.1 429 X~Retry-After: 1~Content-Length: 0~~",
        HEAD + "event: closing~data: {\"message\":\"x\",\"retryAfterMillis\":100}~~",
        HEAD + "event: closing~retry: 100~data: {\"message\":\"x\"}~~",
        HEAD + "event: refused~data: {\"status\":503,\"retryAfterMillis\":100.0}~~",
        HEAD + "retry: 100~~",
      })
  void request_askedToBeLeftAlone_waitsForSoLong(String answer) throws Exception {
    AtomicLong askedAgainNanos = new AtomicLong();
    AtomicLong sentNanos = new AtomicLong();
    try (var server =
            new FakeBroker(
                client -> {
                  sentNanos.set(System.nanoTime());
                  client.send(answer);
                },
                client -> {
                  askedAgainNanos.set(System.nanoTime());
                  FakeBroker.releasing().to(client);
                });
        var queue = server.queue().build()) {
      queue.request(0, 1);
      Duration least =
          answer.contains("Retry-After: 1~") ? Duration.ofSeconds(1) : Duration.ofMillis(100);
      assertTrue(askedAgainNanos.get() - sentNanos.get() >= least.toNanos());
    }
  }

  @Test
  void request_askedToBeLeftAloneUntilADate_waitsUntilThen() throws Exception {
    ZonedDateTime then = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2);
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(then);
    try (var server =
            new FakeBroker(
                FakeBroker.sending(
                    "HTTP/1.1 503 X\r\nRetry-After: " + date + "\r\nContent-Length: 0\r\n\r\n"),
                FakeBroker.releasing());
        var queue = server.queue().build()) {
      queue.request(0, 1);
      assertFalse(ZonedDateTime.now(ZoneOffset.UTC).isBefore(then.withNano(0)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.1 400 X~Content-Type: application/problem+json~~{"detail":"shard is 'x'"} \
          | answered 400: shard is 'x'
          HTTP/1.1 401 X~Content-Type: application/problem+json~~{"detail":"a token is needed"} \
          | answered 401: a token is needed
          HTTP/1.1 401 X~Content-Length: 0~~ | answered 401: no reason given
          HTTP/1.1 403 X~Content-Type: text/html~~<p>no</p> | answered 403: no reason given
          HTTP/1.1 400 X~Content-Type: application/problem+json~~{"deta | answered 400: no reason given
          HTTP/1.1 400 X~Content-Type: application/problem+json~Content-Length: 99~~{"deta \
          | answered 400: no reason given
          """)
  void request_refusedForGood_throwsWithTheReason(String answer, String expected) throws Exception {
    requireRefused(answer, expected);
  }

  @Test
  void request_refusedByAnEvent_throwsWithTheReason() throws Exception {
    String refused = "event: refused~data: {\"status\":400,\"detail\":\"shard\\n3\"}~~";
    requireRefused(HEAD + WAITING + refused, "refuses the request: shard 3");
  }

  private static void requireRefused(String answer, String expected) throws Exception {
    try (var server = new FakeBroker(FakeBroker.sending(answer));
        var queue = server.queue().build()) {
      assertEquals(
          "broker " + server.url() + "/ " + expected,
          Asking.of(queue).awaitThrown(GatewayQueueException.class).getMessage());
      assertEquals(1, server.requests().size());
      assertEquals(0, queue.waiting());
    }
  }
}
