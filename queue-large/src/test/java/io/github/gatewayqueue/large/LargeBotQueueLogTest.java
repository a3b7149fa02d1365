package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.NEVER;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import io.github.gatewayqueue.testsupport.Asking;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator reads in the log, and that its failures do no harm. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // only if somebody is lost
class LargeBotQueueLogTest extends LoggedBotTest {
  @AfterEach
  void requireWarningsOnly() throws InterruptedException {
    List<String> lines = lines();
    assertTrue(lines.stream().allMatch(line -> line.startsWith("WARNING: ")), () -> "" + lines);
  }

  /** But for how low the budget is and what others used, which depends on the numbers. */
  @Override
  List<String> lines() throws InterruptedException {
    return super.lines().stream()
        .filter(line -> !line.contains("run low") && !line.contains("used elsewhere"))
        .toList();
  }

  /** Fails unless there is one line, which begins so. */
  private void requireOneLine(String start) throws InterruptedException {
    List<String> lines = lines();
    assertEquals(1, lines.size(), () -> "lines " + lines);
    String line = lines.getFirst();
    assertTrue(line.startsWith("WARNING: " + start), line);
  }

  private static final String EXHAUSTED =
      "the session starts are used up: 1 of 10,000 session starts left, 1 of them kept in"
          + " reserve; resets in 23 h 59 min";

  @Test
  void request_lastStart_oneLineHoweverManyWait() throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(3, DAY, 16)));
    bot.join(0).awaitReturn();
    assertEquals(List.of(), lines());
    bot.join(1).awaitReturn();
    bot.join(2);
    bot.join(3);
    assertEquals(2, bot.interruptAll());
    requireOneLine(EXHAUSTED);
  }

  @Test
  void build_exhaustedFromTheStart_oneLine() throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(1, DAY, 16)));
    bot.join(0);
    bot.join(1);
    requireOneLine(EXHAUSTED);
  }

  @Test
  void request_failsAsExhausted_oneLineHoweverManyFail() throws InterruptedException {
    LargeBotQueue queue =
        builder().whenExhausted(WhenExhausted.FAIL).initialLimit(limit(1, DAY, 16)).build();
    for (int i = 0; i < 3; i++) {
      assertThrows(SessionStartLimitExceededException.class, () -> queue.request(0, 1));
    }
    requireOneLine(EXHAUSTED);
  }

  @Test
  void update_exhausted_oneLineForAsLongAsItLasts() throws InterruptedException {
    LargeBotQueue queue = builder().initialLimit(limit(500, DAY, 16)).build();
    queue.update(limit(1, DAY, 16));
    requireOneLine(EXHAUSTED);
    queue.update(limit(1, DAY, 16));
    requireOneLine(EXHAUSTED);
    queue.update(limit(2, DAY, 16));
    requireOneLine(EXHAUSTED);
    queue.update(limit(1, DAY, 16));
    assertEquals(2, lines().size());
  }

  @Test
  void reading_exhausted_oneLine() throws InterruptedException {
    Bot bot = bot(builder());
    bot.join(0);
    source.answer(limit(1, DAY, 16));
    source.awaitCalls(1);
    source.awaitReaders();
    requireOneLine(EXHAUSTED);
  }

  @Test
  void reading_fails_oneLineWithTheReason() throws InterruptedException {
    Bot bot = bot(builder());
    bot.join(0);
    source.fail(new IOException("connection refused"));
    source.awaitCalls(1);
    source.awaitReaders();
    requireOneLine(
        "could not read the session start limit, trying again: java.io.IOException: connection"
            + " refused");
  }

  @Test
  void reading_refused_oneLineWithTheReason() throws InterruptedException {
    Bot bot = bot(builder());
    Asking request = bot.join(0);
    source.fail(new GatewayQueueException("the token is refused"));
    request.awaitThrown(GatewayQueueException.class);
    source.awaitReaders();
    requireOneLine(
        "the session start limit cannot be read, requests fail:"
            + " io.github.gatewayqueue.GatewayQueueException: the token is refused");
  }

  @Test
  void update_totalBelowTheReserve_oneLine() throws InterruptedException {
    LargeBotQueue queue = builder().reserve(50).build();
    queue.update(new SessionStartLimit(20, 20, DAY, 1));
    requireOneLine("the reserve of 50 leaves nothing of the total of 20, and is lowered");
  }

  @Test
  void reading_totalBelowTheReserve_oneLine() throws InterruptedException {
    Bot bot = bot(builder().reserve(50));
    Asking request = bot.join(0);
    source.answer(new SessionStartLimit(20, 20, DAY, 1));
    request.awaitReturn();
    source.awaitReaders();
    String told =
        "WARNING: the reserve of 50 leaves nothing of the total of 20, and is lowered to one less";
    assertEquals(1, Collections.frequency(lines(), told));
  }

  private Bot botWithoutLog() {
    log.failWith(new IllegalStateException("the disk is full"));
    return bot(builder());
  }

  private void requireReleasedAndOneLine(Asking request) throws InterruptedException {
    source.answer(limit(500, DAY, 16));
    request.awaitReturn();
    source.awaitReaders();
    assertEquals(1, lines().size());
  }

  @Test
  void reading_failsAndSoDoesTheLog_isTriedAgain() throws InterruptedException {
    Asking request = botWithoutLog().join(0);
    source.fail(new IOException("connection refused"));
    source.awaitCalls(2);
    requireReleasedAndOneLine(request);
  }

  @Test
  void reading_refusedAndTheLogFails_requestsFailAndTheNextAsksAnew() throws InterruptedException {
    Bot bot = botWithoutLog();
    Asking request = bot.join(0);
    source.fail(new GatewayQueueException("the token is refused"));
    request.awaitThrown(GatewayQueueException.class);
    Asking next = bot.join(1);
    requireReleasedAndOneLine(next);
  }

  @Test
  void reading_totalBelowTheReserveAndTheLogFails_isTaken() throws InterruptedException {
    log.failWith(new IllegalStateException("the disk is full"));
    Bot bot = bot(builder().reserve(50));
    Asking request = bot.join(0);
    source.answer(new SessionStartLimit(20, 20, DAY, 1));
    request.awaitReturn();
    assertEquals(1, source.calls());
  }

  @Test
  void reading_failsWithAnExceptionThatCanNotBeTold_isTriedAgain() throws InterruptedException {
    Bot bot = bot(builder());
    Asking request = bot.join(0);
    source.fail(
        new IOException() {
          @Override
          public String getMessage() {
            throw new IllegalStateException("no message");
          }
        });
    source.awaitCalls(2);
    source.answer(limit(500, DAY, 16));
    request.awaitReturn();
  }

  @Test
  void reading_refusedWithAnExceptionThatCanNotBeTold_requestsFailAndTheNextAsksAnew()
      throws InterruptedException {
    Bot bot = bot(builder());
    Asking request = bot.join(0);
    source.fail(
        new GatewayQueueException("") {
          @Override
          public String getMessage() {
            throw new IllegalStateException("no message");
          }
        });
    request.awaitThrown(GatewayQueueException.class);
    Asking next = bot.join(1);
    source.answer(limit(500, DAY, 16));
    next.awaitReturn();
  }

  @Test
  void update_exhaustedAndTheLogFails_returns() throws InterruptedException {
    LargeBotQueue queue = builder().initialLimit(limit(500, DAY, 16)).build();
    log.failWith(new IllegalStateException("the disk is full"));
    queue.update(limit(1, DAY, 4));
    requireOneLine(EXHAUSTED);
    assertEquals(4, queue.limit().orElseThrow().maxConcurrency());
  }

  @ParameterizedTest
  @EnumSource
  void request_lastStartAndTheLogFails_isReleased(WhenExhausted whenExhausted)
      throws InterruptedException {
    LargeBotQueue queue =
        builder().whenExhausted(whenExhausted).initialLimit(limit(2, DAY, 16)).build();
    log.failWith(new IllegalStateException("the disk is full"));
    queue.request(0, 1);
    requireOneLine(EXHAUSTED);
    assertEquals(1, queue.limit().orElseThrow().remaining());
  }

  @Test
  void request_lastStartAndTheLogFailsWithAnError_isReleased() throws InterruptedException {
    LargeBotQueue queue = builder().initialLimit(limit(2, DAY, 16)).build();
    log.failWith(new NoClassDefFoundError("org/example/Layout"));
    queue.request(0, 1);
    requireOneLine(EXHAUSTED);
  }

  @Test
  void request_lastStartAndTheLogFails_whoWaitsForItsSpacingFails() throws InterruptedException {
    LargeBotQueue.Builder builder = builder().interval(NEVER).whenExhausted(WhenExhausted.FAIL);
    Bot bot = bot(builder.initialLimit(limit(3, DAY, 16)));
    bot.join(0).awaitReturn();
    List<Asking> requests = bot.join(LongStream.of(16, 32));
    log.failWith(new IllegalStateException("the disk is full"));
    bot.join(1).awaitReturn();
    for (Asking request : requests) {
      request.awaitThrown(SessionStartLimitExceededException.class);
    }
    assertEquals(0, bot.queue.waiting());
  }
}
