package io.github.gatewayqueue.local.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drives the decisions in virtual time: no thread waits here, and no clock is read. */
class LineTest {
  private static final long INTERVAL = Duration.ofSeconds(6).toNanos();

  /** The last one has the clock run over from its greatest value to its least on the way. */
  private static final long[] ORIGINS = {0, -INTERVAL, 1234567, Long.MAX_VALUE - 3 * INTERVAL};

  @Test
  void line_arrivalsCancellationsAndIdleSpells_doesWhatTheModelDoes() {
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      long now = ORIGINS[seed % ORIGINS.length];
      new Walk(random, now).run(200);
    }
  }

  /** One history of a line, and of the model beside it. */
  private static final class Walk {
    private final Random random;
    private final Line line;
    private final LineModel model;
    private long now;

    Walk(Random random, long now) {
      this.random = random;
      this.now = now;
      long start = now + random.nextInt(2) * INTERVAL;
      line = new Line(INTERVAL, StartBudget.UNLIMITED, start);
      model = new LineModel(INTERVAL, start);
    }

    void run(int steps) {
      for (int i = 0; i < steps; i++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> arrive();
          case 3 -> cancel();
          case 4 -> now += random.nextLong(INTERVAL / 2); // too soon for the next, mostly
          case 5 -> now += model.delayNanos(now); // on the dot
          case 6 -> now += random.nextLong(10 * INTERVAL); // idle
          default -> release();
        }
        assertEquals(model.waiting, waitersOf(line));
      }
    }

    private void arrive() {
      Waiter waiter = waiter(0);
      line.join(waiter);
      model.waiting.add(waiter);
    }

    private void cancel() {
      if (!model.waiting.isEmpty()) {
        line.leave(model.waiting.remove(random.nextInt(model.waiting.size())));
      }
    }

    private void release() {
      Waiter head = line.head();
      if (head != null) {
        long expectedDelay = model.delayNanos(now);
        Waiter expected = model.release(now);
        assertEquals(expectedDelay, line.tryReleaseHead(now));
        assertSame(expected, expectedDelay == 0 ? head : null);
        assertEquals(expectedDelay == 0 ? now : 0, head.releaseNanos);
      }
    }
  }

  @Test
  void line_100000Shards_comeUpInOrderAndOnTheDot() {
    int shards = 100_000;
    Line line = new Line(INTERVAL, StartBudget.UNLIMITED, 0);
    for (int i = 0; i < shards; i++) {
      line.join(waiter(i));
    }
    long now = 0;
    for (int released = 0; released < shards; ) {
      Waiter head = line.head();
      assertEquals(released, head == null ? -1 : head.id);
      long delay = line.tryReleaseHead(now);
      now += delay;
      if (delay == 0) {
        released++;
      }
    }
    assertNull(line.head());
    assertEquals((shards - 1) * INTERVAL, now);
  }

  @Test
  void tryReleaseHead_oneNanosecondEarly_keepsTheHead() {
    Line line = new Line(INTERVAL, StartBudget.UNLIMITED, 0);
    line.join(waiter(0));
    line.join(waiter(1));
    assertEquals(0, line.tryReleaseHead(5));
    assertEquals(1, line.tryReleaseHead(INTERVAL + 4));
    assertEquals(0, line.tryReleaseHead(INTERVAL + 5));
  }

  @Test
  void tryReleaseHead_longestInterval_doesNotOverflow() {
    Line line = new Line(Long.MAX_VALUE, StartBudget.UNLIMITED, 7);
    line.join(waiter(0));
    line.join(waiter(1));
    assertEquals(0, line.tryReleaseHead(7));
    assertEquals(Long.MAX_VALUE - 93, line.tryReleaseHead(100));
  }

  @Test
  void successorsOf_longestInterval_carriesTheSpacingOver() {
    Line[] old = {
      new Line(Long.MAX_VALUE, StartBudget.UNLIMITED, -5),
      new Line(Long.MAX_VALUE, StartBudget.UNLIMITED, -5)
    };
    old[0].join(waiter(0));
    assertEquals(0, old[0].tryReleaseHead(0));
    Line[] fresh = Line.successorsOf(old, 1, 7);
    fresh[0].join(waiter(0));
    assertEquals(Long.MAX_VALUE - 7, fresh[0].tryReleaseHead(7));
    assertEquals(0, fresh[0].lastReleaseNanos().orElseThrow());
  }

  @Test
  void tryReleaseHead_emptyLine_isAMistake() {
    Line line = new Line(INTERVAL, StartBudget.UNLIMITED, 0);
    var thrown = assertThrows(IllegalStateException.class, () -> line.tryReleaseHead(0));
    assertEquals("nobody is in line", thrown.getMessage());
  }

  @Test
  void tryReleaseHead_budgetGone_chargesAndChangesNothing() {
    long[] answer = {42};
    Line line = new Line(INTERVAL, (now, hold) -> answer[0], 0);
    line.join(waiter(0));
    assertEquals(42, line.tryReleaseHead(0));
    assertEquals(0, line.notBeforeNanos(0));
    answer[0] = 0;
    assertEquals(0, line.tryReleaseHead(0));
    assertEquals(INTERVAL, line.notBeforeNanos(0));
  }

  @Test
  void tryReleaseHead_notDue_asksTheBudgetForNothing() {
    int[] charged = {0};
    Line line =
        new Line(
            INTERVAL,
            (now, hold) -> {
              charged[0]++;
              return 0;
            },
            0);
    line.join(waiter(0));
    line.join(waiter(1));
    assertEquals(0, line.tryReleaseHead(0));
    assertEquals(INTERVAL, line.tryReleaseHead(0));
    assertEquals(1, charged[0]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16, 24, 64})
  void moveWaiters_anyHistory_keepsOrderOfArrivalAndCarriesTheSpacingOver(int count) {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(31L * seed + count);
      Line[] old = new Line[1 + random.nextInt(32)];
      long origin = ORIGINS[seed % ORIGINS.length];
      Arrays.setAll(
          old, i -> new Line(INTERVAL, StartBudget.UNLIMITED, origin + random.nextLong(INTERVAL)));
      Deque<Waiter> arrived = new ArrayDeque<>();
      for (int i = random.nextInt(300); i > 0; i--) {
        Waiter waiter = waiter(random.nextInt(96));
        waiter.arrival = arrived.size();
        old[(int) (waiter.id % old.length)].join(waiter);
        arrived.add(waiter);
      }
      Line[] fresh = Line.successorsOf(old, count, origin + random.nextLong(2 * INTERVAL));
      Line.moveWaiters(old, fresh);
      checkRedistributed(old, fresh, arrived, origin);
    }
  }

  private static void checkRedistributed(
      Line[] old, Line[] fresh, Deque<Waiter> arrived, long origin) {
    for (int bucket = 0; bucket < fresh.length; bucket++) {
      int index = bucket;
      List<Waiter> expected = new ArrayList<>(arrived);
      expected.removeIf(waiter -> waiter.id % fresh.length != index);
      assertEquals(expected, waitersOf(fresh[bucket]));
      long latest = 0;
      for (int shard = bucket; shard < old.length * fresh.length; shard += fresh.length) {
        latest = Math.max(latest, old[shard % old.length].notBeforeNanos(0) - origin);
      }
      assertEquals(origin + latest, fresh[bucket].notBeforeNanos(0));
    }
  }

  private static Waiter waiter(long id) {
    return new Waiter(id, Thread.currentThread(), null);
  }

  /** Follows the links from the head, and sees that each one behind knows the one before. */
  private static List<Waiter> waitersOf(Line line) {
    List<Waiter> waiters = new ArrayList<>();
    Waiter before = null;
    for (Waiter waiter = line.head(); waiter != null; waiter = waiter.next) {
      assertSame(before, waiter.previous);
      waiters.add(waiter);
      before = waiter;
    }
    return waiters;
  }
}
