package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.NEVER;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.local.engine.BackgroundLogger;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Starts that are held, and the budget that they are charged to. */
class LargeBotQueueHoldTest extends BotTest {

  /** A connection that fails before IDENTIFY, again and again. */
  @Test
  void acquire_cancelledFiftyTimes_costsNothingAndTheNextGoesAtOnce() throws Exception {
    LargeBotQueue queue = builder().interval(NEVER).initialLimit(limit(500, DAY, 16)).build();
    for (int i = 0; i < 50; i++) {
      try (SessionStart start = queue.acquire(7, 16)) {
        assertEquals(499, queue.limit().orElseThrow().remaining());
        start.cancel();
      }
    }
    assertEquals(500, queue.limit().orElseThrow().remaining());
    queue.request(7, 16);
    assertEquals(499, queue.limit().orElseThrow().remaining());
  }

  @Test
  void cancel_budgetWasUsedUp_wakesWhoeverWaitsForItInAnotherBucket() throws Exception {
    Bot bot = bot(builder().interval(NEVER).reserve(1).initialLimit(limit(2, DAY, 4)));
    SessionStart start = bot.queue.acquire(0, 4);
    Asking other = bot.join(1);
    assertFalse(other.ended());
    start.cancel();
    other.awaitReturn();
    assertEquals(1, bot.queue.limit().orElseThrow().remaining());
  }

  /** The operator is told of each time that the starts are used up. */
  @Test
  void cancel_budgetIsUsedUpOnceMore_isToldAgain() throws Exception {
    BackgroundLogger.awaitLogged(); // what other tests caused
    try (var log = new CapturedLog("io.github.gatewayqueue.large", Level.WARNING)) {
      LargeBotQueue queue =
          builder().interval(NEVER).reserve(1).initialLimit(limit(2, DAY, 4)).build();
      SessionStart start = queue.acquire(0, 4);
      Await.until(() -> usedUp(log) == 1);
      start.cancel();
      queue.request(0, 4);
      Await.until(() -> usedUp(log) == 2);
    }
  }

  private static long usedUp(CapturedLog log) {
    return log.lines().stream().filter(line -> line.contains("are used up")).count();
  }

  @Test
  void cancel_queueIsToFailWhenExhausted_theNextIsReleased() throws Exception {
    LargeBotQueue queue =
        builder()
            .interval(NEVER)
            .reserve(1)
            .whenExhausted(LargeBotQueue.WhenExhausted.FAIL)
            .initialLimit(limit(2, DAY, 4))
            .build();
    SessionStart start = queue.acquire(0, 4);
    assertThrows(SessionStartLimitExceededException.class, () -> queue.request(1, 4));
    start.cancel();
    queue.request(1, 4);
  }

  @Test
  void cancel_updatedSince_isTakenBackFromThat() throws Exception {
    LargeBotQueue queue = builder().interval(NEVER).initialLimit(limit(500, DAY, 16)).build();
    SessionStart start = queue.acquire(0, 16);
    queue.update(limit(500, DAY, 16)); // Discord has not counted it, and may yet
    assertEquals(499, queue.limit().orElseThrow().remaining());
    start.cancel();
    assertEquals(500, queue.limit().orElseThrow().remaining());
    queue.update(limit(500, DAY, 16));
    assertEquals(500, queue.limit().orElseThrow().remaining());
  }

  @Test
  void acquire_saidNothing_staysCharged() throws Exception {
    LargeBotQueue queue =
        builder()
            .interval(Duration.ofMillis(1))
            .holdTimeout(Duration.ofMillis(2))
            .initialLimit(limit(500, DAY, 16))
            .build();
    SessionStart start = queue.acquire(0, 16);
    Await.until(start::isExpired);
    start.cancel();
    start.close();
    queue.request(0, 16);
    assertEquals(498, queue.limit().orElseThrow().remaining());
  }

  @Test
  void snapshot_held_showsShardAndSinceWhen() throws Exception {
    LargeBotQueue queue = builder().interval(NEVER).initialLimit(limit(500, DAY, 4)).build();
    Instant before = Instant.now();
    SessionStart start = queue.acquire(6, 16);
    List<QueueSnapshot.Bucket> buckets = queue.snapshot().buckets();
    Instant after = Instant.now();
    assertEquals(List.of(), buckets.get(1).holds());
    QueueSnapshot.Hold hold = buckets.get(2).holds().getFirst();
    assertEquals(6, hold.shard());
    assertTrue(!hold.since().isBefore(before) && !hold.since().isAfter(after), hold::toString);
    start.close();
    assertEquals(List.of(), queue.snapshot().buckets().get(2).holds());
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT-1S, -1 s",
    "PT9223372036.854775808S, 106751 d 23 h 47 min 16.854775808 s"
  })
  void holdTimeout_outOfRange_isRefusedByName(Duration timeout, String text) {
    var thrown = assertThrows(IllegalArgumentException.class, () -> builder().holdTimeout(timeout));
    assertEquals(
        "holdTimeout is " + text + ", expected more than zero and at most 292 years",
        thrown.getMessage());
  }
}
