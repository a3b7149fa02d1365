package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final History history = new History(0);

  @Test
  void view_lineEmptyForAMinute_aNewStartUpBegins() {
    pass(1, 10, 20);
    pass(2, 20 + MINUTE - 1, 20 + MINUTE);
    assertEquals(2, history.view(20 + MINUTE).releasedInStartUp());
    pass(3, 20 + 2 * MINUTE, 30 + 2 * MINUTE);
    assertEquals(1, history.view(30 + 2 * MINUTE).releasedInStartUp());
    assertEquals(3, history.view(30 + 2 * MINUTE).released());
    assertEquals(0, history.view(30 + 3 * MINUTE).releasedInStartUp());
  }

  @Test
  void view_somebodyWaitsForLong_itIsTheSameStartUp() {
    pass(1, 0, 1);
    history.joined(2);
    pass(2, 3, 4);
    assertEquals(2, history.view(2 + 10 * MINUTE).releasedInStartUp());
  }

  @Test
  void view_manyReleases_theLastFiftyAreTold() {
    LongStream.range(0, 60).forEach(i -> pass(i, i, i));
    var recent = history.view(60).recent();
    assertEquals(50, recent.size());
    assertEquals(59, recent.getFirst().shard().shard());
    assertEquals(10, recent.getLast().shard().shard());
  }

  @Test
  void changes_somethingHappens_areOthers() {
    long before = history.changes();
    history.joined(0);
    long joined = history.changes();
    history.left(1);
    assertNotEquals(before, joined);
    long left = history.changes();
    assertNotEquals(joined, left);
    history.released(release(1, 1));
    assertNotEquals(left, history.changes());
  }

  private void pass(long shard, long joinedNanos, long leftNanos) {
    history.joined(joinedNanos);
    history.left(leftNanos);
    history.released(release(shard, leftNanos - joinedNanos));
  }

  private static History.Release release(long shard, long waitedNanos) {
    return new History.Release(
        new ShardQuery(shard, 100, true, null), 0, waitedNanos, Instant.EPOCH);
  }
}
