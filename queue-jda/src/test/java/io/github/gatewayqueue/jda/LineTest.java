package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.dv8tion.jda.api.JDA;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is decided, in virtual time that begins just before the clock overflows. */
class LineTest {
  private static final long BEGIN = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();

  private final Line line = new Line(Timing.DEFAULT);

  private static long at(double seconds) {
    return BEGIN + (long) (seconds * 1e9);
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }

  private Start begin(int shard, double seconds) {
    var node = new TestNode(shard, 32);
    line.add(node);
    return line.begin(node, at(seconds));
  }

  @Test
  void first_severalBuckets_isInOrderOfArrival() {
    List<TestNode> nodes = new ArrayList<>();
    for (int id : new int[] {5, 1, 4, 0, 3}) {
      var node = new TestNode(id, 6);
      nodes.add(node);
      line.add(node);
    }
    assertSame(nodes.get(0), line.first(0));
    line.concurrency(2);
    assertSame(nodes.get(0), line.first(1));
    assertSame(nodes.get(2), line.first(0));
    assertEquals(Set.of(0, 1), line.buckets());
    line.concurrency(6);
    assertNull(line.first(2));
    assertEquals(Set.of(0, 1, 3, 4, 5), line.buckets());
  }

  @Test
  void add_whoWaitsAlready_keepsItsPlace() {
    var first = new TestNode(0, 2);
    line.add(first);
    line.add(new TestNode(1, 2));
    line.add(first);
    assertSame(first, line.first(0));
    assertEquals(2, line.waiting());
  }

  @Test
  void remove_whoWaits_isNobodyAnyMore() {
    var node = new TestNode(0, 2);
    line.add(node);
    line.remove(node);
    line.remove(node);
    assertNull(line.first(0));
    assertEquals(0, line.waiting());
  }

  @Test
  void quietNanos_afterAnIdentify_isWhatIsLeftOfSixSeconds() {
    Start start = begin(0, 0);
    assertTrue(line.isHeld(0));
    line.identified(start, at(1));
    assertFalse(line.isHeld(0));
    assertEquals(5, seconds(line.quietNanos(0, at(2))));
    assertEquals(0, seconds(line.quietNanos(0, at(7))));
  }

  @Test
  void concurrency_grows_onlyTheBucketOfWhoIdentifiedIsQuiet() {
    line.identified(begin(5, 0), at(0));
    line.concurrency(4);
    assertEquals(5, seconds(line.quietNanos(1, at(1))));
    assertEquals(0, seconds(line.quietNanos(0, at(1))));
  }

  @Test
  void concurrency_shrinks_bucketIsQuietAfterTheLastOfAllItsShards() {
    line.concurrency(4);
    line.identified(begin(0, 0), at(0));
    line.identified(begin(1, 0), at(3));
    line.identified(begin(2, 0), at(1));
    Start connecting = begin(3, 3);
    line.concurrency(1);
    assertTrue(line.isHeld(0));
    line.ended(connecting);
    assertFalse(line.isHeld(0));
    assertEquals(5, seconds(line.quietNanos(0, at(4))));
  }

  @ParameterizedTest
  @EnumSource(names = {"AWAITING_LOGIN_CONFIRMATION", "LOADING_SUBSYSTEMS", "CONNECTED"})
  void observe_statusAfterIdentify_isAnIdentifyNow(JDA.Status status) {
    Start start = begin(0, 0);
    assertFalse(line.observe(start, status, at(2)));
    assertFalse(line.isPending(start));
    assertEquals(6, seconds(line.quietNanos(0, at(2))));
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "CONNECTING_TO_WEBSOCKET",
        "IDENTIFYING_SESSION",
        "RECONNECT_QUEUED",
        "DISCONNECTED"
      })
  void observe_noIdentifyFor30Seconds_bucketGoesOnAndIsToldOnce(JDA.Status status) {
    Start start = begin(0, 0);
    assertFalse(line.observe(start, status, at(29.9)));
    assertTrue(line.isHeld(0));
    assertTrue(line.observe(start, status, at(30)));
    assertFalse(line.isHeld(0));
    assertFalse(line.observe(start, status, at(31)));
  }

  @Test
  void observe_identifyOfOneOverdue_isRememberedAllTheSame() {
    Start start = begin(0, 0);
    line.observe(start, JDA.Status.IDENTIFYING_SESSION, at(30));
    assertEquals(0, line.quietNanos(0, at(40)));
    line.observe(start, JDA.Status.CONNECTED, at(40));
    assertEquals(6, seconds(line.quietNanos(0, at(40))));
  }

  @Test
  void observe_jdaItselfTriesAgain_bucketIsHeldForAsLongAsThat() {
    Start start = begin(0, 0);
    line.observe(start, JDA.Status.WAITING_TO_RECONNECT, at(500));
    line.observe(start, JDA.Status.ATTEMPTING_TO_RECONNECT, at(529));
    assertTrue(line.isHeld(0));
    assertTrue(line.observe(start, JDA.Status.ATTEMPTING_TO_RECONNECT, at(530)));
    assertFalse(line.isHeld(0));
  }

  @Test
  void observe_overdueOneIsTriedAgainByJda_holdsItsBucketOnceMore() {
    Start start = begin(0, 0);
    assertTrue(line.observe(start, JDA.Status.ATTEMPTING_TO_RECONNECT, at(30)));
    assertFalse(line.isHeld(0));
    line.observe(start, JDA.Status.WAITING_TO_RECONNECT, at(31));
    assertTrue(line.isHeld(0));
  }

  @Test
  void spacedNanos_afterAFailure_isNotPaused() {
    line.pause(new TestNode(0, 32), at(0));
    assertEquals(5, seconds(line.quietNanos(0, at(0))));
    assertEquals(0, line.spacedNanos(0, at(0)));
  }

  @Test
  void pause_failuresInARow_doublesUpToFiveMinutes() {
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      pauses.add(line.pause(new TestNode(i, 32), at(0)).toSeconds());
    }
    assertEquals(List.of(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L, 300L), pauses);
    assertEquals(300, seconds(line.quietNanos(0, at(0))));
  }

  @Test
  void pause_afterAnIdentify_beginsAnew() {
    line.pause(new TestNode(0, 32), at(0));
    line.pause(new TestNode(0, 32), at(0));
    line.identified(begin(1, 0), at(0));
    assertEquals(Duration.ofSeconds(5), line.pause(new TestNode(0, 32), at(0)));
  }

  @Test
  void pause_otherBucket_isNotQuiet() {
    line.concurrency(2);
    line.pause(new TestNode(0, 32), at(0));
    assertEquals(0, line.quietNanos(1, at(0)));
    assertEquals(5, seconds(line.quietNanos(0, at(0))));
  }

  /** Every bucket serves its shards in order, six seconds apart: the ideal, for any bot. */
  @ParameterizedTest
  @ValueSource(ints = {1, 16, 64})
  void startUp_everybodyIdentifiesAtOnce_takesTheRoundsAndKeepsTheOrder(int concurrency) {
    int shards = 1_000;
    line.concurrency(concurrency);
    for (int id = 0; id < shards; id++) {
      line.add(new TestNode(id, shards));
    }
    int rounds = (shards + concurrency - 1) / concurrency;
    for (int round = 0; round < rounds; round++) {
      long nowNanos = at(6.0 * round);
      for (int bucket = 0; bucket < Math.min(concurrency, shards - concurrency * round); bucket++) {
        assertEquals(0, line.quietNanos(bucket, nowNanos));
        TestNode node = first(bucket);
        assertEquals(concurrency * round + bucket, node.getShardInfo().getShardId());
        line.identified(line.begin(node, nowNanos), nowNanos);
        assertTrue(line.quietNanos(bucket, nowNanos + 1) > 0);
      }
    }
    assertEquals(0, line.waiting());
  }

  private TestNode first(int bucket) {
    @Nullable TestNode node = (TestNode) line.first(bucket);
    assertTrue(node != null);
    return node;
  }
}
