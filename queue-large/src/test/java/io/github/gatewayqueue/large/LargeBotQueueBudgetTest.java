package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.NEVER;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** 16 buckets and one budget, while requests wait when it is used up. */
class LargeBotQueueBudgetTest extends BotTest {
  private static final int USABLE = 25;
  private static final int SHARDS = 60;

  /** Requests that are charged but not yet subtracted count, so the number is never too small. */
  private final List<Integer> waitingAtReadings = Collections.synchronizedList(new ArrayList<>());

  private void answer(Bot bot, SessionStartLimit limit) {
    source.answer(() -> {
      waitingAtReadings.add(bot.queue.waiting());
      return limit;
    });
  }

  private void fail(Bot bot) {
    source.answer(() -> {
      waitingAtReadings.add(bot.queue.waiting());
      throw new IOException("down");
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5})
  void request_moreThanTheBudget_releasesJustThat(int reserve) throws InterruptedException {
    Bot bot = bot(builder().reserve(reserve).initialLimit(limit(USABLE + reserve, DAY, 16)));
    bot.joinInAnyOrder(LongStream.range(0, SHARDS));
    Await.until(() -> bot.ended() == USABLE);
    bot.queue.update(bot.queue.limit().orElseThrow()); // has every head look again
    assertEquals(SHARDS - USABLE, bot.queue.waiting());
    assertEquals(USABLE, bot.interruptAll());
    assertEquals(0, source.calls());
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 2", "5, 0"})
  void request_resetsUnderWay_neverMoreThanTheBudgetOfEachAndNoneLost(int reserve, int failures)
      throws InterruptedException {
    Duration resetAfter = Duration.ofMillis(300);
    Bot bot = bot(builder().interval(Duration.ofMillis(1)).reserve(reserve));
    List<Asking> requests = bot.joinInAnyOrder(LongStream.range(0, SHARDS));
    answer(bot, limit(USABLE + reserve, resetAfter, 16));
    for (int i = 0; i < failures; i++) {
      fail(bot);
    }
    for (int i = 0; i < SHARDS; i++) { // as many as ever could be needed
      answer(bot, limit(USABLE + reserve, resetAfter, 16));
    }
    Asking.awaitReturns(requests);
    assertEquals(0, bot.queue.waiting());
    waitingAtReadings.add(0);
    assertEquals(SHARDS, waitingAtReadings.getFirst());
    for (int i = 1; i < waitingAtReadings.size(); i++) {
      int released = SHARDS - waitingAtReadings.get(i);
      int windows = Math.max(1, i - failures); // readings that went well, the first among them
      assertTrue(released <= windows * USABLE, () -> "waiting " + waitingAtReadings);
    }
  }

  @Test
  void request_exhausted_nobodyGoesBeforeTheReset(@TempDir Path folder) throws Exception {
    Duration resetAfter = Duration.ofMillis(300);
    long start = System.nanoTime();
    source.answer(limit(500, DAY, 16));
    try (Releases recorded = Releases.record()) {
      Bot bot = bot(builder().initialLimit(limit(USABLE + 1, resetAfter, 16)));
      Asking.awaitReturns(bot.joinInAnyOrder(LongStream.range(0, SHARDS)));
      var releases = recorded.stop(folder);
      assertEquals(SHARDS, releases.size());
      long early =
          releases.stream()
              .filter(release -> release.nanos() - start < resetAfter.toNanos())
              .count();
      assertTrue(early <= USABLE, () -> early + " before the reset");
      long lateNanos = releases.get(USABLE).nanos();
      assertTrue(lateNanos - start >= resetAfter.toNanos());
      assertTrue(source.askedNanos().getFirst() - start >= resetAfter.toNanos());
    }
    assertEquals(1, source.calls());
  }

  @Test
  void request_cancelledWaiters_areNotCharged() throws InterruptedException {
    Bot bot = bot(builder());
    List<Asking> requests = bot.joinInAnyOrder(LongStream.range(0, SHARDS));
    List<Asking> shuffled = new ArrayList<>(requests);
    Collections.shuffle(shuffled);
    for (Asking request : shuffled.subList(USABLE, SHARDS)) {
      request.interrupt();
      request.awaitInterruptedException();
    }
    source.answer(limit(USABLE + 1, DAY, 16));
    Asking.awaitReturns(shuffled.subList(0, USABLE));
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
  }

  @Test
  void request_cancelledWhileExhausted_areNotChargedToTheNextWindow() throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(1, DAY, 16)));
    List<Asking> requests = bot.joinInAnyOrder(LongStream.range(0, SHARDS));
    for (Asking request : requests.subList(0, SHARDS - USABLE)) {
      request.interrupt();
      request.awaitInterruptedException();
    }
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
    bot.queue.update(limit(USABLE + 1, DAY, 16));
    Asking.awaitReturns(requests.subList(SHARDS - USABLE, SHARDS));
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
  }

  @Test
  void request_cancelledWhileItWaitsForItsSpacing_isNotCharged() throws InterruptedException {
    Bot bot = bot(builder().interval(NEVER).initialLimit(limit(3, DAY, 16)));
    bot.queue.request(0, SHARDS);
    Asking cancelled = bot.join(16);
    cancelled.interrupt();
    cancelled.awaitInterruptedException();
    bot.queue.request(1, SHARDS);
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
  }

  @Test
  void request_resetWithBudgetLeft_isReadAgainBeforeTheNextRelease() throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(500, Duration.ofMillis(1), 16)));
    Await.until(() -> bot.queue.limit().orElseThrow().resetAfter().isZero());
    assertEquals(
        500, bot.queue.limit().orElseThrow().remaining()); // those of the window that has ended
    bot.joinInAnyOrder(LongStream.range(0, SHARDS));
    source.awaitCalls(1);
    assertEquals(SHARDS, bot.queue.waiting());
    source.answer(limit(USABLE + 1, DAY, 16));
    Await.until(() -> bot.ended() == USABLE);
    assertEquals(SHARDS - USABLE, bot.queue.waiting());
    assertEquals(USABLE, bot.interruptAll());
    assertEquals(1, source.calls());
  }

  @Test
  void request_releasedBeforeTheReset_isNotTakenOffTheNextReading() throws InterruptedException {
    long start = System.nanoTime();
    Bot bot = bot(builder().initialLimit(limit(500, Duration.ofSeconds(1), 16)));
    for (long id = 0; id < 7; id++) {
      bot.join(id).awaitReturn();
    }
    assumeWithin(Duration.ofMillis(900), start); // or they may be of the next window
    assertEquals(0, source.calls());
    Await.until(() -> bot.queue.limit().orElseThrow().resetAfter().isZero());
    assertEquals(493, bot.queue.limit().orElseThrow().remaining());
    source.answer(limit(500, DAY, 16));
    bot.join(7).awaitReturn();
    assertEquals(499, bot.queue.limit().orElseThrow().remaining());
  }

  @Test
  void request_onlyUncountedStartsExhaustIt_isReadAgainBeforeTheReset()
      throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(500, DAY, 16)));
    long start = System.nanoTime();
    for (long id = 0; id < 4; id++) {
      bot.queue.request(id, SHARDS);
    }
    bot.queue.update(limit(5, DAY, 16)); // 1 if none of the four is counted in it
    Instant now = Instant.now();
    int remaining = bot.queue.limit().orElseThrow().remaining();
    assumeWithin(RECENT, start); // or they would be counted
    assertEquals(1, remaining);
    for (QueueSnapshot.Bucket bucket : bot.queue.snapshot().buckets()) {
      Instant next = Objects.requireNonNull(bucket.nextRelease());
      assertTrue(next.isAfter(now.plusSeconds(9)), next::toString);
      assertTrue(next.isBefore(now.plus(NEVER)), next::toString);
    }
    bot.join(5);
    assertEquals(0, bot.interruptAll());
  }

  @Test
  void request_limitReadWhileReleasesAreInFlight_neverMoreThanWasLeft()
      throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(1, DAY, 16)));
    bot.joinInAnyOrder(LongStream.range(0, SHARDS));
    long start = System.nanoTime();
    for (int i = 0; i < 50; i++) {
      bot.queue.update(limit(USABLE + 1, DAY, 16)); // as if Discord were slow to count
    }
    Await.until(() -> bot.ended() >= USABLE);
    bot.queue.update(limit(USABLE + 1, DAY, 16));
    int released = bot.interruptAll();
    assumeWithin(RECENT, start); // or they would be counted
    assertEquals(USABLE, released);
  }

  @Test
  void request_resetAfterZeroAndBudgetLeft_isUsedWithoutAReading() throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(USABLE + 1, Duration.ZERO, 16)));
    long start = System.nanoTime();
    bot.joinInAnyOrder(LongStream.range(0, SHARDS));
    Await.until(() -> bot.ended() == USABLE);
    int calls = source.calls();
    int released = bot.interruptAll();
    assumeWithin(Duration.ofSeconds(60), start); // or the reading would be too old
    assertEquals(0, calls);
    assertEquals(USABLE, released);
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
    assertEquals(Duration.ZERO, bot.queue.limit().orElseThrow().resetAfter());
  }

  @Test
  void request_resetAfterZeroAndNothingLeft_isReadAgainAfterABackoff() throws InterruptedException {
    long start = System.nanoTime();
    Bot bot = bot(builder().initialLimit(limit(1, Duration.ZERO, 16)));
    List<Asking> requests = bot.joinInAnyOrder(LongStream.range(0, SHARDS));
    source.answer(limit(1, Duration.ZERO, 16)); // the same again
    source.awaitCalls(2);
    assertEquals(SHARDS, bot.queue.waiting());
    source.answer(limit(500, DAY, 16));
    Asking.awaitReturns(requests);
    List<Long> asked = source.askedNanos();
    assertEquals(2, asked.size());
    assertTrue(asked.get(0) - start >= BACKOFF.dividedBy(2).toNanos());
    assertTrue(asked.get(1) - asked.get(0) >= BACKOFF.toNanos());
  }

  @Test
  void request_laterReadingHasNoMoreThanTheReserve_allButOneOfItAreHeldBack()
      throws InterruptedException {
    Bot bot = bot(builder().reserve(50));
    bot.joinInAnyOrder(LongStream.range(0, 8));
    source.answer(new SessionStartLimit(20, 20, DAY, 4));
    Await.until(() -> bot.ended() == 1);
    assertEquals(1, bot.interruptAll());
    assertEquals(19, bot.queue.limit().orElseThrow().remaining());
  }

  @Test
  void request_reserveZero_usesTheLastStart() throws InterruptedException {
    Bot bot = bot(builder().reserve(0).initialLimit(limit(1, DAY, 16)));
    bot.queue.request(0, SHARDS);
    assertEquals(0, bot.queue.limit().orElseThrow().remaining());
    Asking next = bot.join(1);
    assertEquals(1, bot.queue.waiting());
    next.interrupt();
    next.awaitInterruptedException();
  }
}
