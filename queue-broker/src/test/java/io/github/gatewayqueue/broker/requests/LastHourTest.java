package io.github.gatewayqueue.broker.requests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LastHourTest {
  private static final long HOUR = Duration.ofHours(1).toNanos();

  private final LastHour lastHour = new LastHour();

  @Test
  void restarting_moreThanFiveTimesInAnHour_isTold() {
    start(5, 3, 16);
    assertEquals(List.of(), lastHour.restarting(4));
    start(1, 3, 16);
    assertEquals(List.of(restarting(3, 16, 6)), lastHour.restarting(HOUR - 1));
    assertEquals(6, lastHour.starts(HOUR - 1));
    assertEquals(List.of(), lastHour.restarting(HOUR));
  }

  @Test
  void restarting_several_theWorstIsFirst() {
    start(6, 9, 16);
    start(6, 2, 16);
    start(8, 5, 16);
    assertEquals(
        List.of(restarting(5, 16, 8), restarting(2, 16, 6), restarting(9, 16, 6)),
        lastHour.restarting(8));
  }

  /** A start-up with other totals is no crash loop, nor are clients that name no shard. */
  @Test
  void restarting_otherTotalOrNoShard_isAnother() {
    start(5, 3, 16);
    start(5, 3, 32);
    for (int i = 0; i < 10; i++) {
      lastHour.started(null, i);
    }
    assertEquals(List.of(), lastHour.restarting(10));
    assertEquals(20, lastHour.starts(10));
  }

  @Test
  void restarting_manyShards_twentyAreTold() {
    for (int shard = 0; shard < 30; shard++) {
      start(6, shard, 30);
    }
    assertEquals(20, lastHour.restarting(6).size());
  }

  @Test
  void started_moreThanItKeeps_forgetsTheOldest() {
    start(6, 0, 1);
    LongStream.range(0, LastHour.MAX_STARTS - 1)
        .forEach(shard -> lastHour.started(new LastHour.Shard(shard + 1, Long.MAX_VALUE), 7));
    assertEquals(LastHour.MAX_STARTS, lastHour.starts(7));
    assertEquals(List.of(), lastHour.restarting(7));
  }

  private void start(int times, long shard, long total) {
    for (int i = 0; i < times; i++) {
      lastHour.started(new LastHour.Shard(shard, total), i);
    }
  }

  private static LastHour.Restarting restarting(long shard, long total, int starts) {
    return new LastHour.Restarting(new LastHour.Shard(shard, total), starts);
  }
}
