package io.github.gatewayqueue.redis;

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
 * Judges what all processes of a run have told, together with what the store executed: spacing,
 * order, nobody twice, nobody refused, budget. All are on one machine, so nanoTime is the true time
 * for all of them, whatever the store's clock says. What it can not know (a thread that was held up
 * before it could tell) it judges in favour of the queue.
 */
final class HistoryChecker {
  private final RunSettings settings;
  private final StoreChecker store;
  private final List<String> violations = new ArrayList<>();

  /**
   * A release that was used.
   *
   * @param fromNanos when it was used at the latest, if seen as the first of two
   * @param nanos when it was used at the latest
   */
  private record Use(
      String ticket, int bucket, int shard, int concurrency, long fromNanos, long nanos) {}

  HistoryChecker(RunSettings settings) {
    this.settings = settings;
    store = new StoreChecker(settings);
  }

  /** Judges a run, once. */
  List<String> check(List<List<Bot.Told>> told, StoreHistory history, @Nullable SharedLimit limit)
      throws InterruptedException {
    violations.addAll(store.check(history.entries()));
    List<Use> uses = new ArrayList<>();
    for (List<Bot.Told> process : told) {
      uses.addAll(uses(process, history));
    }
    uses.sort(Comparator.comparingLong(Use::fromNanos));
    checkTwice(uses);
    checkSpacing(uses);
    if (limit != null) {
      checkBudget(uses, limit);
    }
    return violations;
  }

  int releasedByStore() {
    return store.releases();
  }

  private List<Use> uses(List<Bot.Told> process, StoreHistory history) {
    List<Use> uses = new ArrayList<>();
    Map<String, Integer> shards = new HashMap<>();
    for (Bot.Told told : process) {
      List<String> details = told.details();
      switch (told.what()) {
        case "asks" -> shards.put(details.get(0), Integer.valueOf(details.get(1)));
        case "failed" -> violations.add("failed: " + details);
        case "released" -> {
          Integer shard = shards.remove(details.get(0));
          if (shard == null) {
            violations.add("released without or after its end: " + details);
          } else {
            uses.add(use(told, shard, history));
          }
        }
        case "interrupted" -> shards.remove(details.get(0));
        default -> {}
      }
    }
    return uses;
  }

  private Use use(Bot.Told told, int shard, StoreHistory history) {
    String ticket = told.details().get(1);
    int bucket = Integer.parseInt(told.details().get(2));
    long moment = Long.parseLong(told.details().get(3));
    StoreChecker.StoreRelease release = store.release(ticket, moment);
    if (release == null) { // the server was gone before it could tell
      return new Use(ticket, bucket, shard, 0, told.nanos(), told.nanos());
    }
    if (store.leastAgeNanos(release) > settings.marginNanos() + StoreChecker.SLACK_NANOS) {
      violations.add("used when it was too old: " + release + ", " + told);
    }
    long storeNanos =
        settings.clockSteps() ? release.earliestNanos() : history.nanoTime(release.moment());
    // The queue has looked for the last time while it was not too late; the thread may have been
    // held up since then.
    long fromNanos = Math.min(told.nanos(), storeNanos + settings.marginNanos());
    return new Use(ticket, bucket, shard, release.concurrency(), fromNanos, told.nanos());
  }

  private void checkTwice(List<Use> uses) {
    Set<String> tickets = new HashSet<>();
    for (Use use : uses) {
      if (!tickets.add(use.ticket)) {
        violations.add("released twice: " + use);
      }
    }
  }

  private void checkSpacing(List<Use> uses) {
    long least = settings.intervalNanos() - settings.marginNanos() - StoreChecker.SLACK_NANOS;
    for (int i = 0; i < uses.size(); i++) {
      Use second = uses.get(i);
      for (int k = i - 1; k >= 0; k--) {
        Use first = uses.get(k);
        long gap = second.nanos - first.fromNanos;
        boolean sameBucket =
            second.concurrency == 0
                ? first.bucket == second.bucket && first.concurrency == 0
                : first.shard % second.concurrency == second.bucket;
        if (sameBucket && gap < least) {
          violations.add(
              String.format(Locale.ROOT, "used %.3f s apart: %s, %s", gap / 1e9, first, second));
        }
        if (second.fromNanos - first.fromNanos > settings.intervalNanos()) {
          break;
        }
      }
    }
  }

  /** A start that is not reported in the window of its release may count in either. */
  private void checkBudget(List<Use> uses, SharedLimit limit) {
    Map<String, Long> reported = limit.starts();
    Map<Long, Integer> used = new HashMap<>();
    for (Use use : uses) {
      long window = limit.window(use.fromNanos - settings.marginNanos());
      Long start = reported.get(use.ticket);
      if (start != null && limit.window(start) == window) {
        used.merge(window, 1, Integer::sum);
      }
    }
    used.forEach((window, count) -> {
      if (count > limit.total() - 1) { // the reserve
        violations.add("budget: " + count + " of " + limit.total() + " used in window " + window);
      }
    });
  }
}
