package io.github.gatewayqueue.benchmarks;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What becomes of the spacing when the number of buckets changes while shards wait. */
final class Reconfiguration implements Scenario {
  private static final List<Subject> SUBJECTS = List.of(Subject.LARGE, Subject.JDA);
  private static final Duration INTERVAL = Duration.ofMillis(200);

  @Override
  public List<Run> runs(Form form) {
    return List.of(new Run("all", SUBJECTS, List.of(), Duration.ofMinutes(2)).asleep());
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    for (Subject subject : run.subjects()) {
      boolean fixed = Subject.FIXED.contains(subject);
      int[] counts = fixed ? new int[] {1, 2} : new int[] {4, 16, 2, 8, 1, 16};
      int joining = fixed ? 2 : 24;
      measure(subject, counts, joining, figures);
    }
  }

  /** A start: when, of which shard, and how many changes there had been. */
  private record Start(long nanos, long shard, int changes) {}

  private static void measure(Subject subject, int[] counts, int joining, Figures figures)
      throws Exception {
    Duration interval = subject.intervalFor(INTERVAL);
    long[] wentNanos = new long[joining * counts.length];
    long[] changingNanos = new long[counts.length];
    long[] changedNanos = new long[counts.length];
    try (Releases recording = new Releases();
        Pacer pacer = subject.open(counts[0], interval)) {
      Crowd crowd = Crowd.acquiring(pacer, wentNanos);
      for (int change = 0; change < counts.length; change++) {
        if (change > 0) {
          Thread.sleep(
              interval
                  .multipliedBy(2)
                  .dividedBy(change == 1 ? 4 : 1)); // starts are due at whole intervals
          changingNanos[change] = System.nanoTime();
          pacer.setConcurrency(counts[change]);
          changedNanos[change] = System.nanoTime();
        }
        for (int i = 0; i < joining; i++) {
          crowd.start(change * joining + i);
        }
      }
      crowd.join();
      if (subject.isOurs()) {
        for (Releases.Release release : recording.stop()) {
          wentNanos[(int) release.shard()] = release.nanos();
        }
      }
    }
    List<Start> starts = new ArrayList<>();
    for (int i = 0; i < wentNanos.length; i++) {
      int changes = changesBefore(wentNanos[i], changedNanos);
      if (changes == changesBefore(wentNanos[i], changingNanos)) { // or it may be of either number
        starts.add(new Start(wentNanos[i], i, changes));
      }
    }
    figures.add(subject, "requests", wentNanos.length);
    int lost = (int) Arrays.stream(wentNanos).filter(nanos -> nanos == 0).count();
    figures.add(subject, "went", wentNanos.length - lost);
    figures.add(subject, "least", (double) leastGapNanos(starts, counts) / interval.toNanos());
  }

  private static int changesBefore(long nanos, long[] changedNanos) {
    int changes = 0;
    while (changes + 1 < changedNanos.length && nanos - changedNanos[changes + 1] > 0) {
      changes++;
    }
    return changes;
  }

  /**
   * Compares those that shared a bucket, or whose buckets shared a shard before and after a change.
   */
  private static long leastGapNanos(List<Start> starts, int[] counts) {
    long least = Long.MAX_VALUE;
    Map<Integer, List<Start>> byChanges =
        starts.stream().collect(Collectors.groupingBy(Start::changes));
    for (Start later : starts) {
      for (int changes = Math.max(0, later.changes - 1); changes <= later.changes; changes++) {
        long divisor =
            BigInteger.valueOf(counts[changes])
                .gcd(BigInteger.valueOf(counts[later.changes]))
                .longValue();
        for (Start earlier : byChanges.getOrDefault(changes, List.of())) {
          long gap = later.nanos - earlier.nanos;
          if (!earlier.equals(later)
              && gap >= 0
              && earlier.shard % divisor == later.shard % divisor) {
            least = Math.min(least, gap);
          }
        }
      }
    }
    return least;
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Another number of buckets, in mid-queue",
        """
        The number of buckets changes, halfway between two starts, while shards wait and others join: 4, 16, 2, 8, 1, 16 for \
        `LargeBotQueue.update` at 200 ms, 1 and 2 for JDA's `setConcurrency` at its five seconds. The shortest time between \
        two starts of one bucket, or of two buckets that share shards before and after, as a fraction of the interval. The \
        others have no buckets, or not another number of them.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : SUBJECTS) {
      rows.add(
          List.of(
              subject.title,
              "%.6f".formatted(results.of(subject, "least").min()),
              "%.0f of %.0f"
                  .formatted(
                      results.of(subject, "went").sum(), results.of(subject, "requests").sum())));
    }
    report.table(List.of("gap / interval", "least", "went"), rows);
    if (!(results.of(Subject.LARGE, "least").min() >= 1)) {
      report.violation("LargeBotQueue forgets its spacing when the number of buckets changes");
    }
    if (results.of(Subject.LARGE, "went").sum() != results.of(Subject.LARGE, "requests").sum()) {
      report.violation("LargeBotQueue loses shards when the number of buckets changes");
    }
  }
}
