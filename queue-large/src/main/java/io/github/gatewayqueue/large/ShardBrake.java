package io.github.gatewayqueue.large;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides how long a shard waits that starts again and again. Plain state, guarded by itself; every
 * moment is handed in, as a value of {@link System#nanoTime}.
 *
 * <p>A shard that dies right after READY would start every few seconds, and use up a day's 1,000
 * starts in two hours. With these numbers it gets about a hundred starts a day.
 */
final class ShardBrake {
  /** This start within {@link #WITHIN} is the first that waits: nobody deploys that often. */
  static final int STARTS = 5;

  static final Duration WITHIN = Duration.ofMinutes(10);

  /** The first pause; each further start waits twice as long. */
  static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

  /** Short enough for a shard to be back soon after what made it fail is mended. */
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

  /** After so long without a start, what came before is forgotten. */
  static final Duration FORGOTTEN_AFTER = Duration.ofHours(1);

  /** How many doublings of the first pause there can be. */
  private static final int MAX_DOUBLINGS = 8;

  private static final int MIN_SWEEP_SIZE = 1_024;

  private final Map<Long, Shard> shards = new HashMap<>();

  /** From how many shards on those are searched for that can be forgotten. */
  private int sweepSize = MIN_SWEEP_SIZE;

  private static final class Shard {
    /**
     * The last ones, {@link #STARTS} at most: one more than counts, as the last may be cancelled.
     */
    final List<Long> starts = new ArrayList<>(STARTS);

    int count;

    /** How many of the starts had to wait. */
    int steps;

    /** For how many it was told. */
    int told;

    /** The step whose pause has begun, or was served by a start that was given back; or 0. */
    int pausedStep;

    /** When that pause ends. */
    long pausedUntilNanos;
  }

  /**
   * How long a request of a shard waits before it joins the line.
   *
   * @param nanos 0 if it joins at once, also because the pause of its step is over
   * @param step 0 without a pause, 1 for the first, and so on
   * @param starts how many starts are remembered of the shard
   * @param isNews whether this step of the shard was not told of before
   */
  record Pause(long nanos, int step, int starts, boolean isNews) {
    static final Pause NONE = new Pause(0, 0, 0, false);
  }

  /**
   * Returns how long a request waits. The first of a step fixes when the pause ends: a client that
   * hangs up and asks again would never be let in if each request waited anew.
   */
  synchronized Pause arrive(long id, long nowNanos) {
    Shard shard = shards.get(id);
    if (shard == null) {
      return Pause.NONE;
    }
    if (isForgotten(shard, nowNanos)) {
      shards.remove(id);
      return Pause.NONE;
    }
    boolean loops =
        shard.steps > 0
            || (shard.starts.size() >= STARTS - 1
                && nowNanos - shard.starts.get(shard.starts.size() - STARTS + 1)
                    < WITHIN.toNanos());
    if (!loops) {
      return Pause.NONE;
    }
    int step = shard.steps + 1;
    boolean isNews = step > shard.told;
    shard.told = step;
    if (shard.pausedStep != step) {
      long doubled = FIRST_PAUSE.toNanos() << Math.min(step - 1, MAX_DOUBLINGS);
      shard.pausedStep = step;
      shard.pausedUntilNanos = nowNanos + Math.min(doubled, LONGEST_PAUSE.toNanos());
    }
    long leftNanos = Math.max(0, shard.pausedUntilNanos - nowNanos);
    return new Pause(leftNanos, step, shard.count, isNews);
  }

  /** Takes note that a shard was released. */
  synchronized void started(long id, Pause pause, long nowNanos) {
    forgetSome(nowNanos);
    Shard shard = shards.computeIfAbsent(id, unused -> new Shard());
    if (shard.starts.size() == STARTS) {
      shard.starts.removeFirst();
    }
    shard.starts.add(nowNanos);
    shard.count++;
    shard.steps = Math.max(shard.steps, pause.step);
    shard.pausedStep = 0;
  }

  /** Takes note that a start was given back, which was none then. */
  synchronized void cancelled(long id, Pause pause, long startedNanos) {
    Shard shard = shards.get(id);
    if (shard == null || !shard.starts.remove((Long) startedNanos)) {
      return;
    }
    shard.count--;
    if (shard.steps > 0 && shard.steps == pause.step) {
      shard.steps--;
      shard.pausedStep = pause.step;
      shard.pausedUntilNanos = startedNanos;
    }
    if (shard.starts.isEmpty()) {
      shards.remove(id);
    }
  }

  /** How many shards are remembered. */
  synchronized int size() {
    return shards.size();
  }

  private static boolean isForgotten(Shard shard, long nowNanos) {
    return nowNanos - shard.starts.getLast() >= FORGOTTEN_AFTER.toNanos();
  }

  /** Each shard is looked at once for each that comes along, in the mean. */
  private void forgetSome(long nowNanos) {
    if (shards.size() >= sweepSize) {
      shards.values().removeIf(shard -> isForgotten(shard, nowNanos));
      sweepSize = Math.max(MIN_SWEEP_SIZE, 2 * shards.size());
    }
  }
}
