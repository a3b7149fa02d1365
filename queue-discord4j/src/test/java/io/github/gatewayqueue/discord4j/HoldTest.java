package io.github.gatewayqueue.discord4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import discord4j.gateway.ShardInfo;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the queue is told of a start. Without a network, as {@link QueueShardCoordinatorTest}. */
class HoldTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final SessionStartLimit LIMIT =
      new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1);

  private final LargeBotQueue large =
      LargeBotQueue.builder(() -> LIMIT)
          .interval(LONG)
          .holdTimeout(LONG)
          .initialLimit(LIMIT)
          .build();
  private final WatchedQueue queue = new WatchedQueue(large);
  private final QueueShardCoordinator coordinator = new QueueShardCoordinator(queue);

  private void awaitStory(String... starts) {
    Await.await().untilAsserted(() -> assertEquals(List.of(starts), queue.story()));
  }

  private void publishConnected(int id) {
    coordinator.publishConnected(ShardInfo.create(id, 2)).block();
  }

  private int remaining() {
    return large.limit().orElseThrow().remaining();
  }

  @Test
  void ready_isTheAnswer() {
    var identify = new TestIdentify(coordinator, 0, 2, 1);
    awaitStory("0 identified");
    assertTrue(identify.isSent());
    publishConnected(1);
    publishConnected(0);
    awaitStory("0 answered identified");
    identify.cancel();
    awaitStory("0 answered closed identified");
  }

  /** Whether by op 9, by Discord or by Discord4J is not told. */
  @Test
  void connectionEnds_afterIdentify_startIsSpentAndNotAnswered() {
    new TestIdentify(coordinator, 0, 2, 1).cancelOnce(TestIdentify::isSent);
    Await.until(() -> queue.start(0).is("closed"));
    assertFalse(queue.start(0).is("cancelled"));
    assertFalse(queue.start(0).is("answered"));
    assertEquals(999, remaining());
  }

  @Test
  void resumed_isNoAnswer() {
    new TestIdentify(coordinator, 0, 2, 1).cancelOnce(TestIdentify::isSent);
    Await.until(() -> queue.start(0).is("closed"));
    publishConnected(0);
    assertFalse(queue.start(0).is("answered"));
  }

  @Test
  void connectionEnds_afterTheNextOneHasIdentified_readyIsOfTheNextOne() {
    var held = new WatchedQueue(new LocalQueue(Duration.ofMillis(1)));
    var quick = new QueueShardCoordinator(held);
    var old = new TestIdentify(quick, 0, 2, 1);
    Await.until(old::isSent);
    var next = new TestIdentify(quick, 0, 2, 1);
    Await.until(next::isSent);
    old.cancel();
    quick.publishConnected(ShardInfo.create(0, 2)).block();
    assertFalse(held.start(0).is("answered"));
    assertTrue(held.start(1).is("answered"));
  }

  /** The queue has released it already, and its thread has not gone on yet. */
  @Test
  void connectionEnds_releasedAtThatMoment_startIsGivenBack() {
    queue.stall();
    var lost = new TestIdentify(coordinator, 0, 2, 1);
    Await.until(() -> queue.starts() == 1);
    lost.cancel();
    queue.goOn();
    var next = new TestIdentify(coordinator, 1, 2, 1);
    awaitStory("0 cancelled", "1 identified");
    assertTrue(next.isSent());
    assertFalse(lost.isSent());
    assertEquals(1, lost.references(), "released once");
    assertEquals(999, remaining());
  }

  /** So an IDENTIFY that is released goes out at once. */
  @Test
  void socketTakesNothing_queueIsNotAskedUntilItDoes() {
    var identify = TestIdentify.untaken(coordinator, 0, 2, 1);
    assertEquals(0, coordinator.waiting());
    identify.take();
    awaitStory("0 identified");
    assertTrue(identify.isSent());
  }

  /** Released one after another, both would identify at once: the first thread stood still. */
  @Test
  void identifyIsLate_nextOfAnotherProcessWaitsForIt() {
    var interval = Duration.ofMillis(100);
    var shared = new LocalQueue(interval);
    var slow = new WatchedQueue(shared);
    var other = new WatchedQueue(shared);
    slow.stall();
    var first = new TestIdentify(new QueueShardCoordinator(slow), 0, 2, 1);
    Await.until(() -> slow.starts() == 1);
    var second = new TestIdentify(new QueueShardCoordinator(other), 1, 2, 1);
    Await.until(() -> System.nanoTime() - slow.start(0).releasedNanos > interval.toNanos());
    Await.until(() -> shared.waiting() == 1);
    slow.goOn();
    Await.until(second::isSent);
    assertTrue(first.isSent());
    long apartNanos = other.start(0).releasedNanos - slow.start(0).nanos("identified");
    assertTrue(apartNanos >= interval.toNanos(), () -> apartNanos + " ns");
  }

  /** One that is lost between this and the socket counts as sent. */
  @Test
  void connectionEnds_racingTheRelease_isNeverSentAndGivenBack() {
    for (int round = 0; round < 400; round++) {
      var raced = new WatchedQueue(GatewayQueue.noOp());
      var identify = new TestIdentify(new QueueShardCoordinator(raced), 0, 1, 1);
      for (int spins = round % 100 * 50; spins > 0; spins--) {
        Thread.onSpinWait();
      }
      identify.cancel();
      Await.until(() -> identify.isSent() || identify.references() == 1);
      if (raced.starts() == 1) {
        WatchedQueue.Start start = raced.start(0);
        Await.until(() -> start.is("cancelled") || start.is("closed"));
        assertFalse(identify.isSent() && start.is("cancelled"), "round " + round);
        assertFalse(start.is("identified") && start.is("cancelled"), "round " + round);
      }
    }
  }
}
