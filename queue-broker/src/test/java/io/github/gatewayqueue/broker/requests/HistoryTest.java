package io.github.gatewayqueue.broker.requests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private long nowNanos;
  private final History history = new History(() -> nowNanos);

  @Test
  void view_lineEmptyForAMinute_aNewStartUpBegins() {
    pass(1, 10, 20);
    pass(2, 20 + MINUTE - 1, 20 + MINUTE);
    assertEquals(2, viewAt(20 + MINUTE).releasedInStartUp());
    pass(3, 20 + 2 * MINUTE, 30 + 2 * MINUTE);
    assertEquals(1, viewAt(30 + 2 * MINUTE).releasedInStartUp());
    assertEquals(3, viewAt(30 + 2 * MINUTE).released());
    assertEquals(0, viewAt(30 + 3 * MINUTE).releasedInStartUp());
  }

  @Test
  void view_somebodyWaitsForLong_itIsTheSameStartUp() {
    pass(1, 0, 1);
    nowNanos = 2;
    history.joined();
    pass(2, 3, 4);
    assertEquals(2, viewAt(2 + 10 * MINUTE).releasedInStartUp());
  }

  @Test
  void view_manyReleases_theLastFiftyAreTold() {
    LongStream.range(0, 60).forEach(i -> pass(i, i, i));
    var recent = viewAt(60).recent();
    assertEquals(50, recent.size());
    assertEquals(59, recent.getFirst().shard().shard());
    assertEquals(10, recent.getLast().shard().shard());
  }

  @Test
  void changes_somethingHappens_areOthers() {
    long before = history.changes();
    history.joined();
    long joined = history.changes();
    history.left();
    assertNotEquals(before, joined);
    long left = history.changes();
    assertNotEquals(joined, left);
    release(1, 1);
    assertNotEquals(left, history.changes());
  }

  @Test
  void view_releasesOfADay_tellsThemAndWhatWasLeft() {
    pass(1, 0, 1);
    history.remaining(999);
    nowNanos = LastDay.SLOT.toNanos();
    release(2, 1);
    History.View view = history.view();
    assertEquals(List.of(new LastDay.Slot(1, 999), new LastDay.Slot(1, null)), view.day());
    Duration ago = Duration.between(view.dayBegan(), Instant.now());
    assertTrue(ago.compareTo(LastDay.SLOT) >= 0, ago::toString);
    assertEquals(2, view.startsInLastHour());
    assertEquals(List.of(), view.restarting());
  }

  @Test
  void view_shardStartsAgainAndAgain_tellsIt() {
    for (int i = 0; i < 6; i++) {
      pass(7, i, i);
    }
    var restarting = new LastHour.Restarting(new LastHour.Shard(7, 100), 6);
    assertEquals(List.of(restarting), history.view().restarting());
  }

  private History.View viewAt(long atNanos) {
    nowNanos = atNanos;
    return history.view();
  }

  private void pass(long shard, long joinedNanos, long leftNanos) {
    nowNanos = joinedNanos;
    history.joined();
    nowNanos = leftNanos;
    history.left();
    release(shard, leftNanos - joinedNanos);
  }

  private void release(long shard, long waitedNanos) {
    ShardQuery query = new ShardQuery(shard, 100, true, null);
    history.released(new History.Release(query, 0, waitedNanos, Instant.EPOCH));
    history.started(query);
  }
}
