package io.github.gatewayqueue.local.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.local.engine.HoldModel.Word;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Histories of several lines whose number changes under way, and of starts that are held, in
 * virtual time, beside a model that knows no lines: it keeps one list of arrivals, for every shard
 * when that one may start again and when one of its bucket last started, and for every start which
 * shards wait for it.
 */
class RedistributeTest {
  private static final long INTERVAL = Duration.ofSeconds(6).toNanos();

  /** Each number of buckets divides it, so that the shards from 0 to this have every remainder. */
  private static final int SHARDS = 48;

  private static final int[] COUNTS = {1, 2, 3, 4, 6, 16, 24, 48};

  private static final List<Word> WORDS = List.of(Word.values());

  private int resizesWithWaiters;
  private int resizesWithHolds;
  private int lateWords;

  @Test
  void lines_anythingThatMayHappen_doWhatTheModelDoes() {
    for (int seed = 0; seed < 1000; seed++) {
      new History(new Random(seed)).run(400);
    }
    assertTrue(resizesWithWaiters > 1000, resizesWithWaiters + " resizes with waiters");
    assertTrue(resizesWithHolds > 1000, resizesWithHolds + " resizes with starts that are held");
    assertTrue(lateWords > 1000, lateWords + " words of starts that had run out");
  }

  /** A start, what was said of it, and which shards wait for it. */
  private record Held(int shard, Hold hold, HoldModel model, BitSet shards) {}

  private final class History {
    private final Random random;
    private final long holdNanos;
    private final List<Waiter> model = new ArrayList<>();
    private final long[] notBefore = new long[SHARDS];
    private final OptionalLong[] lastRelease = new OptionalLong[SHARDS];
    private final List<Held> starts = new ArrayList<>();
    private Line[] lines;
    private long arrivals;

    /** What the model's time is counted from; the engine's clock may run over. */
    private final long origin;

    private long now;

    History(Random random) {
      this.random = random;
      holdNanos = INTERVAL / 2 + random.nextLong(6 * INTERVAL);
      origin = Long.MAX_VALUE - random.nextLong(100 * INTERVAL);
      Arrays.fill(notBefore, now);
      Arrays.fill(lastRelease, OptionalLong.empty());
      lines = new Line[count()];
      Arrays.setAll(lines, i -> new Line(INTERVAL, StartBudget.UNLIMITED, origin + now));
    }

    private int count() {
      return COUNTS[random.nextInt(COUNTS.length)];
    }

    void run(int steps) {
      for (int step = 0; step < steps; step++) {
        switch (random.nextInt(16)) {
          case 0, 1, 2, 3 -> arrive();
          case 4 -> cancel();
          case 5, 6, 7, 8 -> release(random.nextInt(lines.length));
          case 9 -> now += random.nextLong(INTERVAL);
          case 10, 11, 12 -> say();
          case 13 -> now = Math.max(now, dueNanos(random.nextInt(SHARDS))); // on the dot
          case 14 -> checkLines();
          default -> {
            if (random.nextInt(3) == 0) {
              resize(count());
            }
          }
        }
      }
    }

    private void arrive() {
      int shard = random.nextInt(SHARDS);
      @Nullable Hold hold =
          random.nextInt(3) == 0 ? null : new Hold(shard, SHARDS, holdNanos, INTERVAL);
      Waiter waiter = new Waiter(shard, Thread.currentThread(), hold);
      waiter.arrival = arrivals++;
      lineOf(shard).join(waiter);
      model.add(waiter);
    }

    private Line lineOf(long shard) {
      return lines[(int) (shard % lines.length)];
    }

    private void cancel() {
      if (!model.isEmpty()) {
        Waiter waiter = model.remove(random.nextInt(model.size()));
        lineOf(waiter.id).leave(waiter);
      }
    }

    /** The shards that share the shard's bucket. */
    private BitSet bucketOf(long shard) {
      BitSet shards = new BitSet();
      for (int s = (int) (shard % lines.length); s < SHARDS; s += lines.length) {
        shards.set(s);
      }
      return shards;
    }

    private long dueNanos(int shard) {
      long due = notBefore[shard];
      for (Held start : starts) {
        if (start.shards.get(shard)) {
          due = Math.max(due, start.model.dueNanos());
        }
      }
      return due;
    }

    private void checkLines() {
      for (int bucket = 0; bucket < lines.length; bucket++) {
        OptionalLong last = lines[bucket].lastReleaseNanos();
        assertEquals(
            lastRelease[bucket],
            last.isEmpty() ? last : OptionalLong.of(last.getAsLong() - origin));
        long due = lines[bucket].notBeforeNanos(origin + now) - origin;
        assertEquals(Math.max(now, dueNanos(bucket)), Math.max(now, due)); // what is past is past
      }
      for (Held start : starts) {
        assertEquals(start.model.isExpired(now), start.hold.isExpired(origin + now));
        assertEquals(start.model.isHeld(now), start.hold.runsOutInNanos(origin + now).isPresent());
      }
    }

    private void release(int bucket) {
      Waiter head = lines[bucket].head();
      Waiter first =
          model.stream().filter(w -> w.id % lines.length == bucket).findFirst().orElse(null);
      assertEquals(first, head);
      if (head == null) {
        return;
      }
      long due = dueNanos(bucket);
      long delay = lines[bucket].tryReleaseHead(origin + now);
      if (due - now > 0) {
        assertTrue(delay > 0 && delay <= due - now, () -> delay + " of " + (due - now));
        return;
      }
      assertEquals(0, delay);
      model.remove(head);
      BitSet shards = bucketOf(bucket);
      starts.forEach(start -> start.shards.andNot(shards));
      shards.stream()
          .forEach(shard -> {
            lastRelease[shard] = OptionalLong.of(now);
            if (head.hold == null) {
              notBefore[shard] = now + INTERVAL;
            }
          });
      if (head.hold != null) {
        starts.add(
            new Held((int) head.id, head.hold, new HoldModel(now, holdNanos, INTERVAL), shards));
      }
    }

    /** Mostly of a start that is still held, and now and then of one that is long gone. */
    private void say() {
      if (starts.isEmpty()) {
        return;
      }
      int recent = Math.min(starts.size(), random.nextInt(10) == 0 ? SHARDS : 4);
      Held start = starts.get(starts.size() - 1 - random.nextInt(recent));
      Word word = WORDS.get(random.nextInt(WORDS.size()));
      lateWords += start.model.isExpired(now) ? 1 : 0;
      start.model.say(word, now);
      switch (word) {
        case IDENTIFIED -> start.hold.identified(origin + now);
        case ANSWERED -> start.hold.answered(origin + now);
        case CANCEL -> {
          boolean before = start.hold.runsOutInNanos(origin + now).isPresent();
          assertEquals(before && start.model.isGivenBack(), start.hold.cancel(origin + now));
        }
        case CLOSE -> start.hold.close(origin + now);
      }
      lineOf(start.shard).hear(start.hold, origin + now);
      bucketOf(start.shard).stream()
          .filter(shard -> !start.shards.get(shard)) // others have followed there
          .forEach(shard -> notBefore[shard] = Math.max(notBefore[shard], start.model.dueNanos()));
    }

    /** Whatever shares a bucket from now on has to wait for the one that has to wait longest. */
    private void resize(int count) {
      resizesWithWaiters += model.isEmpty() ? 0 : 1;
      resizesWithHolds += starts.stream().anyMatch(start -> start.model.isHeld(now)) ? 1 : 0;
      Line[] old = lines;
      lines = Line.successorsOf(old, count, origin + now);
      Line.moveWaiters(old, lines);
      for (int bucket = 0; bucket < count; bucket++) {
        BitSet shards = bucketOf(bucket);
        long latest = shards.stream().mapToLong(shard -> notBefore[shard]).max().orElseThrow();
        OptionalLong last =
            shards.stream().mapToObj(shard -> lastRelease[shard]).reduce(this::later).orElseThrow();
        shards.stream()
            .forEach(shard -> {
              notBefore[shard] = latest;
              lastRelease[shard] = last;
            });
        for (Held start : starts) {
          if (start.shards.intersects(shards)) {
            start.shards.or(shards);
          }
        }
      }
    }

    private OptionalLong later(OptionalLong a, OptionalLong b) {
      if (a.isEmpty() || b.isEmpty()) {
        return a.isEmpty() ? b : a;
      }
      return a.getAsLong() > b.getAsLong() ? a : b;
    }
  }
}
