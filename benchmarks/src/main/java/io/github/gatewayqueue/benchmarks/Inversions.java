package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Whether those who join in a known order are released in it. */
final class Inversions implements Scenario {
  private static final int BUCKETS = 16;
  private static final Duration SPACING = Duration.ofMillis(20);

  @Override
  public List<Run> runs(Form form) {
    List<Run> runs = new ArrayList<>();
    runs.addAll(
        form.each("stamps", Subject.OURS, Duration.ofMinutes(4), form.pick("-Xmx6g", "-Xmx1g")));
    runs.addAll(form.each("returns", Subject.ALL, Duration.ofMinutes(2)));
    runs.replaceAll(run -> Subject.FIXED.containsAll(run.subjects()) ? run.asleep() : run);
    return runs;
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    for (Subject subject : run.subjects()) {
      if (run.variant().equals("returns")) {
        returns(form, subject, figures);
      } else {
        int requests = form.pick(1_000_000, 10_000);
        try (Releases recording = new Releases()) {
          if (subject == Subject.LARGE) {
            joinThenGo(requests);
          } else {
            joinAndGo(requests);
          }
          List<Releases.Release> releases = recording.stop();
          figures.add(subject, "requests", requests);
          figures.add(subject, "recorded", releases.size());
          figures.add(subject, "stamps", inversions(releases));
        }
      }
    }
  }

  /** Everybody waits for the budget before the first one goes. */
  private static void joinThenGo(int requests) throws InterruptedException {
    LargeBotQueue queue = Ours.largeBotQueue(Duration.ofNanos(1), Ours.limit(0, BUCKETS));
    Crowd crowd = new Crowd(requests, i -> queue.request(i, requests));
    for (int i = 0; i < requests; i++) {
      crowd.start(i);
      while (queue.waiting() <= i) {
        Thread.onSpinWait();
      }
    }
    int keptBack = 10 * BUCKETS; // for processes before this one, in the queue's first ten seconds
    queue.update(Ours.limit(requests + keptBack, BUCKETS));
    crowd.join();
  }

  /** The line moves on while others join it: at most ten thousand wait. */
  private static void joinAndGo(int requests) throws InterruptedException {
    LocalQueue queue = new LocalQueue(Duration.ofNanos(5_000));
    AtomicInteger returned = new AtomicInteger();
    Crowd crowd =
        new Crowd(
            requests,
            i -> {
              queue.request(i, requests);
              returned.incrementAndGet();
            });
    for (int i = 0; i < requests; i++) {
      crowd.start(i);
      // In this order: one that is released between the two is then missed, and never counted
      // twice.
      while (returned.get() + queue.waiting() <= i) {
        Thread.onSpinWait();
      }
      while (queue.waiting() > 10_000) {
        Thread.sleep(Duration.ofMillis(1));
      }
    }
    crowd.join();
  }

  /** Counts the releases of a bucket after which one goes that had joined before. */
  private static int inversions(List<Releases.Release> releases) {
    Map<Integer, Long> last = new HashMap<>();
    int inversions = 0;
    for (Releases.Release release : releases) { // in order of the stamps; shard = place in line
      Long before = last.put(release.bucket(), release.shard());
      if (before != null && before >= release.shard()) {
        inversions++;
      }
    }
    return inversions;
  }

  /**
   * Judged by the order in which the calls return, which is that of the starts if they are far
   * apart.
   */
  static void returns(Form form, Subject subject, Figures figures) throws InterruptedException {
    boolean fixed = Subject.FIXED.contains(subject);
    int buckets = fixed ? BUCKETS : 1;
    int requests = fixed ? BUCKETS * form.pick(4, 2) : form.pick(200, 30);
    List<Integer> shards = new ArrayList<>(IntStream.range(0, requests).boxed().toList());
    Collections.shuffle(shards, new Random(1));
    int[] position = new int[requests];
    AtomicInteger next = new AtomicInteger();
    try (Pacer pacer = subject.open(buckets, SPACING)) {
      Crowd crowd =
          new Crowd(
              requests,
              i -> {
                pacer.acquire(shards.get(i));
                position[i] = next.getAndIncrement();
              });
      for (int i = 0; i < requests; i++) {
        crowd.start(i);
        crowd.awaitWaiting(i);
        Thread.sleep(Duration.ofMillis(1));
      }
      crowd.join();
    }
    int inverted = 0;
    Map<Integer, Integer> before = new HashMap<>();
    for (int i = 0; i < requests; i++) {
      Integer position0 = before.put(shards.get(i) % buckets, position[i]);
      if (position0 != null && position0 > position[i]) {
        inverted++;
      }
    }
    figures.add(subject, "neighbours", requests - buckets);
    figures.add(subject, "inverted", inverted);
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Inversions",
        """
        Requests that join in a known order, and are not released in it. By the stamps: each thread is started when the one \
        before is seen in line; for `LargeBotQueue` 1,000,000 in 16 buckets wait for the budget before the first one goes, for \
        `LocalQueue` the line moves meanwhile. By the order of the returns: threads are started when the one before waits, and \
        a millisecond later; 20 ms between starts (five seconds and 16 buckets where that is a constant). Counted are \
        neighbours in line that go in the wrong order.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : results.measured("inverted")) {
      Sample stamps = results.of(subject, "stamps");
      rows.add(
          List.of(
              subject.title,
              stamps.isEmpty()
                  ? "–"
                  : "%.0f of %,.0f".formatted(stamps.sum(), results.of(subject, "recorded").sum()),
              "%.0f of %.0f"
                  .formatted(
                      results.of(subject, "inverted").sum(),
                      results.of(subject, "neighbours").sum())));
    }
    report.table(List.of("inverted", "by stamps", "by returns"), rows);
    for (Subject subject : Subject.OURS) {
      double inversions = results.of(subject, "stamps").sum();
      double recorded = results.of(subject, "recorded").sum();
      report.never("inversions over %,.0f: %s".formatted(recorded, subject.title), inversions);
      if (inversions != 0) {
        report.violation("%.0f inversions of %s".formatted(inversions, subject.title));
      }
      if (recorded != results.of(subject, "requests").sum() || recorded == 0) {
        report.violation("not all releases of " + subject.title + " were recorded");
      }
    }
  }
}
