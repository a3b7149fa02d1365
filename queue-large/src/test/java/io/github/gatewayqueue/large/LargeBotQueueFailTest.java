package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.NEVER;
import static io.github.gatewayqueue.large.Bot.TOTAL;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Requests that are to fail, rather than wait, when the budget is used up. */
class LargeBotQueueFailTest extends BotTest {
  private final Instant start = Instant.now();

  private LargeBotQueue.Builder failing() {
    return builder().whenExhausted(WhenExhausted.FAIL);
  }

  /** Fails unless the exception tells that the reserve of 1 is left and the day lasts. */
  private void require(SessionStartLimitExceededException thrown, int maxConcurrency) {
    assertEquals(
        "the session starts are used up: 1 of 10,000 session starts left, 1 of them kept in"
            + " reserve; resets in 23 h 59 min",
        thrown.getMessage());
    assertEquals(1, thrown.reserve());
    assertEquals(TOTAL, thrown.limit().total());
    assertEquals(1, thrown.limit().remaining());
    assertEquals(maxConcurrency, thrown.limit().maxConcurrency());
    assertTrue(thrown.limit().resetAfter().compareTo(DAY) <= 0);
    // The clocks of which it is added up may drift apart a little.
    assertFalse(thrown.resetsAt().isBefore(start.plus(DAY).minusMillis(100)));
    assertFalse(thrown.resetsAt().isAfter(Instant.now().plus(DAY).plusMillis(100)));
  }

  @Test
  void request_moreThanTheBudget_theOthersFail() throws InterruptedException {
    Bot bot = bot(failing().initialLimit(limit(26, DAY, 16)));
    int released = 0;
    for (Asking request : bot.joinInAnyOrder(LongStream.range(0, 60))) {
      if (request.thrown() == null) {
        released++;
      } else {
        require(request.awaitThrown(SessionStartLimitExceededException.class), 16);
      }
    }
    assertEquals(25, released);
    assertEquals(0, bot.queue.waiting());
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
    assertEquals(0, source.calls());
  }

  private void requireAllFail(Bot bot, List<Asking> requests) throws InterruptedException {
    for (Asking request : requests) {
      require(request.awaitThrown(SessionStartLimitExceededException.class), 16);
    }
    assertEquals(0, bot.queue.waiting());
  }

  @Test
  void request_lastStartUsed_everyoneInEveryBucketFailsAtOnce() throws InterruptedException {
    Bot bot = bot(failing().interval(NEVER).initialLimit(limit(4, DAY, 16)));
    bot.queue.request(0, 64);
    bot.queue.request(1, 64);
    List<Asking> requests = bot.join(LongStream.of(16, 32, 17, 48, 33));
    assertEquals(5, bot.queue.waiting()); // all for their spacing
    bot.queue.request(2, 64);
    requireAllFail(bot, requests);
  }

  @Test
  void request_exhausted_everyArrivalFails() {
    LargeBotQueue queue = failing().initialLimit(limit(1, DAY, 3)).build();
    for (long id = 0; id < 9; id++) {
      long shard = id;
      var thrown =
          assertThrows(SessionStartLimitExceededException.class, () -> queue.request(shard, 9));
      require(thrown, 3);
    }
    assertEquals(0, queue.waiting());
  }

  @Test
  void request_interruptedOnEntryWhileExhausted_throwsThat() {
    LargeBotQueue queue = failing().initialLimit(limit(1, DAY, 3)).build();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> queue.request(0, 1));
    assertFalse(Thread.interrupted());
  }

  @Test
  void update_exhausted_everyoneFails() throws InterruptedException {
    Bot bot = bot(failing().interval(NEVER).initialLimit(limit(500, DAY, 4)));
    bot.queue.request(0, 64);
    bot.queue.request(1, 64);
    List<Asking> requests = bot.join(LongStream.of(4, 8, 5, 9));
    bot.queue.update(limit(1, DAY, 2)); // whatever it has counted, no start is left
    for (Asking request : requests) {
      SessionStartLimitExceededException thrown =
          request.awaitThrown(SessionStartLimitExceededException.class);
      assertEquals(2, thrown.limit().maxConcurrency());
    }
    assertEquals(0, bot.queue.waiting());
  }

  @Test
  void update_budgetLeft_requestsAreReleasedAgain() throws InterruptedException {
    LargeBotQueue queue = failing().initialLimit(limit(1, DAY, 4)).build();
    assertThrows(SessionStartLimitExceededException.class, () -> queue.request(0, 1));
    queue.update(limit(2, DAY, 4));
    queue.request(0, 1);
    assertEquals(1, queue.limit().orElseThrow().remaining());
  }

  @Test
  void request_unknownLimit_waitsAndFailsWhenItIsReadAndExhausted() throws InterruptedException {
    Bot bot = bot(failing());
    List<Asking> requests = bot.join(LongStream.range(0, 20));
    source.awaitCalls(1);
    assertEquals(20, bot.queue.waiting());
    source.answer(limit(1, DAY, 16));
    requireAllFail(bot, requests);
    assertEquals(1, source.calls());
  }

  @Test
  void request_resetHasPassed_waitsForTheReading() throws InterruptedException {
    Bot bot = bot(failing().initialLimit(limit(1, Duration.ofMillis(1), 16)));
    Await.until(() -> bot.queue.limit().orElseThrow().resetAfter().isZero());
    List<Asking> requests = bot.join(LongStream.range(0, 20));
    source.awaitCalls(1);
    assertEquals(20, bot.queue.waiting());
    source.answer(limit(500, DAY, 16));
    Asking.awaitReturns(requests);
  }

  @Test
  void request_resetAfterZeroAndNothingLeft_waits() throws InterruptedException {
    Bot bot = bot(failing().initialLimit(limit(1, Duration.ZERO, 16)));
    Asking request = bot.join(0);
    source.awaitCalls(1);
    assertEquals(1, bot.queue.waiting());
    source.answer(limit(500, DAY, 16));
    request.awaitReturn();
  }

  @Test
  void request_onlyUncountedStartsExhaustIt_waits() throws InterruptedException {
    Bot bot = bot(failing().initialLimit(limit(500, DAY, 16)));
    long startNanos = System.nanoTime();
    for (long id = 0; id < 4; id++) {
      bot.queue.request(id, 64);
    }
    bot.queue.update(limit(5, DAY, 16));
    Asking request = bot.join(5);
    int waiting = bot.queue.waiting();
    assumeWithin(RECENT, startNanos); // or they would be counted
    assertEquals(1, waiting);
    bot.queue.update(limit(6, DAY, 16));
    request.awaitReturn();
  }
}
