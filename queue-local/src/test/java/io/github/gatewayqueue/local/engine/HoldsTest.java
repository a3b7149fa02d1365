package io.github.gatewayqueue.local.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Starts that are held, on threads; what they come to is tested in {@link RedistributeTest}. */
class HoldsTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofMillis(5);
  private static final String LOGGER = "io.github.gatewayqueue";
  private static final long TOTAL = 16;

  private final List<String> takenBack = new ArrayList<>();
  private int used;

  private final StartBudget budget =
      new StartBudget() {
        @Override
        public long tryCharge(long nowNanos, long holdNanos) {
          return 0;
        }

        @Override
        public void used(long chargedNanos, long holdNanos, long usedNanos) {
          used++;
        }

        @Override
        public void takeBack(long chargedNanos, long holdNanos) {
          takenBack.add(Duration.ofNanos(holdNanos).toString());
        }
      };

  private CapturedLog log;

  /** A test must not find lines that another one caused. */
  @BeforeEach
  void captureLog() throws InterruptedException {
    BackgroundLogger.awaitLogged();
    log = new CapturedLog(LOGGER, Level.WARNING);
  }

  @AfterEach
  void releaseLog() {
    log.close();
  }

  private Buckets buckets(Duration interval, int count) {
    return new Buckets(interval, Duration.ZERO, count, budget);
  }

  private static Asking join(Buckets buckets, long shard) {
    int before = buckets.waiting();
    Asking asking = Asking.of(buckets::request, shard, TOTAL);
    Await.until(() -> buckets.waiting() == before + 1);
    return asking;
  }

  @Test
  void identified_headWaitsForIt_isWoken() throws Exception {
    Buckets buckets = buckets(SOON, 1);
    SessionStart start = buckets.acquire(0, TOTAL, NEVER);
    Asking next = join(buckets, 1);
    long saidNanos = System.nanoTime();
    start.identified();
    assertTrue(next.awaitReturn() - saidNanos >= SOON.toNanos());
  }

  @Test
  void answered_headWaitsForIt_isWoken() throws Exception {
    Buckets buckets = buckets(SOON, 1);
    SessionStart start = buckets.acquire(0, TOTAL, NEVER);
    Asking next = join(buckets, 1);
    start.answered();
    next.awaitReturn();
  }

  @Test
  void cancel_twice_isTakenBackOnce() throws Exception {
    Buckets buckets = buckets(NEVER, 1);
    SessionStart start = buckets.acquire(0, TOTAL, Duration.ofHours(2));
    start.cancel();
    start.cancel();
    start.close();
    assertEquals(List.of("PT2H"), takenBack);
  }

  @Test
  void cancel_identifiedOrRunOut_isNotTakenBack() throws Exception {
    Buckets buckets = buckets(SOON, 2);
    SessionStart identified = buckets.acquire(0, TOTAL, NEVER);
    identified.identified();
    identified.cancel();
    SessionStart runOut = buckets.acquire(1, TOTAL, SOON);
    Await.until(runOut::isExpired);
    runOut.cancel();
    assertEquals(List.of(), takenBack);
    assertTrue(runOut.isExpired());
  }

  /** One bucket that is held becomes four: all of them wait for it, and hear of its end. */
  @Test
  void resize_toMoreBuckets_allOfThemWaitForTheHold() throws Exception {
    Buckets buckets = buckets(NEVER, 1);
    SessionStart start = buckets.acquire(1, TOTAL, NEVER);
    List<Asking> waiting = LongStream.range(0, 4).mapToObj(id -> join(buckets, id)).toList();
    buckets.resize(4);
    buckets.wakeHeads();
    for (BucketState state : buckets.states()) {
      assertEquals(1, state.waiting());
      assertEquals(1, state.held().getFirst().shard());
    }
    start.cancel();
    Asking.awaitReturns(waiting);
  }

  /** What the holder says is heard in the buckets of other shards, too, or they would sleep on. */
  @Test
  void identified_resizedToMoreBucketsSince_wakesTheHeadsOfAll() throws Exception {
    Buckets buckets = buckets(SOON, 1);
    SessionStart start = buckets.acquire(1, TOTAL, NEVER);
    List<Asking> waiting = LongStream.range(0, 4).mapToObj(id -> join(buckets, id)).toList();
    buckets.resize(4);
    start.identified();
    Asking.awaitReturns(waiting);
  }

  /** Two buckets that are held become one, which waits for both. */
  @Test
  void resize_toFewerBuckets_waitsForAllHolds() throws Exception {
    Buckets buckets = buckets(NEVER, 2);
    SessionStart even = buckets.acquire(0, TOTAL, NEVER);
    SessionStart odd = buckets.acquire(1, TOTAL, NEVER);
    Asking next = join(buckets, 2);
    buckets.resize(1);
    assertEquals(2, buckets.states().getFirst().held().size());
    odd.cancel();
    buckets.wakeHeads();
    assertEquals(0, buckets.states().getFirst().held().getFirst().shard());
    assertFalse(next.ended());
    even.cancel();
    next.awaitReturn();
  }

  @Test
  void acquire_nobodyWaitsWhenItRunsOut_theNextThatAsksTellsSoOnce() throws Exception {
    Buckets buckets = buckets(SOON, 1);
    SessionStart start = buckets.acquire(3, TOTAL, SOON);
    Await.until(start::isExpired);
    assertEquals(List.of(), log.lines());
    buckets.request(4, TOTAL);
    buckets.request(5, TOTAL);
    BackgroundLogger.awaitLogged();
    assertEquals(
        List.of(
            "WARNING: the start of shard 3 of 16 ran out: nothing was said of it; the next start"
                + " of its bucket is due an interval after that"),
        log.lines());
  }

  /** The interval is an hour: the head is awake when the hold ends, though it may not go yet. */
  @Test
  void acquire_somebodyWaitsWhenItRunsOut_tellsSoAtOnce() throws Exception {
    Buckets buckets = buckets(NEVER, 1);
    SessionStart start = buckets.acquire(3, TOTAL, Duration.ofMillis(50));
    Asking next = join(buckets, 4);
    Await.until(() -> log.lines().size() == 1);
    assertTrue(start.isExpired());
    next.interruptAndJoin();
  }

  /** A head that wakes late, or looks for another reason, goes at once: the warning must not. */
  @Test
  void acquire_nextGoesRightAway_theWarningIsNotLost() throws Exception {
    for (int round = 1; round <= 20; round++) {
      Buckets buckets = buckets(Duration.ofNanos(1), 1);
      buckets.acquire(3, TOTAL, Duration.ofMillis(1));
      buckets.request(4, TOTAL);
      BackgroundLogger.awaitLogged();
      assertEquals(round, log.lines().size());
    }
  }

  @Test
  void close_afterItRanOut_theNextThatAsksTellsSo() throws Exception {
    Buckets buckets = buckets(SOON, 1);
    SessionStart start = buckets.acquire(3, TOTAL, SOON);
    Await.until(start::isExpired);
    start.close();
    buckets.request(4, TOTAL);
    BackgroundLogger.awaitLogged();
    assertEquals(1, log.lines().size());
  }

  /** Of two holds that one bucket came to, the first runs out while the second goes on. */
  @Test
  void resize_oneOfTwoHoldsRunsOut_isTold() throws Exception {
    Buckets buckets = buckets(NEVER, 2);
    buckets.acquire(0, TOTAL, Duration.ofMillis(50));
    SessionStart other = buckets.acquire(1, TOTAL, NEVER);
    buckets.resize(1);
    Asking next = join(buckets, 2);
    Await.until(() -> log.lines().size() == 1);
    assertFalse(other.isExpired());
    next.interruptAndJoin();
  }

  @Test
  void acquire_aHandlerBlocksAtTheWarning_theLineGoesOn() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    try {
      log.then(() -> {
        reached.countDown();
        Await.zero(letGo);
      });
      Buckets buckets = buckets(SOON, 1);
      buckets.acquire(3, TOTAL, SOON);
      Asking.of(buckets::request, 4, TOTAL).awaitReturn();
      Await.zero(reached);
      Asking.of(buckets::request, 5, TOTAL).awaitReturn();
    } finally {
      letGo.countDown();
    }
  }

  /** What is said late goes to the bucket that the shard has by then. */
  @Test
  void identified_ranOutAndResizedSince_putsTheShardsNewBucketOff() throws Exception {
    Buckets buckets = buckets(Duration.ofMillis(200), 1);
    SessionStart start = buckets.acquire(3, TOTAL, SOON);
    buckets.request(4, TOTAL); // when the hold has run out, and an interval after that
    buckets.resize(4);
    long saidNanos = System.nanoTime();
    start.identified();
    assertTrue(start.isExpired());
    long dueNanos = saidNanos + Duration.ofMillis(200).toNanos();
    assertTrue(Asking.of(buckets::request, 7, TOTAL).awaitReturn() - dueNanos >= 0);
  }

  @Test
  void words_ofAHoldThatIsOver_tellTheBudgetOnce() throws Exception {
    Buckets buckets = buckets(SOON, 1);
    try (SessionStart start = buckets.acquire(0, TOTAL, NEVER)) {
      start.identified();
      start.answered();
      start.identified();
    }
    assertEquals(1, used);
    buckets.acquire(0, TOTAL, NEVER).cancel();
    assertEquals(1, used);
  }

  @Test
  void states_held_showsWhichShardAndSinceWhen() throws Exception {
    Buckets buckets = buckets(NEVER, 2);
    assertEquals(List.of(), buckets.states().get(1).held());
    long beforeNanos = System.nanoTime();
    SessionStart start = buckets.acquire(3, TOTAL, NEVER);
    BucketState.Held held = buckets.states().get(1).held().getFirst();
    assertEquals(3, held.shard());
    assertTrue(held.sinceNanos() - beforeNanos >= 0 && System.nanoTime() - held.sinceNanos() >= 0);
    assertEquals("SessionStart[shard 3 of 16]", start.toString());
    start.identified();
    assertEquals(List.of(), buckets.states().get(1).held());
  }
}
