package io.github.gatewayqueue.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows what a store executed, and finds what must not be: a release past somebody who was in
 * line before, one that is too early by the store's own clock, a place that was taken from a
 * process that had a lease, and one that a process has lost with the store that kept it.
 */
final class StoreChecker {
  /** The server's moments are cut off, and some servers read the time just before they tell. */
  static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final RunSettings settings;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, StoreRelease> releases = new HashMap<>();

  /** Members of the line: bucket:arrival:ticket:shard. */
  private final TreeSet<String> line = new TreeSet<>();

  /** When a ticket that may have been released was asked for last. */
  private final Map<String, Long> asked = new HashMap<>();

  private final Map<String, Long> renewed = new HashMap<>();
  private final Map<Integer, StoreRelease> lastByShard = new HashMap<>();
  private final Set<String> removed = new HashSet<>();
  private final ArrivalChecker arrivals = new ArrivalChecker();
  private String process = "";

  /** When the step came, and so before its script read the time; what it does comes later. */
  private long stepNanos;

  private int concurrency = 1;

  /**
   * A release as the store made it.
   *
   * @param earliestNanos when that was, at the earliest
   * @param nanos when that was, at the latest
   * @param moment the same by the store's clock, in microseconds
   * @param concurrency the number of buckets then
   */
  record StoreRelease(long earliestNanos, long nanos, long moment, String member, int concurrency) {
    int bucket() {
      return shard() % concurrency;
    }

    int shard() {
      return Integer.parseInt(member.substring(member.lastIndexOf(':') + 1));
    }
  }

  StoreChecker(RunSettings settings) {
    this.settings = settings;
  }

  /** Follows a history, once. */
  List<String> check(List<StoreHistory.Entry> entries) {
    entries.forEach(this::follow);
    violations.addAll(arrivals.violations());
    return violations;
  }

  /** Returns a release by its ticket and moment, or null if the server was gone before it told. */
  @Nullable StoreRelease release(String ticket, long moment) {
    return releases.get(ticket + "@" + moment);
  }

  /**
   * Returns how old a release was when its process asked for it last, and so at least when it was
   * used.
   */
  long leastAgeNanos(StoreRelease release) {
    return asked.getOrDefault(ticket(release.member), release.nanos) - release.nanos;
  }

  int releases() {
    return releases.size();
  }

  private void follow(StoreHistory.Entry entry) {
    List<String> words = entry.words();
    if (words.getFirst().equals("BEGIN")) {
      line.clear();
      line.addAll(words.subList(2, words.size()));
      concurrency = Integer.parseInt(words.get(1));
    } else if (words.getFirst().startsWith("EVAL")) {
      int keys = Integer.parseInt(words.get(2));
      List<String> arguments = words.subList(3 + keys, words.size());
      process = arguments.get(2);
      stepNanos = entry.nanos();
      arrivals.step(
          process, Long.parseLong(arguments.get(3)), arguments.subList(11, arguments.size()));
      removed.clear();
    } else if (entry.is("ZADD", ":leases") && words.get(3).equals(process)) {
      renewed.put(process, stepNanos);
    } else if (entry.is("HSET", ":state") && words.get(2).equals("concurrency")) {
      concurrency = Integer.parseInt(words.get(3));
    } else if (entry.is("DEL", ":line")) {
      line.clear();
    } else if (entry.is("ZADD", ":line")) {
      line.add(words.get(3));
      arrivals.place(ticket(words.get(3)), words.get(3).split(":", -1)[1]);
    } else if (entry.is("ZREM", ":line")) {
      remove(words.get(2), entry.nanos());
    } else if (entry.is("ZSCORE", ":starts")) {
      asked.put(words.get(2), stepNanos);
    } else if (entry.is("ZADD", ":starts")) {
      start(words.get(3), Long.parseLong(words.get(2)), entry.nanos());
    }
  }

  private void remove(String member, long nanos) {
    line.remove(member);
    removed.add(member);
    String owner = ticket(member).substring(0, ticket(member).indexOf('.'));
    Long lastSaid = renewed.get(owner);
    if (!owner.equals(process) && lastSaid != null) {
      // A step of the clock of less than 0.6 leases goes unnoticed.
      long lease = settings.clockSteps() ? settings.leaseNanos() * 4 / 10 : settings.leaseNanos();
      if (nanos - lastSaid < lease - SLACK_NANOS) {
        violations.add(
            "place taken from a live process: %s, heard of %s s before, at %s"
                .formatted(member, seconds(nanos - lastSaid), seconds(nanos)));
      }
    }
  }

  private void start(String ticket, long moment, long nanos) {
    for (String member : removed) {
      if (ticket(member).equals(ticket)) {
        release(new StoreRelease(stepNanos, nanos, moment, member, concurrency));
        return;
      }
    }
    if (!ticket.startsWith("old:")) {
      violations.add("charged, but not released: " + ticket);
    }
  }

  private void release(StoreRelease release) {
    releases.put(ticket(release.member) + "@" + release.moment, release);
    String bucket = release.member.substring(0, release.member.indexOf(':') + 1);
    String first = line.ceiling(bucket);
    if (first != null && first.startsWith(bucket) && first.compareTo(release.member) < 0) {
      violations.add("overtaken in line: " + first + " by " + release);
    }
    if (!settings.clockSteps()) {
      for (StoreRelease last : lastByShard.values()) {
        long gap = TimeUnit.MICROSECONDS.toNanos(release.moment - last.moment);
        if (last.shard() % concurrency == release.bucket() && gap < settings.intervalNanos()) {
          violations.add(
              "released by the store %s s after the one before: %s, %s"
                  .formatted(seconds(gap), last, release));
        }
      }
    }
    lastByShard.put(release.shard(), release);
  }

  private static String ticket(String member) {
    return member.split(":", -1)[2];
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}
