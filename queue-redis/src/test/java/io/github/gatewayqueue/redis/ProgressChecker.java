package io.github.gatewayqueue.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether a healthy process gets its share beside one that is always slow, frozen again and
 * again, or holds its starts until they time out. All bounds count what the other one does, because
 * a machine may be as slow as it likes:
 *
 * <ul>
 *   <li>while a ticket waits, each ticket that was before it when it joined, or was held, is
 *       released at most once, and no other one; once more if its process had lost its lease;
 *   <li>a process that is slow takes at most {@value #STEPS_EACH} steps for each of those and two
 *       more: each of its steps takes it a round trip, so that it cannot take many in the time that
 *       a release takes;
 *   <li>a process that is frozen again and again is woken at most {@value #THAWS_EACH} times for
 *       each of those: to give a start back takes it some steps, between which it may be frozen.
 * </ul>
 */
final class ProgressChecker {
  static final int STEPS_EACH = 20;
  static final int THAWS_EACH = 10;
  static final int MORE = 2;

  private final Phase phase;
  private final boolean limited;
  private final List<String> violations = new ArrayList<>();

  /** By bucket: the members of its line, and their arrivals. */
  private final Map<Integer, Map<String, Long>> lines = new HashMap<>();

  private final Map<Integer, String> holds = new HashMap<>();
  private final Map<String, Wait> waits = new LinkedHashMap<>();
  private int thaws;
  private int judged;

  /** The last step. */
  private @Nullable ToldStep step;

  /**
   * A time in which some processes were healthy, and one was not.
   *
   * @param thawNanos when that one was woken, if it was frozen again and again
   */
  record Phase(
      FaultRun.Fault fault,
      long beginNanos,
      long endNanos,
      Set<String> healthy,
      List<Long> thawNanos) {}

  private static final class Wait {
    private final int bucket;
    private final long arrival;
    private final Set<String> ahead;
    private final Set<String> released = new HashSet<>();
    private int count;
    private int steps;
    private int thaws;
    private boolean over;

    Wait(int bucket, long arrival, Set<String> ahead) {
      this.bucket = bucket;
      this.arrival = arrival;
      this.ahead = ahead;
      count = ahead.size();
    }

    /** A ticket of an earlier arrival is in line once more, as its place was lost. */
    void comesBack(String member) {
      if (!released.contains(member) && ahead.add(member)) {
        count++;
      }
    }

    /** Returns whether that one must be released first. */
    boolean release(String member) {
      return released.add(member) && ahead.remove(member);
    }
  }

  /**
   * Creates what judges a phase.
   *
   * @param limited whether there is a budget, for which one may have to wait whatever the others do
   */
  ProgressChecker(Phase phase, boolean limited) {
    this.phase = phase;
    this.limited = limited;
  }

  List<String> check(List<StoreHistory.Entry> entries) {
    for (StoreHistory.Entry entry : entries) {
      countThaws(entry.nanos());
      follow(entry);
    }
    if (judged == 0 && violations.isEmpty()) {
      violations.add("progress: nobody's wait was judged during " + phase);
    }
    return violations;
  }

  private void countThaws(long nanos) {
    while (thaws < phase.thawNanos.size() && phase.thawNanos.get(thaws) <= nanos) {
      thaws++;
      waits.forEach((member, wait) -> {
        wait.thaws++;
        if (wait.thaws > THAWS_EACH * (wait.count + MORE) && !limited) {
          fail(member, wait, "the frozen process was woken " + wait.thaws + " times");
        }
      });
    }
  }

  private void fail(String member, Wait wait, String why) {
    if (!wait.over) {
      violations.add(
          "progress: while %s waited in bucket %s behind %s, %s: %s"
              .formatted(member, wait.bucket, wait.count, why, phase.fault));
      wait.over = true;
    }
  }

  private void follow(StoreHistory.Entry entry) {
    List<String> words = entry.words();
    if (words.getFirst().equals("BEGIN")) {
      forget();
    } else if (words.getFirst().startsWith("EVAL")) {
      waits.values().removeIf(wait -> wait.over);
      step = ToldStep.of(entry.nanos(), words);
      takeStep(step.process());
    } else if (entry.is("UNLINK", "")) {
      if (words.stream().anyMatch(key -> key.endsWith(":holds"))) {
        forget(); // the store is cold: everybody joins once more
      }
    } else if (entry.is("ZADD", "")
        && words.get(1).contains(":line:")
        && !words.get(3).equals("-")) {
      join(StoreChecker.bucketOf(words.get(1)), words.get(3), words.get(2), entry.nanos());
    } else if (entry.is("ZREM", "") && words.get(1).contains(":line:")) {
      line(StoreChecker.bucketOf(words.get(1))).remove(words.get(2));
      Wait wait = waits.get(words.get(2));
      if (wait != null) {
        wait.over = true; // it was given up, or is released by this step
      }
    } else if (entry.is("HSET", ":holds") && !words.get(2).equals("-")) {
      release(Integer.parseInt(words.get(2)), words.get(3).split(":", 4)[3]);
    } else if (entry.is("HDEL", ":holds")) {
      end(Integer.parseInt(words.get(2)));
    }
  }

  /**
   * One that is lost with its process's lease, which was away, is released anew when it is back.
   */
  private void end(int bucket) {
    String member = holds.remove(bucket);
    if (member != null && step != null && !step.tellsOf(StoreChecker.ticketOf(member))) {
      waits.values().stream()
          .filter(wait -> wait.bucket == bucket)
          .forEach(wait -> wait.released.remove(member));
    }
  }

  private void forget() {
    lines.clear();
    holds.clear();
    waits.clear();
  }

  private Map<String, Long> line(int bucket) {
    return lines.computeIfAbsent(bucket, unseen -> new HashMap<>());
  }

  private void takeStep(String process) {
    boolean slow = phase.fault.isSlow() && !phase.healthy.contains(process) && !limited;
    waits.forEach((member, wait) -> {
      wait.steps += slow ? 1 : 0;
      if (wait.steps > STEPS_EACH * (wait.count + MORE)) {
        fail(member, wait, "the slow process took " + wait.steps + " steps");
      }
    });
  }

  private void join(int bucket, String member, String score, long nanos) {
    long arrival = Long.parseLong(score);
    Set<String> ahead = new HashSet<>();
    line(bucket)
        .forEach((other, earlier) -> {
          if (earlier < arrival) {
            ahead.add(other);
          }
        });
    if (holds.containsKey(bucket)) {
      ahead.add(holds.get(bucket));
    }
    line(bucket).put(member, arrival);
    waits.values().stream()
        .filter(wait -> wait.bucket == bucket && arrival < wait.arrival)
        .forEach(wait -> wait.comesBack(member));
    boolean inPhase = nanos >= phase.beginNanos && nanos <= phase.endNanos;
    if (inPhase && phase.healthy.contains(StoreChecker.ownerOf(member))) {
      waits.put(member, new Wait(bucket, arrival, ahead));
      judged++;
    }
  }

  private void release(int bucket, String member) {
    holds.put(bucket, member);
    for (Iterator<Map.Entry<String, Wait>> all = waits.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Wait> waiting = all.next();
      Wait wait = waiting.getValue();
      if (waiting.getKey().equals(member)) {
        all.remove();
      } else if (wait.bucket == bucket && !wait.over && !wait.release(member)) {
        fail(waiting.getKey(), wait, member + " was released out of turn, or twice");
      }
    }
  }
}
