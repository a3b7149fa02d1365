package io.github.gatewayqueue.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows what a store executed, and finds what must not be by docs/redis-protocol.md: a release
 * past somebody who was in line before, past a hold, too early by the store's own clock or beyond
 * the budget; a hold or a place that was taken from a process that had a lease; what a process told
 * and that had not the effect that it has to have; and a place that a process has lost with the
 * store that kept it.
 */
final class StoreChecker {
  /** The server's moments are cut off, and some servers read the time just before they tell. */
  static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final String NOBODY = "-";

  private final RunSettings settings;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, List<StoreRelease>> releases = new HashMap<>();
  private final ArrivalChecker arrivals = new ArrivalChecker();

  /** Of each bucket: the members of its line, and their arrivals. */
  private final Map<Integer, Map<String, Long>> lines = new HashMap<>();

  private final Map<Integer, StoreRelease> holds = new HashMap<>();
  private final Map<Integer, Use> uses = new HashMap<>();

  /**
   * Which tickets are charged to the budget, as the last reading may not know of them, and when.
   */
  private final Map<String, Long> starts = new HashMap<>();

  /** When each process with a lease was heard of last. */
  private final Map<String, Long> renewed = new HashMap<>();

  private final Map<String, Long> sequences = new HashMap<>();
  private final Map<String, String> state = new HashMap<>();
  private long resizedMicros;

  /** Whether nobody has taken a step yet with the server that answers now. */
  private boolean unknown;

  private @Nullable Execution execution;

  /** A bucket's last start that was used: by the store's clock, in microseconds. */
  private record Use(long moment, long spacing) {}

  /** What a step has done. */
  private final class Execution {
    private final ToldStep step;
    private final Map<String, String> changed = new HashMap<>();
    private final List<StoreRelease> released = new ArrayList<>();
    private final List<StoreRelease> ended = new ArrayList<>();
    private final List<StoreRelease> lost = new ArrayList<>();
    private final Map<Integer, List<Use>> used = new HashMap<>();

    /** Of the buckets in which a start was used: the moment of the last use before, or 0. */
    private final Map<Integer, Long> usedBefore = new HashMap<>();

    private final Set<String> charged = new HashSet<>();

    /** How much was charged to the budget before it. */
    private final long charges = charges();

    /** The moment of the last step before. */
    private final long seen = value("seen");

    /** Until when it has given its process a lease. */
    private long leaseEnd;

    /** Whether the store became cold in it; and after it had renewed the lease of its process. */
    private boolean cold;

    private boolean coldMidway;

    Execution(ToldStep step) {
      this.step = step;
    }
  }

  /** A release as the store made it. The store holds it until its end. */
  static final class StoreRelease {
    /** When that was, at the latest; and the same by the store's clock, in microseconds. */
    final long nanos;

    final long moment;
    final int bucket;
    final String member;

    /** The number of buckets then. */
    final int concurrency;

    /** When the store ended it, at the latest; as long as it did not, the end of time. */
    long endNanos = Long.MAX_VALUE;

    /** The moment of its use by the store's clock, if its process said that it was used; or 0. */
    long usedMoment;

    /** Reads what the store keeps of the start that a bucket holds. */
    StoreRelease(long nanos, int bucket, List<String> parts, int concurrency) {
      this.nanos = nanos;
      moment = Long.parseLong(parts.get(0));
      this.bucket = bucket;
      member = parts.get(3);
      this.concurrency = concurrency;
    }

    String ticket() {
      return ticketOf(member);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "release of %s in bucket %s at %.4f s, %s",
          member,
          bucket,
          nanos / 1e9,
          moment);
    }
  }

  StoreChecker(RunSettings settings) {
    this.settings = settings;
  }

  /** Follows a history, once. */
  List<String> check(List<StoreHistory.Entry> entries) {
    entries.forEach(this::follow);
    finishStep();
    violations.addAll(arrivals.violations());
    return violations;
  }

  /**
   * Returns the release that a process knows of since a moment, or null if the server was gone
   * before it told.
   */
  @Nullable StoreRelease release(String ticket, long nanos) {
    StoreRelease last = null;
    for (StoreRelease release : releases.getOrDefault(ticket, List.of())) {
      if (release.nanos - SLACK_NANOS <= nanos) {
        last = release;
      }
    }
    return last;
  }

  int releases() {
    return releases.size();
  }

  static String ticketOf(String member) {
    return member.substring(0, member.indexOf(':'));
  }

  static String ownerOf(String member) {
    return member.substring(0, member.indexOf('.'));
  }

  static int bucketOf(String key) {
    return Integer.parseInt(key.substring(key.lastIndexOf(':') + 1));
  }

  private int concurrency() {
    return Math.max(1, (int) value("concurrency"));
  }

  private long value(String name) {
    return Long.parseLong(state.getOrDefault(name, "0"));
  }

  private long charges() {
    return starts.size() + holds.size() + value("old");
  }

  private void follow(StoreHistory.Entry entry) {
    List<String> words = entry.words();
    if (words.getFirst().equals("BEGIN")) {
      finishStep();
      lines.clear();
      endHolds(entry.nanos());
      uses.clear();
      starts.clear();
      renewed.clear();
      sequences.clear();
      state.clear();
      resizedMicros = 0;
      unknown = true;
    } else if (words.getFirst().startsWith("EVAL")) {
      finishStep();
      ToldStep step = ToldStep.of(entry.nanos(), words);
      execution = new Execution(step);
      arrivals.step(step);
    } else if (entry.is("UNLINK", "")) {
      words.subList(1, words.size()).forEach(key -> unlink(key, entry.nanos()));
    } else if (words.size() > 3 && !words.get(2).equals(NOBODY) && !words.get(3).equals(NOBODY)) {
      change(entry, words.get(2), words.get(3));
    } else if (words.size() == 3) {
      remove(entry, words.get(2));
    }
  }

  private void change(StoreHistory.Entry entry, String first, String second) {
    if (entry.is("HSET", ":state")) {
      takeState(entry.words());
    } else if (entry.is("HSET", ":holds")) {
      release(Integer.parseInt(first), second, entry.nanos());
    } else if (entry.is("HSET", ":uses") && !second.isEmpty() && !first.startsWith("told:")) {
      List<String> parts = List.of(second.split(":", -1));
      use(
          Integer.parseInt(first),
          new Use(Long.parseLong(parts.get(0)), Long.parseLong(parts.get(1))));
    } else if (entry.is("HSET", ":processes") && execution == null) {
      sequences.put(first, Long.parseLong(second.split(":", -1)[0]));
    } else if (entry.is("ZADD", ":starts")) {
      starts.put(second, Long.parseLong(first));
      if (execution != null) {
        execution.charged.add(second);
      }
    } else if (entry.is("ZREMRANGEBYSCORE", ":starts")) {
      long end = Long.parseLong(second.substring(1)); // it begins with a bracket
      starts.values().removeIf(moment -> moment < end);
    } else if (entry.is("ZADD", ":leases") && execution != null) {
      long end = Long.parseLong(first);
      // One that closes, or hears nothing, has a lease that is over.
      boolean soon = end < execution.seen + halfLeaseMicros();
      boolean over = end < execution.leaseEnd || (soon && !execution.cold);
      execution.leaseEnd = end;
      if (over) {
        renewed.remove(second);
      } else {
        renewed.put(second, execution.step.nanos());
      }
    } else if (entry.words().getFirst().equals("ZADD") && entry.words().get(1).contains(":line:")) {
      int bucket = bucketOf(entry.words().get(1));
      StoreRelease hold = holds.get(bucket);
      if (hold != null && hold.member.equals(second)) {
        violations.add("in line while it is held: " + hold);
      }
      line(bucket).put(second, Long.parseLong(first));
      arrivals.place(ticketOf(second), first);
    }
  }

  private long halfLeaseMicros() {
    return settings.lease().toNanos() / 2000;
  }

  private void remove(StoreHistory.Entry entry, String what) {
    if (entry.is("HDEL", ":state") && execution != null) {
      execution.cold = true;
      execution.coldMidway = execution.leaseEnd != 0;
    } else if (entry.is("HDEL", ":holds")) {
      end(Integer.parseInt(what), entry.nanos());
    } else if (entry.is("HDEL", ":processes")) {
      sequences.remove(what);
    } else if (entry.words().getFirst().equals("ZREM") && entry.words().get(1).contains(":line:")) {
      line(bucketOf(entry.words().get(1))).remove(what);
      if (execution != null && !ownerOf(what).equals(execution.step.process())) {
        checkLeaseOver("place", what, entry.nanos());
      }
    }
  }

  private Map<String, Long> line(int bucket) {
    return lines.computeIfAbsent(bucket, unseen -> new LinkedHashMap<>());
  }

  private void unlink(String key, long nanos) {
    if (key.contains(":line:")) {
      lines.remove(bucketOf(key));
    } else if (key.endsWith(":holds")) {
      endHolds(nanos);
    } else if (key.endsWith(":uses")) {
      uses.clear();
    } else if (key.endsWith(":starts")) {
      starts.clear();
    } else if (key.endsWith(":processes")) {
      sequences.clear();
    }
  }

  private void endHolds(long nanos) {
    holds.values().forEach(hold -> hold.endNanos = nanos);
    holds.clear();
  }

  private void takeState(List<String> words) {
    for (int i = 2; i + 1 < words.size(); i += 2) {
      state.put(words.get(i), words.get(i + 1));
      if (execution != null) {
        execution.changed.put(words.get(i), words.get(i + 1));
      }
    }
  }

  private void release(int bucket, String value, long nanos) {
    List<String> parts = List.of(value.split(":", 4));
    long interval = Long.parseLong(parts.get(1));
    var release = new StoreRelease(nanos, bucket, parts, concurrency());
    StoreRelease held = holds.put(bucket, release);
    releases.computeIfAbsent(release.ticket(), unseen -> new ArrayList<>()).add(release);
    Execution now = execution;
    if (now == null) {
      return; // what a server begins with was judged before
    }
    now.released.add(release);
    if (held != null) {
      violations.add("released while held: " + release + " during " + held);
    }
    long arrival = Long.parseLong(parts.get(2));
    line(bucket)
        .forEach((other, earlier) -> {
          if (earlier < arrival) {
            violations.add("overtaken in line: " + other + " by " + release);
          }
        });
    Use last = uses.get(bucket);
    if (last != null && release.moment < last.moment + Math.max(last.spacing, interval)) {
      violations.add("released by the store too soon after " + last + ": " + release);
    }
  }

  private void use(int bucket, Use use) {
    Use before = uses.put(bucket, use);
    if (execution != null) {
      execution.usedBefore.putIfAbsent(bucket, before == null ? 0 : before.moment);
      execution.used.computeIfAbsent(bucket, unseen -> new ArrayList<>()).add(use);
    }
  }

  private void end(int bucket, long nanos) {
    StoreRelease hold = holds.remove(bucket);
    Execution now = execution;
    if (hold == null || now == null) {
      return;
    }
    hold.endNanos = nanos;
    now.ended.add(hold);
    if (!now.step.tellsOf(hold.ticket())) {
      now.lost.add(hold);
      checkLeaseOver("hold", hold.member, nanos);
    }
  }

  private void checkLeaseOver(String what, String member, long nanos) {
    Long lastSaid = renewed.get(ownerOf(member));
    // A step of the clock of less than 0.6 leases goes unnoticed.
    long lease = settings.clockSteps() ? settings.fresh().toNanos() : settings.lease().toNanos();
    if (lastSaid != null && nanos - lastSaid < lease - SLACK_NANOS) {
      violations.add(
          String.format(
              Locale.ROOT,
              "%s taken from a live process: %s, heard of %.4f s before, at %.4f s",
              what,
              member,
              (nanos - lastSaid) / 1e9,
              nanos / 1e9));
    }
  }

  /** Judges what the last step has done, if it was executed. */
  private void finishStep() {
    Execution last = execution;
    execution = null;
    if (last != null && last.changed.containsKey("seen")) {
      long now = value("seen");
      boolean anew = last.changed.containsKey("generation");
      if (last.changed.containsKey("cold")) {
        resizedMicros = 0; // that was by another clock, maybe
        checkCold(last);
      }
      if (last.changed.containsKey("concurrency")) {
        resizedMicros = now;
      }
      if (unknown && !last.changed.containsKey("cold")) {
        violations.add("another server, but not cold: " + state + ", " + last.step);
      }
      unknown = false;
      if (now < last.seen && !last.changed.containsKey("cold")) {
        violations.add("time goes back from " + last.seen + ": " + state + ", " + last.step);
      }
      checkSequence(last.step);
      last.ended.forEach(hold -> checkEnd(last, hold, now));
      if (!anew) {
        checkWords(last, now);
        checkJoins(last);
      }
      checkCharges(last);
      last.released.forEach(release -> checkQuiet(last.step, release));
      if (!last.released.isEmpty()) {
        checkBudget(last);
      }
    }
  }

  /** A store that is cold is quiet for a while, and goes on to charge what it has charged. */
  private void checkCold(Execution last) {
    if (last.coldMidway) { // what a fault can lose, a step misses at its beginning
      violations.add("cold, though nothing was lost: " + state + ", " + last.step);
    }
    if (value("quiet") < value("cold") + last.step.startDelay()) {
      violations.add("cold, but not quiet: " + state);
    }
    if (!last.step.reads() && value("old") < last.charges - last.step.unused().size()) {
      violations.add("cold, and " + last.charges + " charges are forgotten: " + state);
    }
  }

  private void checkSequence(ToldStep step) {
    Long before = sequences.put(step.process(), step.sequence());
    if (before != null && before > step.sequence()) {
      violations.add("step executed after a later one, " + before + ": " + step);
    }
    if (step.closes()) {
      sequences.remove(step.process());
    }
  }

  /**
   * An end of a hold is a use at the moment that the process has told; or just now, if it did not.
   */
  private void checkEnd(Execution last, StoreRelease hold, long now) {
    ToldStep step = last.step;
    List<Use> used = last.used.getOrDefault(hold.bucket, List.of());
    if (ToldStep.tells(step.unused(), hold.ticket())) {
      boolean othersUsed =
          !step.used().isEmpty()
              || !step.stray().isEmpty()
              || last.changed.containsKey("concurrency");
      if (last.charged.contains(hold.ticket()) || (!used.isEmpty() && !othersUsed)) {
        violations.add("given back, but counts: " + hold + ", " + step);
      }
      return;
    }
    long moment = now;
    for (ToldStep.Word word : step.used()) {
      if (word.ticket().equals(hold.ticket())) {
        moment = Math.max(hold.moment, now - word.age());
        hold.usedMoment = moment;
      }
    }
    // One that has lost its hold, and was used all the same, may have been later.
    long expected = Math.max(moment, last.usedBefore.getOrDefault(hold.bucket, 0L));
    if (!last.charged.contains(hold.ticket())
        || used.stream().noneMatch(use -> use.moment == expected)) {
      violations.add("ended, but is not used at " + expected + ": " + hold + ", " + step);
    }
  }

  private void checkWords(Execution last, long now) {
    ToldStep step = last.step;
    for (ToldStep.Word word : step.used()) {
      checkGone(last, word);
      Use use = uses.get(bucket(word.shard()));
      if (!last.charged.contains(word.ticket())) {
        violations.add("used, but not charged: " + word + " in " + step);
      }
      boolean ended = last.ended.stream().anyMatch(hold -> hold.member.equals(word.member()));
      if (!ended && (use == null || use.moment < now - word.age())) {
        violations.add("used, but the next one is due earlier: " + word + " in " + step);
      }
    }
    step.unused().forEach(word -> checkGone(last, word));
    step.stray().forEach(word -> checkGone(last, word));
  }

  private int bucket(String shard) {
    return Integer.parseInt(shard) % concurrency();
  }

  private void checkGone(Execution last, ToldStep.Word word) {
    if (ToldStep.tells(
        last.step.joins().stream()
            .map(join -> new ToldStep.Word(join.ticket(), join.shard(), 0))
            .toList(),
        word.ticket())) {
      return; // a start that was given back, whose ticket waits once more
    }
    int bucket = bucket(word.shard());
    StoreRelease hold = holds.get(bucket);
    if (line(bucket).containsKey(word.member())
        || (hold != null && hold.member.equals(word.member()))) {
      violations.add("still in line or held: " + word + " after " + last.step);
    }
  }

  private void checkJoins(Execution last) {
    if (!renewed.containsKey(last.step.process())) {
      return; // it hears nothing, so it has no lease, and its places are dropped
    }
    for (ToldStep.Join join : last.step.joins()) {
      int bucket = bucket(join.shard());
      StoreRelease hold = holds.get(bucket);
      boolean held = hold != null && hold.member.equals(join.member());
      if (!last.step.closes() && !held && !line(bucket).containsKey(join.member())) {
        violations.add("joined, but has no place: " + join + " in " + last.step);
      }
    }
  }

  private void checkCharges(Execution last) {
    boolean resized = last.changed.containsKey("concurrency");
    for (String ticket : last.charged) {
      boolean isUsed =
          ToldStep.tells(last.step.used(), ticket)
              || ToldStep.tells(last.step.stray(), ticket)
              || last.lost.stream().anyMatch(hold -> hold.ticket().equals(ticket));
      if (!isUsed && !resized) {
        violations.add("charged, but not used: " + ticket + " in " + last.step);
      }
    }
  }

  /** The quiet time, as the protocol has it and not as the store has worked it out. */
  private void checkQuiet(ToldStep step, StoreRelease release) {
    long fresh = step.lease() * 2 / 5;
    if (release.moment < value("cold") + step.startDelay()
        || (resizedMicros > 0 && release.moment < resizedMicros + fresh)) {
      violations.add("released in the quiet time: " + release + " in " + state);
    }
  }

  private void checkBudget(Execution last) {
    if (!state.getOrDefault("limited", "").equals("1")) {
      return;
    }
    long reserve = Math.min(last.step.reserve(), Math.max(0, value("total") - 1));
    long charges = charges();
    if (value("remaining") - charges - reserve < 0) {
      violations.add(
          "budget: " + last.released + " with " + charges + " charges in " + state + ": " + starts);
    }
  }
}
