package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.NEVER;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sources that hang, fail, refuse or talk nonsense. */
class LargeBotQueueSourceTest extends BotTest {

  @Test
  void request_unknownLimit_oneReadingForAllOnADaemonThread() throws InterruptedException {
    Bot bot = bot(builder());
    List<Asking> requests = bot.joinInAnyOrder(LongStream.range(0, 60));
    source.awaitCalls(1);
    assertEquals(60, bot.queue.waiting());
    source.answer(limit(500, DAY, 16));
    Asking.awaitReturns(requests);
    assertEquals(1, source.calls());
    Thread reader = source.readers().getFirst();
    assertFalse(reader.isVirtual());
    assertTrue(reader.isDaemon());
    assertEquals(440, bot.queue.limit().orElseThrow().remaining());
    assertEquals(16, bot.queue.snapshot().buckets().size());
  }

  @Test
  void request_badShardWhileTheLimitIsUnknown_hasNothingRead() {
    LargeBotQueue queue = builder().build();
    assertThrows(IllegalArgumentException.class, () -> queue.request(2, 2));
    assertEquals(0, source.calls());
  }

  @Test
  void source_hangs_nobodyIsKeptFromAnything() throws InterruptedException {
    Bot bot = bot(builder());
    List<Asking> requests = bot.join(LongStream.range(0, 8));
    source.awaitCalls(1);
    for (Asking interrupted : List.of(requests.get(0), requests.get(3), requests.get(7))) {
      interrupted.interrupt();
      interrupted.awaitInterruptedException();
    }
    assertEquals(5, bot.queue.waiting());
    bot.join(8);
    assertEquals(6, bot.queue.waiting());
    assertEquals(Optional.empty(), bot.queue.limit());
    assertEquals(6, bot.queue.snapshot().buckets().getFirst().waiting());
    assertEquals(
        "LargeBotQueue[interval=PT0.000000001S, reserve=1, waiting=6, limit=null]",
        bot.queue.toString());
    bot.queue.update(limit(1, DAY, 4));
    assertEquals(6, bot.queue.waiting());
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
    assertEquals(6, bot.queue.snapshot().buckets().stream().mapToInt(b -> b.waiting()).sum());
    assertEquals(1, source.calls());
  }

  @Test
  void source_hangsAndUpdateMeanwhile_headsGoAndTheLateReadingIsThrownAway()
      throws InterruptedException {
    Bot bot = bot(builder());
    List<Asking> requests = bot.join(LongStream.range(0, 60));
    source.awaitCalls(1);
    bot.queue.update(limit(500, DAY, 16));
    Asking.awaitReturns(requests);
    source.answer(limit(9_000, Duration.ofHours(3), 7));
    source.awaitReaders();
    SessionStartLimit limit = bot.queue.limit().orElseThrow();
    assertEquals(440, limit.remaining());
    assertEquals(16, limit.maxConcurrency());
    assertTrue(limit.resetAfter().compareTo(Duration.ofHours(3)) > 0);
    assertEquals(16, bot.queue.snapshot().buckets().size());
    assertEquals(1, source.calls());
  }

  static Stream<Throwable> lateFailures() {
    return Stream.of(new GatewayQueueException("the token is refused"), new IOException("down"));
  }

  @ParameterizedTest
  @MethodSource("lateFailures")
  void source_failsAfterAnUpdate_concernsNobody(Throwable failure) throws InterruptedException {
    Bot bot = bot(builder());
    List<Asking> requests = bot.join(LongStream.range(0, 8));
    source.awaitCalls(1);
    bot.queue.update(limit(1, DAY, 16));
    source.fail(failure);
    source.awaitReaders();
    assertEquals(8, bot.queue.waiting());
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
    bot.queue.update(limit(500, DAY, 16));
    Asking.awaitReturns(requests);
    assertEquals(1, source.calls());
  }

  @Test
  void source_hangsAndTheUpdateRunsOut_isNotCalledTwiceAtOnce() throws InterruptedException {
    Bot bot = bot(builder());
    bot.join(0);
    source.awaitCalls(1);
    bot.queue.update(limit(1, Duration.ofMillis(1), 16));
    Await.until(() -> bot.queue.limit().orElseThrow().resetAfter().isZero());
    List<Asking> requests = bot.join(LongStream.range(1, 20));
    assertEquals(20, bot.queue.waiting());
    assertEquals(1, source.calls());
    source.answer(limit(9_000, DAY, 7)); // late, and the limit must be read again
    source.awaitCalls(2);
    assertEquals(20, bot.queue.waiting());
    assertEquals(16, bot.queue.limit().orElseThrow().maxConcurrency());
    source.answer(limit(500, DAY, 8));
    Asking.awaitReturns(requests);
    assertEquals(8, bot.queue.limit().orElseThrow().maxConcurrency());
    assertEquals(2, source.calls());
  }

  static Stream<SessionStartLimitSource> failures() {
    return Stream.of(
        ScriptedSource.failing(new IOException("down")),
        ScriptedSource.failing(new InterruptedException()),
        ScriptedSource.failing(new IllegalStateException("a mistake")),
        ScriptedSource.failing(new AssertionError("a worse mistake")),
        ScriptedSource.failing(new OutOfMemoryError("not really")),
        LargeBotQueueSourceTest::nothing,
        () -> limit(500, DAY, 65_537));
  }

  @SuppressWarnings("NullAway") // sources without a null checker do this
  private static SessionStartLimit nothing() {
    return null;
  }

  @ParameterizedTest
  @MethodSource("failures")
  void source_failsUnexpectedly_requestsWaitAndItIsAskedAgain(SessionStartLimitSource failure)
      throws InterruptedException {
    Bot bot = bot(builder());
    List<Asking> requests = bot.join(LongStream.range(0, 8));
    source.answer(failure);
    source.awaitReaders();
    assertEquals(8, bot.queue.waiting());
    source.awaitCalls(2);
    assertEquals(8, bot.queue.waiting());
    source.answer(limit(500, DAY, 16));
    Asking.awaitReturns(requests);
    List<Long> asked = source.askedNanos();
    assertEquals(2, asked.size());
    assertTrue(asked.get(1) - asked.get(0) >= BACKOFF.dividedBy(2).toNanos());
  }

  @Test
  void source_failsAgain_backsOffTwiceAsLong() throws InterruptedException {
    Bot bot = bot(builder().minBackoff(Budget.MIN_BACKOFF)); // the true one
    Asking request = bot.join(0);
    source.fail(new IOException("down"));
    source.fail(new IOException("still down"));
    source.answer(limit(500, DAY, 16));
    request.awaitReturn();
    List<Long> asked = source.askedNanos();
    assertEquals(3, asked.size());
    assertTrue(asked.get(1) - asked.get(0) >= Duration.ofMillis(500).toNanos());
    assertTrue(asked.get(2) - asked.get(1) >= Duration.ofSeconds(1).toNanos());
  }

  @Test
  void source_saysForHowLong_isNotAskedBefore() throws InterruptedException {
    Bot bot = bot(builder());
    Asking request = bot.join(0);
    Duration wait = BACKOFF.multipliedBy(5);
    source.fail(new SessionStartLimitUnavailableException("rate limited", wait));
    source.answer(limit(500, DAY, 16));
    request.awaitReturn();
    List<Long> asked = source.askedNanos();
    assertEquals(2, asked.size());
    assertTrue(asked.get(1) - asked.get(0) >= wait.toNanos());
  }

  @Test
  void source_failsAndNobodyWaits_isNotAskedAgainBeforeSomebodyDoes() throws InterruptedException {
    Bot bot = bot(builder());
    Asking request = bot.join(0);
    source.awaitCalls(1);
    request.interrupt();
    request.awaitInterruptedException();
    source.fail(new IOException("down"));
    source.awaitReaders();
    Asking next = bot.join(1);
    source.answer(limit(500, DAY, 16));
    next.awaitReturn();
    assertEquals(2, source.calls());
  }

  @Test
  void source_refuses_everyoneInEveryBucketFailsAndTheNextRequestAsksAnew()
      throws InterruptedException {
    Bot bot = bot(builder().interval(NEVER).initialLimit(limit(500, Duration.ofSeconds(1), 4)));
    List<Asking> spaced = new ArrayList<>();
    for (long id = 0; id < 2; id++) {
      bot.join(id); // is released, so that those behind it wait for their spacing
      spaced.add(bot.join(4 + id));
      spaced.add(bot.join(8 + id));
    }
    Await.until(() -> bot.queue.limit().orElseThrow().resetAfter().isZero());
    List<Asking> due = bot.join(LongStream.of(2, 6, 3));
    source.awaitCalls(1);
    GatewayQueueException refusal = new GatewayQueueException("the token is refused");
    source.fail(refusal);
    for (Asking request : Stream.concat(spaced.stream(), due.stream()).toList()) {
      GatewayQueueException thrown = request.awaitThrown(GatewayQueueException.class);
      assertEquals("the token is refused", thrown.getMessage());
      assertSame(refusal, thrown.getCause());
      assertNotSame(refusal, thrown); // each has the stack trace of its own request
    }
    assertEquals(0, bot.queue.waiting());

    Asking next = bot.join(2);
    source.awaitCalls(2);
    assertEquals(1, bot.queue.waiting());
    source.answer(limit(500, DAY, 4));
    next.awaitReturn();
    // Those that were released just before the reset may be of the new window, and are taken off.
    assertTrue(bot.queue.limit().orElseThrow().remaining() <= 499);
  }

  @Test
  void source_refusesAfterFailures_theNextRequestAsksAtOnce() throws InterruptedException {
    Bot bot = bot(builder());
    Asking request = bot.join(0);
    source.fail(new IOException("down"));
    source.fail(new GatewayQueueException("the token is refused"));
    request.awaitThrown(GatewayQueueException.class);
    source.awaitReaders();
    bot.join(1);
    source.awaitCalls(3);
    assertEquals(1, bot.queue.waiting());
  }

  @Test
  void source_alwaysAnswersTheSame_refillsTheBudgetAtEachReset() throws InterruptedException {
    Bot bot =
        bot(
            LargeBotQueue.builder(() -> limit(6, Duration.ofMillis(50), 16))
                .interval(Bot.AT_ONCE)
                .noPredecessor());
    Asking.awaitReturns(bot.joinInAnyOrder(LongStream.range(0, 20)));
    assertEquals(0, bot.queue.waiting());
  }

  @Test
  void source_usesTheQueueItself_nothingIsLocked() throws InterruptedException {
    Bot bot = bot(builder());
    List<Asking> requests = bot.join(LongStream.range(0, 8));
    source.awaitCalls(1);
    source.answer(() -> {
      bot.queue.update(limit(1, DAY, 4));
      bot.queue.snapshot();
      return limit(500, DAY, bot.queue.limit().orElseThrow().maxConcurrency());
    });
    source.awaitReaders();
    assertEquals(
        1, bot.queue.limit().orElseThrow().remaining()); // as the update was later than the asking
    assertEquals(8, bot.queue.waiting());
    bot.queue.update(limit(500, DAY, 4));
    Asking.awaitReturns(requests);
  }

  @Test
  void readLimitIfUnknown_unknownLimit_isReadOnceWithoutARequest() throws InterruptedException {
    Bot bot = bot(builder());
    bot.queue.readLimitIfUnknown();
    bot.queue.readLimitIfUnknown();
    source.awaitCalls(1);
    source.answer(limit(500, DAY, 16));
    source.awaitReaders();
    assertEquals(500, bot.queue.limit().orElseThrow().remaining());
    bot.queue.readLimitIfUnknown();
    source.awaitReaders();
    assertEquals(1, source.calls());
  }

  @Test
  void readLimitIfUnknown_lastReadingFailed_waitsForItsBackoff() throws InterruptedException {
    Bot bot = bot(builder().minBackoff(NEVER));
    bot.queue.readLimitIfUnknown();
    source.fail(new IOException("down"));
    source.awaitReaders();
    bot.queue.readLimitIfUnknown();
    bot.join(0); // nor does a request
    assertEquals(1, bot.queue.waiting());
    assertEquals(1, source.calls());
  }

  @Test
  void readLimitIfUnknown_backoffIsOver_isReadAgain() throws InterruptedException {
    Bot bot = bot(builder());
    bot.queue.readLimitIfUnknown();
    source.fail(new IOException("down"));
    source.awaitReaders();
    Await.until(() -> {
      bot.queue.readLimitIfUnknown();
      return source.calls() == 2;
    });
    long betweenNanos = source.askedNanos().get(1) - source.askedNanos().get(0);
    assertTrue(betweenNanos >= BACKOFF.dividedBy(2).toNanos(), "after " + betweenNanos + " ns");
    source.answer(limit(500, DAY, 16));
    source.awaitReaders();
    assertEquals(500, bot.queue.limit().orElseThrow().remaining());
  }
}
