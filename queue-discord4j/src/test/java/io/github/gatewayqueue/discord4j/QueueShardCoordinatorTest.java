package io.github.gatewayqueue.discord4j;

import static java.util.stream.IntStream.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import discord4j.common.close.CloseException;
import discord4j.gateway.ShardInfo;
import discord4j.gateway.retry.GatewayRetrySpec;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Without a network: IDENTIFYs are passed through as Discord4J's client does. */
class QueueShardCoordinatorTest {
  private static final int TOTAL = 1_000;

  @Test
  void identify_released_isPassedOnUntouched() {
    var identify = new TestIdentify(new QueueShardCoordinator(GatewayQueue.noOp()), 0, 1, 1);
    Await.until(identify::isSent);
    assertEquals(2, identify.references(), "nothing was released");
  }

  @Test
  void identify_anyShard_asksForItOnAPlatformThreadThatEnds() throws InterruptedException {
    List<String> asked = new CopyOnWriteArrayList<>();
    List<Thread> threads = new CopyOnWriteArrayList<>();
    var coordinator =
        new QueueShardCoordinator((id, total) -> {
          threads.add(Thread.currentThread());
          asked.add(id + " of " + total);
        });
    var identify = new TestIdentify(coordinator, 7, 9, 4);
    Await.until(identify::isSent);
    assertEquals(List.of("7 of 9"), asked);
    assertFalse(threads.getFirst().isVirtual());
    assertTrue(threads.getFirst().isDaemon());
    threads.getFirst().join(); // nobody waits: the thread ends
  }

  /** Java 21 to 23 pin a carrier more often than in a class initializer; shards need none. */
  @Test
  void identify_allCarriersArePinned_shardsGoAllTheSame() throws IOException {
    PinnedCarriers.run(PinnedCarriersMain.class);
  }

  @Test
  void identify_manyOfABucket_joinInTheOrderOfTheirArrival() {
    var queue = new GatedQueue();
    var coordinator = new QueueShardCoordinator(queue);
    List<TestIdentify> all = new ArrayList<>();
    for (int id = 0; id < TOTAL; id++) {
      all.add(new TestIdentify(coordinator, id, TOTAL, 1));
    }
    Await.until(() -> queue.asked().equals(List.of(0)));
    range(0, TOTAL).forEach(queue::open);
    Await.until(() -> all.stream().allMatch(TestIdentify::isSent));
    assertEquals(range(0, TOTAL).boxed().toList(), queue.asked());
  }

  @Test
  void identify_bucketIsBlocked_othersGo() {
    var queue = new GatedQueue();
    var coordinator = new QueueShardCoordinator(queue);
    var head = new TestIdentify(coordinator, 0, 4, 2);
    Await.until(() -> queue.asked().equals(List.of(0)));
    var behind = new TestIdentify(coordinator, 2, 4, 2);
    queue.open(1);
    var other = new TestIdentify(coordinator, 1, 4, 2);
    Await.until(other::isSent);
    assertEquals(List.of(0, 1), queue.asked(), "one of a bucket at a time");
    queue.open(0);
    queue.open(2);
    Await.until(() -> head.isSent() && behind.isSent());
    assertEquals(List.of(0, 1, 2), queue.asked());
  }

  @Test
  void cancel_whileItWaits_leavesTheLineAndDiscardsTheIdentify() {
    var queue = new LocalQueue(Duration.ofHours(1));
    var coordinator = new QueueShardCoordinator(queue);
    var first = new TestIdentify(coordinator, 0, 1, 1);
    Await.until(first::isSent);
    var waiting = new TestIdentify(coordinator, 0, 1, 1);
    Await.until(() -> queue.waiting() == 1);
    waiting.cancel();
    Await.until(() -> queue.waiting() == 0);
    assertFalse(waiting.isSent());
    assertEquals(1, waiting.references(), "released once");
    assertEquals(null, waiting.failure());
  }

  @Test
  void cancel_behindAnother_neverAsks() {
    var queue = new GatedQueue();
    var coordinator = new QueueShardCoordinator(queue);
    var head = new TestIdentify(coordinator, 0, 3, 1);
    var behind = new TestIdentify(coordinator, 1, 3, 1);
    var last = new TestIdentify(coordinator, 2, 3, 1);
    Await.until(() -> queue.asked().equals(List.of(0)));
    behind.cancel();
    assertEquals(1, behind.references(), "released once");
    queue.open(0);
    queue.open(2);
    Await.until(() -> head.isSent() && last.isSent());
    assertEquals(List.of(0, 2), queue.asked());
  }

  @Test
  void cancel_head_letsTheNextOneAskUndisturbed() {
    var queue = new GatedQueue();
    var coordinator = new QueueShardCoordinator(queue);
    for (int round = 0; round < TOTAL; round++) {
      var head = new TestIdentify(coordinator, 0, 2, 1);
      var next = new TestIdentify(coordinator, 1, 2, 1);
      queue.open(1);
      head.cancel();
      Await.until(next::isSent);
      assertEquals(1, head.references(), "released once");
    }
  }

  /** Whichever wins, the buffer has one owner, and the bucket goes on. */
  @Test
  void cancel_racingTheRelease_sendsOrDiscards() {
    raceCancelAgainstRelease(400);
  }

  @Test
  @Thorough("Thousands of rounds; some hundred are run on every build.")
  void cancel_racingTheReleaseForLong_sendsOrDiscards() {
    raceCancelAgainstRelease(10_000);
  }

  private static void raceCancelAgainstRelease(int rounds) {
    for (int round = 0; round < rounds; round++) {
      var gate = new CountDownLatch(1);
      var coordinator = new QueueShardCoordinator((id, total) -> gate.await());
      var identify = new TestIdentify(coordinator, 0, 1, 1);
      Thread release = Thread.ofVirtual().start(gate::countDown);
      for (int spins = round % 500; spins > 0; spins--) {
        Thread.onSpinWait();
      }
      identify.cancel();
      var next = new TestIdentify(coordinator, 0, 1, 1);
      join(release);
      Await.until(next::isSent);
      assertEquals(identify.isSent() ? 2 : 1, identify.references(), "round " + round);
      assertEquals(null, identify.failure());
    }
  }

  @Test
  void identify_queueThrows_endsTheConnectionSoThatDiscord4JIdentifiesAnew() {
    var failure = new GatewayQueueException("no more today");
    var refusing =
        new QueueShardCoordinator((id, total) -> {
          throw failure;
        });
    TestIdentify identify;
    try (var log = new CapturedLog("io.github.gatewayqueue.discord4j", Level.ALL)) {
      identify = new TestIdentify(refusing, 3, 16, 1);
      Await.until(() -> log.lines().size() == 1);
      assertEquals("WARNING: shard 3 of 16 may not identify " + failure, log.lines().getFirst());
    }
    var thrown = assertInstanceOf(CloseException.class, identify.failure());
    assertSame(failure, thrown.getCause());
    assertTrue(thrown.getCode() >= 4000, "not to be resumed");
    assertFalse(GatewayRetrySpec.NON_RETRYABLE_STATUS_CODES.contains(thrown.getCode()));
    assertTrue(thrown.getMessage().contains("shard 3 of 16"), thrown.getMessage());
    assertEquals(1, identify.references(), "released once");
    assertFalse(identify.isSent());
  }

  /** Asks a queue that fails for shard 0, and releases all others. */
  private static QueueShardCoordinator failingFirst(Runnable failure) {
    return new QueueShardCoordinator((id, total) -> {
      if (id == 0) {
        failure.run();
      }
    });
  }

  @Test
  void identify_queueIsBroken_failsAndLetsTheNextOneAsk() {
    var coordinator =
        failingFirst(() -> {
          throw new AssertionError("broken");
        });
    var broken = new TestIdentify(coordinator, 0, 2, 1);
    var next = new TestIdentify(coordinator, 1, 2, 1);
    Await.until(next::isSent);
    Await.until(() -> broken.failure() != null);
    var thrown = assertInstanceOf(CloseException.class, broken.failure());
    assertInstanceOf(AssertionError.class, thrown.getCause());
  }

  @Test
  void identify_queueThrowsAndTheLogFails_failsAndLetsTheNextOneAsk() {
    var coordinator =
        failingFirst(() -> {
          throw new GatewayQueueException("no more today");
        });
    try (var log = new CapturedLog("io.github.gatewayqueue.discord4j", Level.ALL)) {
      log.failWith(new IllegalStateException("the disk is full"));
      var refused = new TestIdentify(coordinator, 0, 2, 1);
      var next = new TestIdentify(coordinator, 1, 2, 1);
      Await.until(next::isSent);
      assertInstanceOf(CloseException.class, refused.failure());
      assertEquals(1, log.lines().size());
    }
  }

  /** With another error than the JVM's OutOfMemoryError, upon which JUnit would end it. */
  @Test
  void identify_threadCannotBeStarted_endsTheConnectionAndIsNotAskedForLater() {
    var queue = new GatedQueue();
    var scarce = new AtomicBoolean(true);
    var coordinator =
        new QueueShardCoordinator(
            queue,
            task -> {
              if (scarce.get()) {
                throw new InternalError("unable to create native thread");
              }
              return Thread.ofPlatform().daemon().unstarted(task);
            });
    try (var log = new CapturedLog("io.github.gatewayqueue.discord4j", Level.ALL)) {
      var refused = new TestIdentify(coordinator, 0, 2, 1);
      var thrown = assertInstanceOf(CloseException.class, refused.failure());
      assertInstanceOf(InternalError.class, thrown.getCause());
      assertEquals(1, refused.references(), "released once");
      assertEquals(1, log.lines().size());
    }
    assertEquals(0, coordinator.waiting());
    scarce.set(false);
    var next = new TestIdentify(coordinator, 1, 2, 1);
    queue.open(1);
    Await.until(next::isSent);
    assertEquals(List.of(1), queue.asked());
  }

  /** That is not what the contract of a queue says, but a shard is not to hang for it. */
  @Test
  void identify_queueIsInterruptedByItself_fails() {
    var coordinator =
        new QueueShardCoordinator((id, total) -> {
          throw new InterruptedException();
        });
    var identify = new TestIdentify(coordinator, 0, 1, 1);
    Await.until(() -> identify.failure() != null);
    var thrown = assertInstanceOf(CloseException.class, identify.failure());
    assertInstanceOf(InterruptedException.class, thrown.getCause());
  }

  @Test
  void waiting_countsWhoAsksAndWhoIsBehind() {
    var queue = new GatedQueue();
    var coordinator = new QueueShardCoordinator(queue);
    for (int id = 0; id < 4; id++) {
      new TestIdentify(coordinator, id, 4, 2);
    }
    Await.until(() -> coordinator.waiting() == 4 && queue.waiting() == 2);
    coordinator.publishConnected(ShardInfo.create(4, 5)).block();
    assertEquals(
        "QueueShardCoordinator[waiting=4, connected=1, queue=gate]", coordinator.toString());
    range(0, 4).forEach(queue::open);
    Await.until(() -> coordinator.waiting() == 0);
  }

  @Test
  void getConnectedCount_countsEachShardOnce() {
    var coordinator = new QueueShardCoordinator(GatewayQueue.noOp());
    coordinator.publishConnected(ShardInfo.create(0, 2)).block();
    coordinator.publishConnected(ShardInfo.create(0, 2)).block();
    coordinator.publishConnected(ShardInfo.create(1, 2)).block();
    assertEquals(2, coordinator.getConnectedCount().block());
    coordinator.publishDisconnected(ShardInfo.create(0, 2), null).block();
    coordinator.publishDisconnected(ShardInfo.create(0, 2), null).block();
    assertEquals(1, coordinator.getConnectedCount().block());
  }

  @Test
  void getIdentifyLimiter_noBuckets_namesTheValue() {
    var coordinator = new QueueShardCoordinator(GatewayQueue.noOp());
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> coordinator.getIdentifyLimiter(ShardInfo.create(0, 1), 0));
    assertEquals("maxConcurrency is 0, expected at least 1", thrown.getMessage());
  }

  @Test
  @SuppressWarnings("NullAway") // that is the test
  void new_noQueue_throws() {
    assertThrows(NullPointerException.class, () -> new QueueShardCoordinator(null));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
