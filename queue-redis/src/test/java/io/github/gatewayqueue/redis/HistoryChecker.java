package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.redis.StoreChecker.StoreRelease;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges what all processes of a run have told, together with what the store executed: spacing from
 * IDENTIFY to the next release, order, nobody twice, nobody refused, budget, progress. All are on
 * one machine, so nanoTime is the true time for all of them, whatever the store's clock says.
 *
 * <p>One thing is excused, of what docs/redis-protocol.md lists under "What remains possible": a
 * process that stood still between the check of its hold and IDENTIFY, as long as it did.
 */
final class HistoryChecker {
  private final RunSettings settings;
  private final StoreChecker store;
  private final List<String> violations = new ArrayList<>();
  private final List<Start> starts = new ArrayList<>();
  private int excused;

  /** A start as its process has told of it. Moments are nanoTime; 0 for what was not said. */
  private static final class Start {
    private final String ticket;
    private final int shard;
    private final int bucket;
    private final long acquiredNanos;
    private @Nullable StoreRelease release;
    private long timeoutNanos;
    private long expiredNanos;
    private long checkedNanos;
    private long identifiedNanos;
    private long answeredNanos;

    Start(Bot.Told acquired, int shard) {
      ticket = acquired.details().get(1);
      this.shard = shard;
      bucket = Integer.parseInt(acquired.details().get(2));
      acquiredNanos = acquired.nanos();
    }

    /** Returns whether one that was released then waits for this one. */
    boolean isOfBucketOf(Start next) {
      return next.release == null
          ? shard == next.shard
          : shard % next.release.concurrency == next.bucket;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s of shard %s, bucket %s, acquired %.4f, checked %.4f, identified %.4f, answered %.4f, %s",
          ticket,
          shard,
          bucket,
          acquiredNanos / 1e9,
          checkedNanos / 1e9,
          identifiedNanos / 1e9,
          answeredNanos / 1e9,
          release);
    }
  }

  HistoryChecker(RunSettings settings) {
    this.settings = settings;
    store = new StoreChecker(settings);
  }

  /** Judges a run, once. */
  List<String> check(
      List<List<Bot.Told>> told,
      StoreHistory history,
      @Nullable SharedLimit limit,
      List<ProgressChecker.Phase> phases)
      throws InterruptedException {
    List<StoreHistory.Entry> entries = history.entries();
    violations.addAll(store.check(entries));
    told.forEach(this::takeStarts);
    checkTwice();
    starts.forEach(this::checkHold);
    checkSpacing();
    if (limit != null) {
      checkBudget(limit);
    }
    for (ProgressChecker.Phase phase : phases) {
      violations.addAll(new ProgressChecker(phase, limit != null).check(entries));
    }
    return violations;
  }

  int releasedByStore() {
    return store.releases();
  }

  long identified() {
    return starts.stream().filter(start -> start.identifiedNanos != 0).count();
  }

  /** Returns how many were too close, as a process stood still between its check and IDENTIFY. */
  int excused() {
    return excused;
  }

  private void takeStarts(List<Bot.Told> process) {
    Map<String, Integer> shards = new HashMap<>();
    Map<String, Start> acquired = new HashMap<>();
    for (Bot.Told told : process) {
      List<String> details = told.details();
      String request = details.getFirst();
      switch (told.what()) {
        case "asks" -> shards.put(request, Integer.valueOf(details.get(1)));
        case "failed" -> violations.add("failed: " + details);
        case "acquired" -> acquired.put(request, start(told, shards.remove(request)));
        case "interrupted" -> {
          if (shards.remove(request) == null) {
            violations.add("interrupted without or after its end: " + details);
          }
        }
        default -> {
          Start start = acquired.get(request);
          if (start != null) {
            take(start, told);
          }
        }
      }
    }
    starts.addAll(acquired.values());
  }

  private Start start(Bot.Told told, @Nullable Integer shard) {
    if (shard == null) {
      violations.add("acquired without or after its end: " + told.details());
    }
    Start start = new Start(told, shard == null ? -1 : shard);
    start.release = store.release(start.ticket, told.nanos());
    return start;
  }

  private static void take(Start start, Bot.Told told) {
    switch (told.what()) {
      case "silent" -> start.timeoutNanos = Long.parseLong(told.details().get(1));
      case "expired" -> start.expiredNanos = told.nanos();
      case "answered" -> start.answeredNanos = told.nanos();
      case "identified" -> {
        start.identifiedNanos = told.nanos();
        start.checkedNanos = Long.parseLong(told.details().get(1));
      }
      default -> {}
    }
  }

  private void checkTwice() {
    Set<String> tickets = new HashSet<>();
    for (Start start : starts) {
      if (!tickets.add(start.ticket)) {
        violations.add("acquired twice: " + start);
      }
    }
  }

  /**
   * A process uses a start only if the store has held it within the last 0.4 leases, as far as it
   * can know; and one of which nothing is said is held until its time-out.
   */
  private void checkHold(Start start) {
    StoreRelease release = start.release;
    if (release == null) {
      return;
    }
    if (start.identifiedNanos != 0
        && start.checkedNanos - release.endNanos
            > settings.fresh().toNanos() + StoreChecker.SLACK_NANOS) {
      violations.add(
          String.format(
              Locale.ROOT,
              "used %.4f s after it was lost: %s",
              (start.checkedNanos - release.endNanos) / 1e9,
              start));
    }
    long heldMicros = release.usedMoment - release.moment;
    if (start.timeoutNanos != 0
        && start.expiredNanos - start.timeoutNanos >= 0 // it was not lost before
        && release.usedMoment != 0
        && !settings.clockSteps()
        && heldMicros * 1000 < settings.holdTimeout().toNanos() - StoreChecker.SLACK_NANOS) {
      violations.add("timed out after " + heldMicros + " µs: " + start);
    }
  }

  private void checkSpacing() {
    List<Start> byAcquisition = new ArrayList<>(starts);
    byAcquisition.sort(Comparator.comparingLong(start -> start.acquiredNanos));
    for (Start first : starts) {
      if (first.identifiedNanos == 0) {
        continue;
      }
      for (Start next : byAcquisition) {
        if (next.acquiredNanos > first.acquiredNanos && first.isOfBucketOf(next)) {
          checkGap(first, next, releasedNanos(next));
          if (next.acquiredNanos - first.identifiedNanos > settings.interval().toNanos()) {
            break;
          }
        }
      }
    }
  }

  /**
   * Returns when one was released. If the server's clock was not set, the store itself releases
   * nobody too early; otherwise its process has to see to it.
   */
  private long releasedNanos(Start start) {
    StoreRelease release = start.release;
    return release == null || settings.clockSteps()
        ? start.acquiredNanos
        : Math.min(start.acquiredNanos, release.nanos + StoreChecker.SLACK_NANOS);
  }

  private void checkGap(Start first, Start next, long nextNanos) {
    long interval = settings.interval().toNanos();
    long gap = nextNanos - first.identifiedNanos;
    boolean enoughSinceAnswer =
        first.answeredNanos != 0 && nextNanos - first.answeredNanos >= interval / 6 * 5;
    if (gap >= interval || enoughSinceAnswer) {
      return;
    }
    // "A process that stands still between the check of its hold and IDENTIFY."
    if (gap + (first.identifiedNanos - first.checkedNanos) >= interval) {
      excused++;
      return;
    }
    violations.add(
        String.format(
            Locale.ROOT, "%.4f s from IDENTIFY to the next: %s; %s", gap / 1e9, first, next));
  }

  /** A start that is not reported in the window of its IDENTIFY may count in either. */
  private void checkBudget(SharedLimit limit) {
    Map<String, Long> reported = limit.starts();
    Map<Long, Integer> used = new HashMap<>();
    for (Start start : starts) {
      Long counted = reported.get(start.ticket);
      if (start.identifiedNanos != 0
          && counted != null
          && limit.window(counted) == limit.window(start.identifiedNanos)) {
        used.merge(limit.window(counted), 1, Integer::sum);
      }
    }
    used.forEach((window, count) -> {
      if (count > limit.total() - 1) { // the reserve
        violations.add("budget: " + count + " of " + limit.total() + " used in window " + window);
      }
    });
  }
}
