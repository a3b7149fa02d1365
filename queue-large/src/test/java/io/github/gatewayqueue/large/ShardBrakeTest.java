package io.github.gatewayqueue.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.large.ShardBrake.Pause;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Drives the brake in virtual time: nothing waits here, and no clock is read. */
class ShardBrakeTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final long HOUR = Duration.ofHours(1).toNanos();

  /** The clock runs over from its greatest value to its least seconds into each test. */
  private static final long T0 = Long.MAX_VALUE - 20 * SECOND;

  private static final long SHARD = 7;

  private final ShardBrake brake = new ShardBrake();
  private long now = T0;

  /** Has the shard start once more, after its pause, and returns what that was. */
  private Pause start(long id) {
    Pause pause = brake.arrive(id, now);
    now += pause.nanos();
    brake.started(id, pause, now);
    return pause;
  }

  private void start(int times) {
    for (int i = 0; i < times; i++) {
      assertEquals(Pause.NONE, start(SHARD));
      now += 8 * SECOND;
    }
  }

  @Test
  void arrive_fifthStartWithinTenMinutes_waitsFiveSeconds() {
    start(4);
    assertEquals(new Pause(5 * SECOND, 1, 4, true), brake.arrive(SHARD, now));
  }

  @Test
  void arrive_justWithinTenMinutesOfTheFirst_waits() {
    start(4);
    assertEquals(1, brake.arrive(SHARD, T0 + 10 * MINUTE - 1).step());
    assertEquals(Pause.NONE, brake.arrive(SHARD, T0 + 10 * MINUTE));
  }

  @Test
  void arrive_fourTimesInAnyTenMinutes_neverWaits() {
    for (int i = 0; i < 1_000; i++) {
      assertEquals(Pause.NONE, start(SHARD));
      now += 150 * SECOND;
    }
  }

  @Test
  void arrive_againAndAgain_doublesToAQuarterOfAnHour() {
    start(4);
    List<Long> seconds =
        Stream.generate(() -> start(SHARD)).limit(10).map(p -> p.nanos() / SECOND).toList();
    assertEquals(List.of(5L, 10L, 20L, 40L, 80L, 160L, 320L, 640L, 900L, 900L), seconds);
    assertEquals(new Pause(900 * SECOND, 11, 14, true), brake.arrive(SHARD, now));
  }

  @Test
  void arrive_aHundredTimes_waitsNoLongerAndNoShorter() {
    start(4);
    IntStream.range(0, 100).forEach(i -> start(SHARD));
    assertEquals(900 * SECOND, brake.arrive(SHARD, now).nanos());
  }

  /** What the class says of its numbers. */
  @Test
  void arrive_forADay_isSomeHundredStarts() {
    int starts = 0;
    while (now - T0 < 24 * HOUR) {
      start(SHARD);
      starts++;
      now += 2 * SECOND; // until it dies
    }
    assertTrue(starts > 50 && starts < 150, starts + " starts");
  }

  @Test
  void arrive_loopsMoreSlowlyLater_stillWaits() {
    start(4);
    start(SHARD);
    now += HOUR - 1;
    assertEquals(10 * SECOND, brake.arrive(SHARD, now).nanos());
  }

  @Test
  void arrive_anHourAfterTheLastStart_isForgotten() {
    start(4);
    start(SHARD);
    now += HOUR;
    start(4);
    assertEquals(new Pause(5 * SECOND, 1, 4, true), brake.arrive(SHARD, now));
  }

  @Test
  void arrive_otherShards_joinAtOnce() {
    start(4);
    for (long id = 0; id < SHARD; id++) {
      assertEquals(Pause.NONE, brake.arrive(id, now));
    }
    assertEquals(Pause.NONE, brake.arrive(SHARD + (1L << 32), now));
  }

  /** As a client does that hangs up in its pause, and asks again. */
  @Test
  void arrive_againInThePause_waitsTheRestAndIsToldOnce() {
    start(4);
    assertEquals(new Pause(5 * SECOND, 1, 4, true), brake.arrive(SHARD, now));
    assertEquals(new Pause(4 * SECOND, 1, 4, false), brake.arrive(SHARD, now + SECOND));
    assertEquals(new Pause(1, 1, 4, false), brake.arrive(SHARD, now + 5 * SECOND - 1));
  }

  @Test
  void arrive_againAfterThePause_joinsAtOnceUntilItHasStarted() {
    start(4);
    brake.arrive(SHARD, now);
    now += 5 * SECOND;
    assertEquals(new Pause(0, 1, 4, false), brake.arrive(SHARD, now));
    now += MINUTE;
    assertEquals(new Pause(0, 1, 4, false), start(SHARD));
    assertEquals(new Pause(10 * SECOND, 2, 5, true), brake.arrive(SHARD, now));
  }

  /** A pause that nobody waited for is not kept for the next loop. */
  @Test
  void arrive_againInALaterLoop_waitsAnew() {
    start(4);
    brake.arrive(SHARD, now);
    now += 10 * MINUTE;
    start(4);
    assertEquals(new Pause(5 * SECOND, 1, 8, false), brake.arrive(SHARD, now));
  }

  /** A request that gives up after the usual 15 s gets through all the same. */
  @Test
  void arrive_givenUpAndMadeAgain_endsWithTheLongestPause() {
    start(4);
    for (int starts = 0; starts < 12; starts++) {
      long firstNanos = now;
      Pause pause = brake.arrive(SHARD, now);
      long wholeNanos = pause.nanos();
      for (int given = 0; pause.nanos() > 15 * SECOND; given++) {
        assertTrue(given < 100, "never let in");
        now += 16 * SECOND;
        pause = brake.arrive(SHARD, now);
      }
      now += pause.nanos();
      assertTrue(now - firstNanos - wholeNanos <= SECOND, "after " + (now - firstNanos) + " ns");
      brake.started(SHARD, pause, now);
    }
  }

  @Test
  void started_twoRequestsOfOneShardAtOnce_areOneStep() {
    start(4);
    Pause first = brake.arrive(SHARD, now);
    Pause second = brake.arrive(SHARD, now);
    assertEquals(first.nanos(), second.nanos());
    assertFalse(second.isNews());
    now += 5 * SECOND;
    brake.started(SHARD, first, now);
    brake.started(SHARD, second, now);
    assertEquals(new Pause(10 * SECOND, 2, 6, true), brake.arrive(SHARD, now));
  }

  @Test
  void cancelled_beforeThePause_isNoStart() {
    start(3);
    Pause pause = start(SHARD);
    brake.cancelled(SHARD, pause, now);
    assertEquals(Pause.NONE, brake.arrive(SHARD, now));
    assertEquals(Pause.NONE, start(SHARD));
    assertEquals(4, brake.arrive(SHARD, now).starts());
  }

  @Test
  void cancelled_afterThePause_takesTheStepBackAndHasServedThePause() {
    start(4);
    Pause pause = start(SHARD);
    brake.cancelled(SHARD, pause, now);
    assertEquals(new Pause(0, 1, 4, false), start(SHARD));
    assertEquals(new Pause(10 * SECOND, 2, 5, true), brake.arrive(SHARD, now));
  }

  /** The one that came to a step later has not brought the shard to the step that it stands at. */
  @Test
  void cancelled_ofAnEarlierStep_leavesTheStep() {
    start(4);
    Pause first = start(SHARD);
    long firstNanos = now;
    start(SHARD);
    brake.cancelled(SHARD, first, firstNanos);
    assertEquals(new Pause(20 * SECOND, 3, 5, true), brake.arrive(SHARD, now));
  }

  @Test
  void cancelled_theOnlyStart_leavesNothing() {
    Pause pause = start(SHARD);
    brake.cancelled(SHARD, pause, now);
    brake.cancelled(SHARD, pause, now);
    start(4);
    assertEquals(4, brake.arrive(SHARD, now).starts());
  }

  @Test
  void cancelled_forgottenMeanwhile_changesNothing() {
    Pause pause = start(SHARD);
    long startedNanos = now;
    now += HOUR;
    assertEquals(Pause.NONE, brake.arrive(SHARD, now));
    start(4);
    brake.cancelled(SHARD, pause, startedNanos);
    assertEquals(4, brake.arrive(SHARD, now).starts());
  }

  @Test
  void started_aHundredThousandShardsOnceEach_areForgottenAfterAnHour() {
    for (long id = 0; id < 100_000; id++) {
      start(id);
    }
    now += HOUR;
    for (long id = 100_000; id < 300_000; id++) {
      start(id);
    }
    assertTrue(brake.size() <= 200_000, brake.size() + " shards");
    now += HOUR;
    for (long id = 0; id < 600_000; id++) {
      start(id % 10 + 1_000_000);
    }
    assertTrue(brake.size() <= 200_010, brake.size() + " shards");
  }
}
