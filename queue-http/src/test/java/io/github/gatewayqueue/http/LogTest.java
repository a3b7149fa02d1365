package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator gets to read, and what nobody does. */
class LogTest {
  private static final String TOKEN = "k9Xh2-bQ7";

  @Test
  void log_outage_isToldOnceAndThatItIsOver() throws Exception {
    var asked = new AtomicInteger();
    var underTest = new AtomicReference<HttpQueue>();
    var over = new AtomicBoolean();
    String full =
        "HTTP/1.1 503 X\r\nContent-Type: application/problem+json\r\n\r\n{\"detail\":\"no room\"}";
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server =
            new FakeBroker(client -> {
              // Not before all are hit: the first of them to be released would end the outage.
              if (asked.incrementAndGet() > 100 && underTest.get().inTrouble() == 10) {
                over.set(true);
              }
              (over.get() ? FakeBroker.releasing() : FakeBroker.sending(full)).to(client);
            });
        var queue = server.queue().build()) {
      underTest.set(queue);
      List<Asking> all = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        all.add(Asking.of(queue, i, 10));
      }
      Asking.awaitReturns(all);
      String broker = "broker " + server.url() + "/ ";
      assertEquals(
          List.of(
              "WARNING: " + broker + "answered 503: no room; asking again until there is a release",
              "INFO: " + broker + "takes requests again"),
          log.lines());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.1 200 OK~Content-Type: text/html~~<p>Log in</p> | answered 200 with a web page; this is not a release
          EVENTS                                    | ended its answer without a release
          EVENTSevent: released~data: {}~~          | sent an event without its time; this is not a release
          EVENTSevent: released~data: x~~           | sent no proper JSON object; this is not a release
          EVENTSevent: refused~data: {}~~           | refuses the request: it gives no reason
          EVENTSevent: closing~data: {"message":"it stops"}~~ | hangs up: it stops
          """)
  void log_answerThatIsNoRelease_saysWhatIsWrong(String answer, String reason) throws Exception {
    String sent = answer.replace("EVENTS", "HTTP/1.1 200 OK~Content-Type: text/event-stream~~");
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server = new FakeBroker(FakeBroker.sending(sent), FakeBroker.releasing());
        var queue = server.queue().build()) {
      queue.request(0, 1);
      assertEquals(
          "WARNING: broker %s/ %s; asking again until there is a release"
              .formatted(server.url(), reason),
          log.lines().getFirst());
    }
  }

  /** Nor do the requests come back one by one if each failure counts as the first. */
  @ParameterizedTest
  @EnumSource
  void log_connectionsThatDoNotComeAbout_areOneOutage(Protocol protocol) throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.ALL);
        var client = HttpClient.newBuilder().connectTimeout(Duration.ofMillis(300)).build();
        var server = new UnreachableServer();
        var queue =
            HttpQueue.builder(server.url())
                .httpClient(client)
                .protocol(protocol)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                .build()) {
      Asking asking = Asking.of(queue);
      Await.until(() -> log.lines().stream().filter(LogTest::tellsOfAnother).count() >= 3);
      asking.interruptAndJoin();
      List<String> told = log.lines().stream().filter(line -> !line.startsWith("FINE: ")).toList();
      assertEquals(1, told.size(), () -> "" + told);
      assertTrue(told.getFirst().contains("HttpConnectTimeoutException"), () -> "" + told);
    }
  }

  private static boolean tellsOfAnother(String line) {
    return line.contains(" asks again in ");
  }

  @Test
  void log_nothingWrong_isEmpty() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server = new FakeBroker(FakeBroker.releasing());
        var queue = server.queue().build()) {
      queue.request(0, 1);
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void log_requestThatGivesUp_tellsOfNoRecovery() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server = new FakeBroker(FakeBroker.sending(""));
        var queue = server.queue().build()) {
      Asking asking = Asking.of(queue);
      Await.until(() -> server.requests().size() > 3);
      asking.interruptAndJoin();
      assertEquals(1, log.lines().size(), () -> "" + log.lines());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s~~",
        "HTTP/1.1 %s~~",
        "HTTP/1.1 200 OK~Content-Length: %s~~{}",
        "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~%s~",
        "HTTP/1.1 200 OK~Content-Type: application/json~~{\"%s\"",
        "HTTP/1.1 302 Found~Location: http://127.0.0.1/%s~~",
        "HTTP/1.1 503 %1$s~X: %1$s~Content-Type: application/problem+json~~{\"detail\":\"got %1$s\"}",
        "HTTP/1.1 200 OK~Content-Type: text/event-stream~~event: closing~data: {\"message\":\"%s\"}~~",
        "HTTP/1.1 200 OK~Content-Type: text/event-stream~~event: released~data: %s~~",
        "HTTP/1.1 401 X~Content-Type: application/problem+json~~{\"detail\":\"got %s\"}",
        "HTTP/1.1 200 OK~Content-Type: text/event-stream~~event: refused~data: {\"status\":401,\"detail\":\"%s\"}~~",
      })
  void log_serverSendsTheTokenBack_staysSecret(String answer) throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.ALL);
        var server = new FakeBroker(FakeBroker.sending(answer.formatted(TOKEN)));
        var queue = server.queue().token(TOKEN).build()) {
      Asking asking = Asking.of(queue);
      Await.until(() -> log.lines().size() > 1); // the first one says that it waits
      if (log.lines().get(1).contains(GatewayQueueException.class.getName())) {
        String message =
            String.valueOf(asking.awaitThrown(GatewayQueueException.class).getMessage());
        assertTrue(message.endsWith("(not shown, as it holds the token)"), message);
      } else {
        asking.interruptAndJoin();
      }
      assertTrue(server.requests().getFirst().contains(TOKEN), "it was sent");
      assertFalse(log.lines().toString().contains(TOKEN), () -> "" + log.lines());
      assertFalse(queue.toString().contains(TOKEN));
    }
  }

  @Test
  void toString_tellsTheBrokerAndHowManyWait() throws Exception {
    try (var server = new FakeBroker(FakeBroker.keepingInLine());
        var queue = server.queue().token(TOKEN).build()) {
      assertEquals("HttpQueue[" + server.url() + "/, waiting=0]", queue.toString());
      Asking asking = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      assertEquals("HttpQueue[" + server.url() + "/, waiting=1]", queue.toString());
      asking.interruptAndJoin();
      assertEquals(0, queue.inLine());
    }
  }
}
