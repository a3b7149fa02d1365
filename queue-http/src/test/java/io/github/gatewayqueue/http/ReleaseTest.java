package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a release, and which releases are too old to use. */
class ReleaseTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(2);

  @Test
  void request_events_sendsWhatTheProtocolSays() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing());
        var queue = HttpQueue.builder(server.url()).token("k9Xh2").build()) {
      queue.request(3, 16);
      String request = server.requests().getFirst();
      assertTrue(request.startsWith("POST /?shard=3&total=16&hold=30s HTTP/1.1\r\n"), request);
      assertTrue(request.contains("\r\nAccept: text/event-stream\r\n"), request);
      assertTrue(request.contains("\r\nAuthorization: Bearer k9Xh2\r\n"), request);
      assertFalse(request.contains("Upgrade"), request);
    }
  }

  @Test
  void request_withoutToken_sendsNone() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing());
        var queue = HttpQueue.of(server.url())) {
      queue.request(Long.MAX_VALUE - 1, Long.MAX_VALUE);
      String request = server.requests().getFirst();
      assertTrue(
          request.startsWith("POST /?shard=9223372036854775806&total=9223372036854775807&"),
          request);
      assertFalse(request.contains("Authorization"), request);
    }
  }

  @Test
  void request_tokenIsTakenBack_sendsNone() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing());
        var queue = HttpQueue.builder(server.url()).token("k9Xh2").token(null).build()) {
      queue.request(3, 16);
      String request = server.requests().getFirst();
      assertFalse(request.contains("Authorization"), request);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/queue", "/queue/", "/queue//"})
  void request_pathPrefix_asksThere(String path) throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing());
        var queue = HttpQueue.of(URI.create(server.url() + path))) {
      queue.request(3, 16);
      String request = server.requests().getFirst();
      assertTrue(
          request.startsWith("POST /queue/?shard=3&total=16&hold=30s HTTP/1.1\r\n"), request);
    }
  }

  @Test
  void request_eventsInPiecesWithCommentsAndUnknownOnes_isReleased() throws Exception {
    try (var server =
            new FakeBroker(client -> {
              String events =
                  FakeBroker.EVENTS
                      + ":hello\r\rid: 7\r\nevent: later\r\ndata: x\r\n\r\n"
                      + "event: waiting\rdata: {\"elapsedMillis\":\rdata: 0}\r\r"
                      + "event: released\r\ndata: {\"elapsedMillis\": 0.5}\r\n\r\n";
              for (int i = 0; i < events.length(); i++) {
                client.send(events.substring(i, i + 1));
              }
              client.awaitHangUp();
            });
        var queue = builder(server).margin(Await.HANG).build()) {
      queue.request(0, 1);
      assertEquals(1, server.requests().size());
      Await.until(() -> server.hungUp() == 1);
    }
  }

  /** As of a shard that starts again and again. */
  @Test
  void request_pausedByTheBroker_hasBeenTaken() throws Exception {
    var release = new CountDownLatch(1);
    String paused =
        "event: paused\ndata: {\"shard\":0,\"pauseMillis\":5000,\"elapsedMillis\":0}\n\n";
    try (var server =
            new FakeBroker(client -> {
              client.send(FakeBroker.EVENTS + paused);
              await(release);
              client.sendReleased();
            });
        var queue = builder(server).margin(Await.HANG).build()) {
      Asking asking = Asking.of(queue);
      Await.until(() -> queue.inLine() == 1);
      assertFalse(asking.ended());
      release.countDown();
      asking.awaitReturn();
      assertEquals(1, server.requests().size());
    }
  }

  /** Twilight's broker sends nothing before the release, and knows of no events. */
  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PLAIN"})
  void request_brokerThatIsSilentUntilTheRelease_isKeptWaitingByOneRequest(Protocol protocol)
      throws Exception {
    var release = new CountDownLatch(1);
    String body = "{\"message\": \"You're free to connect now! :)\"}";
    try (var server =
            new FakeBroker(client -> {
              await(release);
              client.send("HTTP/1.1 200 OK\r\nContent-Length: 47\r\n\r\n" + body + "\r\n");
            });
        var queue = builder(server).protocol(protocol).silence(SHORT).build()) {
      Asking asking = Asking.of(queue);
      Await.until(() -> server.requests().size() == 1);
      letPass(SHORT.multipliedBy(4));
      assertFalse(asking.ended());
      release.countDown();
      asking.awaitReturn();
      assertEquals(1, server.requests().size());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.1 200 OK~Content-Length: 0~~
          HTTP/1.1 200 OK~~
          HTTP/1.1 200 OK~Content-Type: text/plain~~go
          HTTP/1.1 200 OK~Content-Type: application/json~~{}
          HTTP/1.1 200 OK~Content-Type: application/json~~{"waitedMillis":0}
          HTTP/1.1 200 OK~Transfer-Encoding: chunked~~2~{}~0~~
          HTTP/1.1 100 Continue~~HTTP/1.1 200 OK~~{}
          """)
  void request_plainAnswer_isARelease(String answer) throws Exception {
    try (var server = new FakeBroker(FakeBroker.sending(answer));
        var queue = builder(server).build()) {
      queue.request(0, 1);
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void request_plainAnswerWhereEventsAreWanted_isNoRelease() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server =
            new FakeBroker(
                FakeBroker.sending("HTTP/1.1 200 OK\r\n\r\n{}"), FakeBroker.releasing());
        var queue = builder(server).protocol(Protocol.SSE).build()) {
      queue.request(0, 1);
      assertEquals(2, server.requests().size());
      String line = log.lines().getFirst();
      assertTrue(line.contains("answered 200 without events; this is not a release"), line);
    }
  }

  /** The line stands still for longer than the margin, which is no reason for anything. */
  @Thorough("no step may take longer than the margin: ReleaseAgeTest has it in virtual time")
  @Test
  void request_longWaitAndFreshRelease_isReleased() throws Exception {
    try (var server =
            new FakeBroker(
                FakeBroker.events(client -> {
                  for (int i = 0; i < 6; i++) {
                    client.sendWaiting();
                    letPass(LONG.dividedBy(4));
                  }
                  client.sendReleased();
                }));
        var queue = builder(server).margin(LONG).build()) {
      queue.request(0, 1);
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void request_releaseOlderThanTheMargin_joinsAgain() throws Exception {
    try (var server =
            new FakeBroker(
                FakeBroker.events(client -> {
                  client.sendWaiting();
                  double releasedMillis = client.elapsedMillis();
                  letPass(SHORT.multipliedBy(2));
                  client.sendEvent("released", "{\"elapsedMillis\":" + releasedMillis + "}");
                }),
                FakeBroker.releasing());
        var queue = builder(server).margin(SHORT).build()) {
      queue.request(0, 1);
      assertAskedAgain(server);
    }
  }

  /** Its release could not be used either, so it is given up before there is one. */
  @Test
  void request_firstEventLaterThanTheMargin_leavesTheLineAndJoinsAgain() throws Exception {
    try (var server =
            new FakeBroker(
                FakeBroker.events(client -> {
                  letPass(SHORT.multipliedBy(2));
                  client.sendEvent("waiting", "{\"elapsedMillis\":0}");
                  client.awaitHangUp();
                }),
                FakeBroker.releasing());
        var queue = builder(server).margin(SHORT).build()) {
      queue.request(0, 1);
      assertAskedAgain(server);
      Await.until(() -> server.hungUp() >= 1);
    }
  }

  /** As on a machine that was suspended, whose clock stood still meanwhile. */
  @Test
  void request_releaseFromTheFuture_joinsAgain() throws Exception {
    try (var server =
            new FakeBroker(
                FakeBroker.events(client -> {
                  client.sendEvent("released", "{\"elapsedMillis\":60000}");
                }),
                FakeBroker.releasing());
        var queue = builder(server).build()) {
      queue.request(0, 1);
      assertAskedAgain(server);
    }
  }

  @Test
  void request_plainReleaseOlderThanTheMargin_joinsAgain() throws Exception {
    String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    try (var server =
            new FakeBroker(
                client -> {
                  letPass(SHORT.multipliedBy(2));
                  client.send(head + "{\"waitedMillis\":1}");
                },
                client -> {
                  letPass(SHORT.multipliedBy(2));
                  client.send(head + "{\"waitedMillis\":" + client.elapsedMillis() + "}");
                });
        var queue = builder(server).margin(SHORT).protocol(Protocol.PLAIN).build()) {
      queue.request(0, 1);
      assertAskedAgain(server);
    }
  }

  /** On a machine that is slow, the next release may be too old as well. */
  private static void assertAskedAgain(FakeBroker server) {
    int requests = server.requests().size();
    assertTrue(requests >= 2, () -> "asked " + requests + " times");
  }

  private static HttpQueue.Builder builder(FakeBroker server) {
    return HttpQueue.builder(server.url()).backoff(Duration.ofMillis(1), Duration.ofMillis(10));
  }

  private static void letPass(Duration duration) {
    try {
      Thread.sleep(duration); // the server is late on purpose: there is nothing to poll for
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
