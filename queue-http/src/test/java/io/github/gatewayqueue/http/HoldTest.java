package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts that a broker holds: what is told to it, and when a start must not be used. */
class HoldTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final String FULL = "HTTP/1.1 503 X~Content-Length: 0~Connection: close~~";
  private static final String UNKNOWN = "HTTP/1.1 404 X~Content-Length: 0~Connection: close~~";

  // What is told

  @Test
  void acquire_held_saysWhatIsSaidOnceAndInOrderAndHangsUp() throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("Aa0_-"));
        var queue = server.queue().build()) {
      SessionStart start = queue.acquire(3, 16);
      assertEquals("SessionStart[shard 3 of 16]", start.toString());
      assertFalse(start.isExpired());
      start.identified();
      start.identified();
      start.cancel();
      Await.until(() -> server.words().size() == 1);
      assertEquals(0, server.hungUp(), "the answer may still come");
      start.answered();
      start.answered();
      start.cancel();
      start.close();
      start.identified();
      Await.until(queue::nothingHeld);
      Await.until(() -> server.hungUp() == 1);
      assertEquals(List.of("POST Aa0_-/identified", "POST Aa0_-/answered"), server.words());
      assertFalse(start.isExpired());
    }
  }

  @Test
  void acquire_saidInOneGo_isToldInOrder() throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var queue = server.queue().build()) {
      for (int round = 0; round < 50; round++) {
        try (SessionStart start = queue.acquire(0, 1)) {
          start.identified();
          start.answered();
        }
        Await.until(queue::nothingHeld);
        assertEquals(2 * round + 2, server.words().size());
        assertEquals("POST x/identified", server.words().get(2 * round));
        assertEquals("POST x/answered", server.words().get(2 * round + 1));
      }
    }
  }

  /** The broker ends the stream of each, whose connection the client may use for the next one. */
  @Test
  @Thorough("thousands of rounds; the default tier has fifty in the contract")
  void acquire_cancelledThousandsOfTimes_theNextIsReleasedEachTime() throws Exception {
    try (var broker = BrokerTest.broker().interval(Duration.ofHours(1)).start();
        var queue = HttpQueue.builder(broker.uri()).margin(Await.HANG).build()) {
      for (int i = 0; i < 3_000; i++) {
        Asking.of((id, total) -> queue.acquire(id, total).cancel()).awaitReturn();
      }
    }
  }

  @Test
  void acquire_pathPrefixAndToken_isToldThere() throws Exception {
    var token = new AtomicBoolean();
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var queue =
            HttpQueue.builder(server.url().resolve("/bot"))
                .token("k9Xh2")
                .margin(Await.HANG)
                .build()) {
      server.answerWords(client -> {
        token.set(client.head.contains("\r\nAuthorization: Bearer k9Xh2\r\n"));
        client.send(FakeBroker.HEARD);
      });
      queue.acquire(0, 1).cancel();
      Await.until(queue::nothingHeld);
      assertEquals(List.of("POST /bot/starts/x/cancelled"), server.words());
      assertTrue(token.get());
    }
  }

  @Test
  void acquire_closedWithoutAWord_isToldAsIdentified() throws Exception {
    requireTold(SessionStart::close, "POST x/identified");
  }

  @Test
  void acquire_cancelled_isToldSo() throws Exception {
    requireTold(SessionStart::cancel, "POST x/cancelled");
  }

  @Test
  void acquire_answeredAtOnce_isToldSo() throws Exception {
    requireTold(SessionStart::answered, "POST x/answered");
  }

  private static void requireTold(Consumer<SessionStart> word, String told) throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var queue = server.queue().build()) {
      word.accept(queue.acquire(0, 1));
      Await.until(queue::nothingHeld);
      Await.until(() -> server.hungUp() == 1);
      assertEquals(List.of(told), server.words());
    }
  }

  @Test
  void request_held_isIdentifiedAtItsReleaseAndLeavesNoConnection() throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var queue = server.queue().build()) {
      queue.request(0, 1);
      Await.until(() -> server.hungUp() == 1);
      assertEquals(List.of("POST x/identified"), server.words());
    }
  }

  // What cannot be told

  @ParameterizedTest
  @ValueSource(strings = {FULL, "", "HTTP/1.1 20", "HTTP/1.1 429 X~Connection: close~~"})
  void tell_failsAtFirst_isSaidAgain(String answer) throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var queue = server.queue().build()) {
      server.answerWords(
          FakeBroker.sending(answer),
          FakeBroker.sending(answer),
          FakeBroker.sending(FakeBroker.HEARD));
      SessionStart start = queue.acquire(0, 1);
      start.identified();
      start.answered();
      Await.until(queue::nothingHeld);
      String identified = "POST x/identified";
      assertEquals(List.of(identified, identified, identified, "POST x/answered"), server.words());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 401, 307})
  void tell_refusedForGood_hangsUpWithoutAnotherWord(int status) throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.ALL);
        var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var queue = server.queue().build()) {
      server.answerWords(FakeBroker.sending(UNKNOWN.replace("404", "" + status)));
      SessionStart start = queue.acquire(0, 1);
      start.identified();
      Await.until(() -> server.hungUp() == 1);
      Await.until(queue::nothingHeld);
      assertEquals(List.of("POST x/identified"), server.words());
      assertFalse(start.isExpired(), "it was not when the word was said");
      assertEquals(
          "FINE: cannot tell that the start of shard 0 of 1 is identified: broker "
              + server.url()
              + "/ answered "
              + status
              + "; it counts as sent",
          log.lines().getLast());
    }
  }

  /** Releases at once, and says how long the start is held at most. */
  private static FakeBroker.Answer holdingFor(long millis) {
    return FakeBroker.events(client -> {
      client.sendWaitingForHold();
      client.sendHeld("x", millis, client.elapsedMillis());
      client.awaitHangUp();
    });
  }

  /** There is nothing left to be told for. */
  @Test
  void tell_failsUntilTheHoldIsOver_isGivenUp() throws Exception {
    try (var server = new FakeBroker(holdingFor(1000));
        var queue = server.queue().build()) {
      server.answerWords(FakeBroker.sending(FULL));
      queue.acquire(0, 1).close();
      Await.until(() -> server.hungUp() >= 1);
      Await.until(queue::nothingHeld);
    }
  }

  @Thorough("it waits out the time for an answer; other failures are in the default tier")
  @Test
  void tell_isNotAnswered_isSaidAgain() throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var queue = server.queue().build()) {
      server.answerWords(FakeBroker.holding(""), FakeBroker.sending(FakeBroker.HEARD));
      queue.acquire(0, 1).cancel();
      Await.until(queue::nothingHeld);
      assertEquals(List.of("POST x/cancelled", "POST x/cancelled"), server.words());
    }
  }

  // Whether it may be used

  @ParameterizedTest
  @ValueSource(
      strings = {"", "event: expired~data: {\"start\":\"x\"}~~", "event: closing~data: {}~~"})
  void isExpired_streamEnds_isTrueFromThenOn(String last) throws Exception {
    var end = new CountDownLatch(1);
    try (var server =
            new FakeBroker(client -> {
              client.sendHeldAtOnce("x");
              Await.zero(end);
              client.send(last);
            });
        var queue = server.queue().build()) {
      SessionStart start = queue.acquire(0, 1);
      assertFalse(start.isExpired());
      end.countDown();
      Await.until(start::isExpired);
      start.cancel();
      assertTrue(start.isExpired());
      Await.until(queue::nothingHeld);
      assertEquals(List.of("POST x/cancelled"), server.words());
    }
  }

  @Test
  void isExpired_streamIsReset_isTrue() throws Exception {
    var end = new CountDownLatch(1);
    try (var server =
            new FakeBroker(client -> {
              client.sendHeldAtOnce("x");
              Await.zero(end);
              client.reset();
            });
        var queue = server.queue().build()) {
      SessionStart start = queue.acquire(0, 1);
      end.countDown();
      Await.until(start::isExpired);
      start.close();
      Await.until(() -> server.words().equals(List.of("POST x/identified")));
    }
  }

  /** It is heard whether it comes before the start is handed out or after. */
  @Test
  void isExpired_streamEndsWithTheRelease_isTrue() throws Exception {
    for (int round = 0; round < 30; round++) {
      try (var server =
              new FakeBroker(client -> client.sendHeldAtOnce("x"), FakeBroker.holdingStart("y"));
          var queue = server.queue().build()) {
        SessionStart start = queue.acquire(0, 1);
        if (server.requests().size() == 1) {
          Await.until(start::isExpired);
        }
        start.cancel();
        Await.until(queue::nothingHeld);
        assertTrue(server.words().contains("POST x/cancelled"), () -> "" + server.words());
      }
    }
  }

  @Test
  void isExpired_nothingIsHeard_isTrue() throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var queue = server.queue().heldSilence(SHORT).build()) {
      long beforeNanos = System.nanoTime();
      SessionStart start = queue.acquire(0, 1);
      Await.until(start::isExpired);
      assertTrue(System.nanoTime() - beforeNanos >= SHORT.toNanos());
      start.close();
      Await.until(() -> server.hungUp() == 1);
    }
  }

  /** Whatever is heard then may have been sent long before. */
  @Test
  void isExpired_somethingIsHeardAfterTooLong_isTrueAllTheSame() throws Exception {
    var speaking = new CountDownLatch(20);
    Duration silence = Duration.ofSeconds(1);
    try (var server = new FakeBroker(speaking(silence.multipliedBy(2), silence, speaking));
        var queue = server.queue().heldSilence(silence).build()) {
      SessionStart start = queue.acquire(0, 1);
      speaking.await();
      assertTrue(start.isExpired());
      start.identified();
      assertTrue(start.isExpired());
      start.close();
      Await.until(() -> server.hungUp() == 1);
    }
  }

  /** For longer than the silence that is allowed, which no machine takes to go on. */
  @Thorough("11 s, as no pause of a busy machine may pass for a silence")
  @Test
  void isExpired_somethingIsHeardAllTheTime_isFalse() throws Exception {
    Duration silence = Duration.ofSeconds(10);
    var comments = new CountDownLatch(22);
    try (var server = new FakeBroker(speaking(Duration.ZERO, silence, comments));
        var queue = server.queue().heldSilence(silence).build()) {
      SessionStart start = queue.acquire(0, 1);
      comments.await();
      assertFalse(start.isExpired());
      start.cancel();
      Await.until(() -> server.hungUp() == 1);
    }
  }

  /** Releases, says nothing for a while, and then something 20 times in each silence. */
  private static FakeBroker.Answer speaking(
      Duration before, Duration silence, CountDownLatch comments) {
    return client -> {
      client.sendHeldAtOnce("x");
      letPass(before);
      while (true) { // until the client hangs up
        client.send(":\n\n");
        comments.countDown();
        letPass(silence.dividedBy(20));
      }
    };
  }

  @Test
  void isExpired_theHoldHasRunOut_isTrue() throws Exception {
    try (var server = new FakeBroker(holdingFor(SHORT.toMillis()));
        var queue = server.queue().build()) {
      long beforeNanos = System.nanoTime();
      SessionStart start = queue.acquire(0, 1);
      Await.until(start::isExpired);
      assertTrue(System.nanoTime() - beforeNanos >= SHORT.toNanos());
      start.close(); // IDENTIFY may have been sent all the same
      Await.until(() -> server.words().contains("POST x/identified"));
    }
  }

  // A release that comes late

  /** As in a JVM that has just started: it is neither given up nor burnt. */
  @Test
  void acquire_firstEventAndReleaseLate_isConfirmedAndUsed() throws Exception {
    try (var server = late(30_000);
        var queue = server.queue().margin(SHORT).build()) {
      server.answerWords(holds("30000"), FakeBroker.sending(FakeBroker.HEARD));
      try (SessionStart start = queue.acquire(0, 1)) {
        assertFalse(start.isExpired());
      }
      Await.until(queue::nothingHeld);
      assertEquals(List.of("GET x", "POST x/identified"), server.words());
      assertEquals(1, server.requests().size());
    }
  }

  /** What is left is counted from before it was asked for. */
  @Test
  void acquire_confirmedForAMoment_expiresThen() throws Exception {
    try (var server = late(30_000);
        var queue = server.queue().margin(SHORT).build()) {
      server.answerWords(holds("2000"), FakeBroker.sending(FakeBroker.HEARD));
      SessionStart start = queue.acquire(0, 1);
      Await.until(start::isExpired);
      start.cancel();
      Await.until(() -> server.hungUp() >= 1);
    }
  }

  /** With a margin that would allow for it: what is left of the hold does not. */
  @Test
  void acquire_holdShorterThanTheLateness_isConfirmed() throws Exception {
    try (var server = late(1);
        var queue = server.queue().build()) {
      server.answerWords(holds("30000"), FakeBroker.sending(FakeBroker.HEARD));
      queue.acquire(0, 1).close();
      Await.until(queue::nothingHeld);
      assertEquals(List.of("GET x", "POST x/identified"), server.words());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK~Connection: close~~{\"holdMillis\":0}",
        "HTTP/1.1 200 OK~Connection: close~~{}",
        "HTTP/1.1 200 OK~Connection: close~~{\"holdMi",
        "HTTP/1.1 200 OK~Content-Length: 99~~{\"holdMillis\":30000}",
        FULL,
        UNKNOWN,
      })
  void acquire_lateAndNotHeldAnyMore_isCancelledAndJoinsAgain(String answer) throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server = new FakeBroker(HoldTest::sendLate, FakeBroker.releasing());
        var queue = server.queue().margin(SHORT).build()) {
      server.answerWords(FakeBroker.sending(answer), FakeBroker.sending(FakeBroker.HEARD));
      queue.acquire(0, 1).close();
      Await.until(queue::nothingHeld);
      assertEquals(List.of("GET x", "POST x/cancelled"), server.words());
      assertTrue(server.requests().size() >= 2);
      if (answer.equals(FULL)) {
        assertSays("came too late, and answers 503 when asked if it is still held", log);
      } else if (answer.endsWith("{}")) {
        assertSays("sent a release that came too late: it is no longer held", log);
      }
      Await.until(() -> server.hungUp() >= 1);
    }
  }

  @Test
  void acquire_interruptedWhileItIsConfirmed_isCancelled() throws Exception {
    try (var server = late(30_000);
        var queue = server.queue().margin(SHORT).build()) {
      server.answerWords(FakeBroker.holding(""), FakeBroker.sending(FakeBroker.HEARD));
      Asking asking = Asking.of(queue);
      Await.until(() -> server.words().size() == 1);
      asking.interruptAndJoin();
      Await.until(queue::nothingHeld);
      assertEquals(List.of("GET x", "POST x/cancelled"), server.words());
    }
  }

  private static FakeBroker late(long holdMillis) throws IOException {
    return new FakeBroker(client -> sendLate(client, holdMillis));
  }

  private static void sendLate(FakeBroker.Client client) throws IOException {
    sendLate(client, 30_000);
  }

  /** The first event, and the release: each time as if the broker got the request just now. */
  private static void sendLate(FakeBroker.Client client, long holdMillis) throws IOException {
    client.send(FakeBroker.EVENTS);
    letPass(SHORT.multipliedBy(2));
    client.sendEvent("waiting", "{\"elapsedMillis\":0,\"holdMillis\":30000}");
    client.sendHeld("x", holdMillis, 0);
    client.awaitHangUp();
  }

  private static FakeBroker.Answer holds(String millis) {
    return FakeBroker.sending(
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"holdMillis\":" + millis + "}");
  }

  // Brokers that do otherwise

  @Test
  void acquire_brokerThatDoesNotHold_countsAtItsRelease() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing());
        var queue = server.queue().build()) {
      try (SessionStart start = queue.acquire(0, 1)) {
        start.identified();
        start.answered();
        assertFalse(start.isExpired());
      }
      assertEquals(List.of(), server.words());
      assertTrue(queue.nothingHeld());
    }
  }

  @Test
  void acquire_plain_doesNotAskForAHold() throws Exception {
    try (var server = new FakeBroker(FakeBroker.sending("HTTP/1.1 200 OK~Content-Length: 0~~"));
        var queue = server.queue().protocol(Protocol.PLAIN).build()) {
      queue.acquire(0, 1).close();
      assertTrue(server.requests().getFirst().startsWith("POST /?shard=0&total=1 HTTP/1.1\r\n"));
      assertEquals(List.of(), server.words());
    }
  }

  @Test
  void acquire_holdTimeout_isAskedFor() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing());
        var queue = server.queue().holdTimeout(Duration.ofMillis(90_500)).build()) {
      queue.acquire(0, 1).close();
      assertTrue(server.requests().getFirst().startsWith("POST /?shard=0&total=1&hold=1m30.5s "));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"elapsedMillis":0,"start":"x"}
          {"elapsedMillis":0,"start":"x","holdMillis":-1}
          {"elapsedMillis":0,"start":"","holdMillis":30000}
          {"elapsedMillis":0,"start":"../x?","holdMillis":30000}
          {"start":"x","holdMillis":30000}
          """)
  void acquire_startWithoutProperNameOrTime_joinsAgain(String data) throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.INFO);
        var server =
            new FakeBroker(
                FakeBroker.events(client -> {
                  client.sendEvent("released", data);
                  client.awaitHangUp();
                }),
                FakeBroker.releasing());
        var queue = server.queue().build()) {
      queue.acquire(0, 1).close();
      assertEquals(2, server.requests().size());
      assertEquals(List.of(), server.words());
      if (data.startsWith("{\"elapsedMillis\"")) {
        assertSays("sent a start without a proper name and time", log);
      }
      Await.until(() -> server.hungUp() >= 1);
    }
  }

  private static void assertSays(String reason, CapturedLog log) {
    assertTrue(log.lines().getFirst().contains(reason), () -> "" + log.lines());
  }

  // The end of the queue

  @Test
  void close_wordOnItsWay_isToldFirst() throws Exception {
    var heard = new AtomicBoolean();
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"))) {
      server.answerWords(client -> {
        letPass(SHORT);
        heard.set(true);
        client.send(FakeBroker.HEARD);
      });
      try (var queue = server.queue().build()) {
        queue.request(0, 1);
      }
      assertTrue(heard.get());
      Await.until(() -> server.hungUp() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_startIsHeld_isLostWithItsConnection(boolean ownClient) throws Exception {
    try (var client = HttpClient.newHttpClient();
        var server = new FakeBroker(FakeBroker.holdingStart("x"))) {
      HttpQueue.Builder builder = server.queue();
      HttpQueue queue = (ownClient ? builder : builder.httpClient(client)).build();
      SessionStart start = queue.acquire(0, 1);
      queue.close();
      assertTrue(start.isExpired());
      Await.until(() -> server.hungUp() == 1);
      assertFalse(client.isTerminated());
      start.identified();
      start.close();
      Await.until(queue::nothingHeld);
    }
  }

  /** It does not wait until the hold ends. */
  @Test
  void close_brokerDoesNotAnswerWords_returnsAllTheSame() throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"))) {
      server.answerWords(FakeBroker.holding(""));
      var queue = server.queue().build();
      SessionStart start = queue.acquire(0, 1);
      start.identified();
      Await.until(() -> server.words().size() == 1);
      queue.close();
      assertTrue(queue.nothingHeld());
      Await.until(() -> server.hungUp() == 2);
    }
  }

  /** The pause is an hour; the start was cancelled before it. */
  @Test
  void close_whileItBacksOffAfterALateRelease_throws() throws Exception {
    Duration pause = Duration.ofHours(1);
    try (var server = new FakeBroker(HoldTest::sendLate)) {
      var queue = server.queue().margin(SHORT).backoff(pause, pause).build();
      server.answerWords(holds("0"), FakeBroker.sending(FakeBroker.HEARD));
      Asking asking = Asking.of(queue);
      Await.until(() -> queue.inTrouble() == 1);
      queue.close();
      asking.awaitThrown(GatewayQueueException.class);
    }
  }

  /** Whatever is wrong with the client: what is said of a start does not throw. */
  @Test
  void tell_clientTakesNothing_doesNotThrow() throws Exception {
    var full = new AtomicBoolean();
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"));
        var client =
            HttpClient.newBuilder()
                .executor(task -> {
                  if (full.get()) {
                    throw new RejectedExecutionException("it is full");
                  }
                  Thread.ofVirtual().start(task);
                })
                .build();
        var queue = server.queue().httpClient(client).build()) {
      SessionStart start = queue.acquire(0, 1);
      full.set(true);
      start.identified();
      start.answered();
      full.set(false);
      Await.until(queue::nothingHeld);
    }
  }

  private static void letPass(Duration duration) {
    try {
      Thread.sleep(duration); // the server takes its time on purpose: there is nothing to poll for
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
