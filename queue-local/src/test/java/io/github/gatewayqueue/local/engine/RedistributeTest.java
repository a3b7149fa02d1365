package io.github.gatewayqueue.local.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Histories of several lines whose number changes under way, in virtual time, beside a model that
 * knows no lines: it keeps one list of arrivals, and for every shard when that one may start again
 * and when one of its bucket last started.
 */
class RedistributeTest {
  private static final long INTERVAL = Duration.ofSeconds(6).toNanos();

  /** Each number of buckets divides it, so that the shards from 0 to this have every remainder. */
  private static final int SHARDS = 48;

  private static final int[] COUNTS = {1, 2, 3, 4, 6, 16, 24, 48};

  @Test
  void lines_arrivalsCancellationsReleasesAndResizes_doWhatTheModelDoes() {
    int resizesWithWaiters = 0;
    for (int seed = 0; seed < 1000; seed++) {
      resizesWithWaiters += new History(new Random(seed)).run(300);
    }
    assertTrue(resizesWithWaiters > 1000, resizesWithWaiters + " resizes with waiters");
  }

  private static final class History {
    private final Random random;
    private final List<Waiter> model = new ArrayList<>();
    private final long[] notBefore = new long[SHARDS];
    private final OptionalLong[] lastRelease = new OptionalLong[SHARDS];
    private Line[] lines;
    private long arrivals;
    private long now;

    History(Random random) {
      this.random = random;
      now = Long.MAX_VALUE - random.nextLong(100 * INTERVAL);
      Arrays.fill(notBefore, now);
      Arrays.fill(lastRelease, OptionalLong.empty());
      lines = new Line[count()];
      Arrays.setAll(lines, i -> new Line(INTERVAL, StartBudget.UNLIMITED, now));
    }

    private int count() {
      return COUNTS[random.nextInt(COUNTS.length)];
    }

    int run(int steps) {
      int resizes = 0;
      for (int step = 0; step < steps; step++) {
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3 -> arrive();
          case 4 -> cancel();
          case 5, 6, 7 -> release(random.nextInt(lines.length));
          case 8 -> now += random.nextLong(INTERVAL);
          default -> {
            resizes += model.isEmpty() ? 0 : 1;
            resize(count());
          }
        }
      }
      return resizes;
    }

    private void arrive() {
      Waiter waiter = new Waiter(random.nextInt(SHARDS), Thread.currentThread());
      waiter.arrival = arrivals++;
      lineOf(waiter).join(waiter);
      model.add(waiter);
    }

    private Line lineOf(Waiter waiter) {
      return lines[(int) (waiter.id % lines.length)];
    }

    private void cancel() {
      if (!model.isEmpty()) {
        Waiter waiter = model.remove(random.nextInt(model.size()));
        lineOf(waiter).leave(waiter);
      }
    }

    private void release(int bucket) {
      Waiter head = lines[bucket].head();
      Waiter first =
          model.stream().filter(w -> w.id % lines.length == bucket).findFirst().orElse(null);
      assertEquals(first, head);
      assertEquals(lastRelease[bucket], lines[bucket].lastReleaseNanos());
      if (head == null) {
        return;
      }
      long delay = Math.max(0, notBefore[bucket] - now);
      assertEquals(delay, lines[bucket].tryReleaseHead(now));
      if (delay == 0) {
        model.remove(head);
        for (int shard = bucket; shard < SHARDS; shard += lines.length) {
          notBefore[shard] = now + INTERVAL;
          lastRelease[shard] = OptionalLong.of(now);
        }
      }
    }

    /** Whatever shares a bucket from now on has to wait for the one that has to wait longest. */
    private void resize(int count) {
      Line[] old = lines;
      lines = Line.successorsOf(old, count, now);
      Line.moveWaiters(old, lines);
      for (int bucket = 0; bucket < count; bucket++) {
        long latest = notBefore[bucket];
        OptionalLong last = OptionalLong.empty();
        for (int shard = bucket; shard < SHARDS; shard += count) {
          latest = notBefore[shard] - latest > 0 ? notBefore[shard] : latest;
          last = later(last, lastRelease[shard]);
        }
        for (int shard = bucket; shard < SHARDS; shard += count) {
          notBefore[shard] = latest;
          lastRelease[shard] = last;
        }
      }
    }

    private static OptionalLong later(OptionalLong a, OptionalLong b) {
      if (a.isEmpty() || b.isEmpty()) {
        return a.isEmpty() ? b : a;
      }
      return a.getAsLong() - b.getAsLong() > 0 ? a : b;
    }
  }
}
