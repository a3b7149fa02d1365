package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Budget and buckets, as several processes share them. */
class RedisQueueLimitTest extends RedisTestBase {
  private static final Duration DAY = Duration.ofDays(1);

  RedisQueueLimitTest() {
    super(Duration.ofMillis(5));
  }

  @Override
  RedisQueue.Builder builder() {
    // Shorter, because a change of the number of buckets takes a part of it.
    return super.builder().settling(Duration.ZERO).reserve(0).lease(Duration.ofSeconds(6));
  }

  @Test
  void request_moreThanTheStartsLeft_soManyGoAndTheOthersWait() throws Exception {
    var readings = new AtomicInteger();
    SessionStartLimitSource source =
        () -> {
          readings.incrementAndGet();
          return new SessionStartLimit(1000, 15, DAY, 1);
        };
    List<Asking> requests = new ArrayList<>();
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      for (int process = 0; process < 3; process++) {
        RedisQueue queue = open(builder().limits(source));
        for (int shard = 0; shard < 10; shard++) {
          requests.add(Asking.of(queue, shard, 10));
        }
      }
      Await.until(() -> ended(requests) == 15);
      Await.until(() -> queues().stream().mapToInt(RedisQueue::waiting).sum() == 15);
      Await.until(() -> log.lines().stream().anyMatch(line -> line.contains("used up")));
    }
    assertEquals(15, ended(requests));
    assertEquals(1, readings.get());
    awaitRemaining(0, queues().getFirst()); // as of when it last talked
  }

  @Test
  void request_fewStartsLeft_eachProcessWarnsOnce() throws Exception {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      RedisQueue queue = open(builder().limits(() -> new SessionStartLimit(10, 4, DAY, 1)));
      queue.request(0, 1);
      awaitRemaining(3, queue);
      assertEquals(List.of(), log.lines());
      queue.request(0, 1);
      awaitRemaining(2, open(builder()));
      Await.until(() -> log.lines().size() == 2);
      for (String line : log.lines()) {
        String low = "WARNING: the session starts run low: 2 of 10 session starts left; resets in ";
        assertTrue(line.startsWith(low), line);
      }
    }
  }

  @Test
  void request_afterTheReset_goesOnWithWhatIsReadThen() throws Exception {
    var readings = new AtomicInteger();
    SessionStartLimitSource source =
        () ->
            readings.incrementAndGet() == 1
                ? new SessionStartLimit(1000, 2, Duration.ofMillis(700), 1)
                : new SessionStartLimit(1000, 1000, DAY, 1);
    RedisQueue queue = open(builder().limits(source));
    List<Asking> requests = new ArrayList<>();
    for (int shard = 0; shard < 4; shard++) {
      requests.add(Asking.of(queue, shard, 4));
    }
    Asking.awaitReturns(requests);
    assertEquals(2, readings.get());
  }

  @Test
  void request_ofShardsInSeveralBuckets_waitForTheirOwnBucketOnly() throws Exception {
    RedisQueue queue =
        open(builder().interval(NEVER).limits(() -> new SessionStartLimit(1000, 1000, DAY, 16)));
    List<Asking> requests = new ArrayList<>();
    for (int shard = 0; shard < 16; shard++) {
      requests.add(Asking.of(queue, shard, 16));
    }
    Asking.awaitReturns(requests);
    assertEquals(16, queue.limit().orElseThrow().maxConcurrency());
    assertEquals(984, queue.limit().orElseThrow().remaining());
    QueueSnapshot snapshot = queue.snapshot().queue();
    assertEquals(16, snapshot.buckets().size());
    assertEquals(984, snapshot.limit().orElseThrow().remaining());
  }

  @Test
  void request_inProcessWithoutSource_obeysTheLimitOfTheOthers() throws Exception {
    RedisQueue with = open(builder().limits(() -> new SessionStartLimit(1000, 1, DAY, 1)));
    Asking.of(with, 0, 1).awaitReturn();
    RedisQueue without = open(builder());
    Requests.inLine(without, 0, 1);
    Await.until(() -> without.waiting() == 1);
    awaitRemaining(0, without);
  }

  @Test
  void readLimitIfUnknown_nobodyInLine_hasTheLimitReadOnce() {
    var readings = new AtomicInteger();
    SessionStartLimitSource source =
        () -> {
          readings.incrementAndGet();
          return new SessionStartLimit(1000, 7, DAY, 2);
        };
    RedisQueue queue = open(builder().limits(source));
    Await.until(() -> {
      queue.readLimitIfUnknown();
      QueueSnapshot snapshot = queue.snapshot().queue();
      return snapshot.limit().isPresent() && snapshot.buckets().size() == 2;
    });
    queue.readLimitIfUnknown();
    awaitRemaining(7, queue);
    assertEquals(1, readings.get());
  }

  @Test
  void source_inProcessThatAsksForNobody_isReadForTheOthers() throws Exception {
    Duration lease = Duration.ofMillis(900);
    open(builder().lease(lease).limits(() -> new SessionStartLimit(1000, 1000, DAY, 1)));
    Await.until(() -> client.hgetAll(key("state")).containsKey("limited"));
    Asking.of(open(builder().lease(lease)), 0, 1).awaitReturn();
  }

  /** The start that is cancelled is given back, and those who wait in another bucket hear of it. */
  @Test
  void request_whileStartsAreUsedUp_goesWhenOneIsCancelled() throws Exception {
    RedisQueue queue = open(builder().limits(() -> new SessionStartLimit(1000, 1, DAY, 2)));
    SessionStart start = queue.acquire(0, 2);
    Asking waiting = Requests.inLine(queue, 1, 2);
    awaitRemaining(0, queue);
    start.cancel();
    waiting.awaitReturn();
    awaitRemaining(0, queue);
  }

  /** Requests that wait, in any bucket, and requests that come then. */
  @Test
  void request_whileStartsAreUsedUpAndItIsToFail_failsUntilThereAreSome() throws Exception {
    RedisQueue queue =
        open(
            builder()
                .whenExhausted(RedisQueue.WhenExhausted.FAIL)
                .limits(() -> new SessionStartLimit(1000, 1, DAY, 2)));
    SessionStart start = queue.acquire(0, 2);
    for (int shard = 0; shard < 2; shard++) {
      var thrown = Asking.of(queue, shard, 2).awaitThrown(SessionStartLimitExceededException.class);
      assertEquals(0, thrown.limit().remaining());
      assertTrue(thrown.resetsAt().isAfter(Instant.now()));
    }
    start.cancel();
    awaitRemaining(1, queue);
    Asking.of(queue, 1, 2).awaitReturn();
  }

  @Test
  void source_refused_refusesThoseThatWaitWithAnExceptionForEach() throws Exception {
    var refusal = new GatewayQueueException("the token is none");
    var bothWait = new CountDownLatch(1);
    RedisQueue queue =
        open(
            builder()
                .limits(() -> {
                  bothWait.await();
                  throw refusal;
                }));
    Asking one = Asking.of(queue, 0, 1);
    Asking other = Requests.inLine(queue, 0, 1);
    Await.until(() -> queue.waiting() == 2);
    bothWait.countDown();
    var first = one.awaitThrown(GatewayQueueException.class);
    var second = other.awaitThrown(GatewayQueueException.class);
    assertNotSame(first, second);
    for (GatewayQueueException thrown : List.of(first, second)) {
      assertSame(refusal, thrown.getCause());
      assertEquals("the token is none", thrown.getMessage());
    }
  }

  @Test
  void source_failed_isAskedAgain() throws Exception {
    var readings = new AtomicInteger();
    SessionStartLimitSource source =
        () -> {
          if (readings.incrementAndGet() == 1) {
            throw new IOException("no route");
          }
          return new SessionStartLimit(1000, 1000, DAY, 1);
        };
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      Asking.of(open(builder().limits(source)), 0, 1).awaitReturn();
      assertTrue(log.lines().toString().contains("no route"), log.lines().toString());
    }
    assertEquals(2, readings.get());
  }

  /** As a cache does that is stuck. */
  @Test
  void source_alwaysUsedUpAndAboutToReset_isAskedMoreAndMoreSeldom() throws Exception {
    List<Long> asked = new CopyOnWriteArrayList<>();
    SessionStartLimitSource source =
        () -> {
          asked.add(System.nanoTime());
          return new SessionStartLimit(1000, 0, Duration.ofMillis(1), 1);
        };
    Asking.of(open(builder().limits(source)), 0, 1);
    Await.until(() -> asked.size() >= 3);
    assertTrue(asked.get(1) - asked.get(0) >= Duration.ofMillis(500).toNanos());
    assertTrue(asked.get(2) - asked.get(1) >= Duration.ofSeconds(1).toNanos());
  }

  @Test
  void source_usedUpWithoutAReset_isNotBelieved() {
    RedisQueue queue =
        open(builder().limits(() -> new SessionStartLimit(1000, 0, Duration.ZERO, 1)));
    var failure = assertThrows(IOException.class, () -> queue.require(1));
    assertEquals(
        "could not read the session start limit: java.io.IOException:"
            + " no session start is left, and the limit does not say when it resets",
        failure.getMessage());
  }

  @Test
  void source_tellsOfAResetInYears_isTakenForADay() throws Exception {
    Duration garbled = Duration.ofDays(3000);
    RedisQueue queue = open(builder().limits(() -> new SessionStartLimit(1000, 1000, garbled, 1)));
    Asking.of(queue, 0, 1).awaitReturn();
    assertTrue(queue.snapshot().queue().limit().orElseThrow().resetAfter().compareTo(DAY) <= 0);
  }

  @Test
  void source_saysForHowLong_isNotAskedBefore() throws Exception {
    List<Long> asked = new CopyOnWriteArrayList<>();
    Duration wait = Duration.ofSeconds(3); // longer than the backoff
    SessionStartLimitSource source =
        () -> {
          asked.add(System.nanoTime());
          if (asked.size() == 1) {
            throw new SessionStartLimitUnavailableException("rate limited", wait);
          }
          return new SessionStartLimit(1000, 1000, DAY, 1);
        };
    Asking.of(open(builder().limits(source)), 0, 1).awaitReturn();
    assertEquals(2, asked.size());
    assertTrue(asked.get(1) - asked.get(0) >= wait.toNanos());
  }

  /** Nothing is released, and no other process reads, while the one process that reads hangs. */
  @Test
  void source_hangs_isNotAskedTwice() throws Exception {
    var readings = new AtomicInteger();
    SessionStartLimitSource source =
        () -> {
          readings.incrementAndGet();
          Thread.sleep(Duration.ofDays(1)); // a source that hangs, until the test's process ends
          throw new IllegalStateException();
        };
    RedisQueue a = open(builder().limits(source));
    RedisQueue b = open(builder().limits(source));
    Requests.inLine(a, 0, 1);
    Await.until(() -> readings.get() == 1);
    for (int i = 0; i < 20; i++) {
      Requests.inLine(b, 0, 1);
    }
    assertEquals(1, readings.get());
    assertEquals(21, a.waiting() + b.waiting());
  }

  /** Another process took the reading over, and failed: it is not this one's again meanwhile. */
  @Test
  void source_hangsWhenTheLimitIsToBeReadAgain_isNotAskedMeanwhileAndItsAnswerCounts()
      throws Exception {
    var asked = new AtomicInteger();
    var answer = new CountDownLatch(1);
    SessionStartLimitSource source =
        () -> {
          asked.incrementAndGet();
          answer.await();
          return new SessionStartLimit(1000, 1000, DAY, 1);
        };
    RedisQueue queue = open(builder().limits(source));
    Asking request = Requests.inLine(queue, 0, 1);
    Await.until(() -> asked.get() == 1);
    client.hset(key("state"), "reading", "0");
    String seen = client.hget(key("state"), "seen");
    queue.readLimitIfUnknown();
    Await.until(() -> !client.hget(key("state"), "seen").equals(seen));
    assertEquals("0", client.hget(key("state"), "reading"), "it is not asked to");
    answer.countDown();
    request.awaitReturn();
    assertEquals(1, asked.get());
  }

  /**
   * What the last reading says is as old as it may be: it is made again, and brings all that is
   * new.
   */
  @Test
  void request_readingHasComeOfAge_isReadAgainInTheBackground() throws Exception {
    var readings = new AtomicInteger();
    SessionStartLimitSource source =
        () ->
            readings.incrementAndGet() == 1
                ? new SessionStartLimit(100_000, 90_000, DAY, 1)
                : new SessionStartLimit(100_000, 40_000, DAY, 2);
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      RedisQueue queue = open(builder().readingAge(Duration.ofSeconds(1)).limits(source));
      Await.until(() -> {
        queue.request(0, 1);
        return queue.limit().orElseThrow().maxConcurrency() == 2;
      });
      assertTrue(queue.snapshot().queue().usedElsewhere() > 10_000);
      assertTrue(log.lines().toString().contains("were used elsewhere"), log.lines().toString());
    }
  }

  @Test
  void require_enoughOrTooFew_returnsOrSaysWhatIsLeft() throws Exception {
    SessionStartLimitSource source = () -> new SessionStartLimit(1000, 20, DAY, 1);
    RedisQueue queue = open(builder().reserve(1).limits(source));
    queue.require(19);
    var thrown = assertThrows(SessionStartLimitExceededException.class, () -> queue.require(20));
    assertEquals(20, thrown.limit().remaining());
    assertEquals(1, thrown.reserve());
    assertTrue(thrown.resetsAt().isAfter(Instant.now()));
    assertThrows(IllegalArgumentException.class, () -> queue.require(0));
  }

  @Test
  void require_limitCannotBeRead_throws() {
    RedisQueue failing =
        open(
            builder()
                .limits(() -> {
                  throw new IOException("no route");
                }));
    var failure = assertThrows(IOException.class, () -> failing.require(1));
    assertEquals(
        "could not read the session start limit: java.io.IOException: no route",
        failure.getMessage());
  }

  @Test
  void require_sourceRefusesOrAsksForTime_throws() {
    var refusal = new GatewayQueueException("the token is none");
    RedisQueue refused =
        open(
            builder()
                .limits(() -> {
                  throw refusal;
                }));
    var thrown = assertThrows(GatewayQueueException.class, () -> refused.require(1));
    assertSame(refusal, thrown.getCause());
    namespace = RedisProcess.newNamespace();
    SessionStartLimitSource closed =
        () -> {
          throw new SessionStartLimitUnavailableException("rate limited", DAY);
        };
    RedisQueue first = open(builder().limits(closed));
    assertThrows(IOException.class, () -> first.require(1));
    RedisQueue second = open(builder().limits(() -> new SessionStartLimit(1000, 20, DAY, 1)));
    var told =
        assertThrows(IOException.class, () -> second.require(1), "Discord is left alone by all");
    assertTrue(
        told.toString().contains("Discord asks not to be asked for the limit for 23 h 59 min"),
        told.toString());
  }

  @Test
  void require_interruptedOrClosed_ends() throws Exception {
    RedisQueue queue =
        open(
            builder()
                .limits(() -> {
                  Thread.sleep(Duration.ofDays(1)); // a source that hangs
                  throw new IllegalStateException();
                }));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> queue.require(1));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> waiting =
          threads.submit(() -> {
            queue.require(1);
            return null;
          });
      queue.close();
      var thrown = assertThrows(ExecutionException.class, waiting::get);
      assertTrue(
          thrown.getCause() instanceof GatewayQueueException
              || thrown.getCause() instanceof IllegalStateException,
          thrown.toString());
    }
    assertThrows(IllegalStateException.class, () -> queue.require(1));
  }

  /** Waits until a queue knows the limit, and so much is left of it. */
  private static void awaitRemaining(int remaining, RedisQueue queue) {
    Await.until(() -> queue.limit().stream().anyMatch(limit -> limit.remaining() == remaining));
  }
}
