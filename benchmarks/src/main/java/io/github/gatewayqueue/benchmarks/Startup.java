package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.local.engine.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long a large bot takes to come up. */
final class Startup implements Scenario {
  private static final int SHARDS = 64;
  private static final int BUCKETS = 16;
  private static final List<Subject> SUBJECTS =
      List.of(Subject.LARGE, Subject.FAIR_LOCK, Subject.JDA, Subject.KORD);
  private static final int MANY_SHARDS = 10_000;
  private static final int MANY_BUCKETS = 64;

  @Override
  public List<Run> runs(Form form) {
    Duration timeout = Duration.ofMinutes(2);
    return List.of(
        new Run("real", SUBJECTS, List.of(), timeout).asleep(),
        new Run("virtual", List.of(Subject.LARGE), List.of(), timeout));
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    if (run.variant().equals("virtual")) {
      virtual(figures);
      return;
    }
    new Crowd(run.subjects().size(), i -> real(form, run.subjects().get(i), figures))
        .start()
        .join();
  }

  /** All subjects at once: they sleep nearly all of the time. */
  private static void real(Form form, Subject subject, Figures figures)
      throws InterruptedException {
    boolean fixed = Subject.FIXED.contains(subject);
    int shards = fixed ? form.pick(SHARDS, 2 * BUCKETS) : SHARDS;
    Duration interval =
        subject.intervalFor(form.pick(Duration.ofSeconds(6), Duration.ofMillis(300)));
    try (Pacer pacer = subject.open(BUCKETS, interval)) {
      long beginNanos = System.nanoTime();
      new Crowd(shards, i -> pacer.acquire(i)).start().join();
      long tookNanos = System.nanoTime() - beginNanos;
      synchronized (figures) {
        figures.add(subject, "seconds", tookNanos / 1e9);
        figures.add(subject, "ideal", (shards / BUCKETS - 1) * interval.toMillis() / 1e3);
      }
    }
  }

  private static void virtual(Figures figures) {
    Duration interval = Duration.ofSeconds(6);
    int intervals = (MANY_SHARDS - 1) / MANY_BUCKETS;
    double seconds = 0;
    for (int i = 0; i < 50; i++) { // the last one is warm
      long beginNanos = System.nanoTime();
      seconds = VirtualTime.startUp(MANY_SHARDS, MANY_BUCKETS, interval).toNanos() / 1e9;
      if (i == 49) {
        figures.add(Subject.LARGE, "virtual-cost", (System.nanoTime() - beginNanos) / 1e6);
      }
    }
    figures.add(Subject.LARGE, "virtual", seconds);
    figures.add(Subject.LARGE, "virtual-ideal", interval.toNanos() / 1e9 * intervals);
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Start-up",
        """
        64 shards in 16 buckets that all ask at once, until the last one may go. The ideal is three intervals: of six seconds, \
        or of the five that are JDA's and Kord's constant. The others have no buckets.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : SUBJECTS) {
      Sample seconds = results.of(subject, "seconds");
      Sample ideal = results.of(subject, "ideal");
      rows.add(
          List.of(
              subject.title,
              "%.3f".formatted(seconds.median()),
              Report.number(ideal.median()),
              "%.3f".formatted((seconds.median() / ideal.median() - 1) * 100)));
    }
    report.table(List.of("64 shards in 16 buckets", "s", "ideal", "% over"), rows);
    double virtual = results.of(Subject.LARGE, "virtual").median();
    double virtualIdeal = results.of(Subject.LARGE, "virtual-ideal").median();
    report.remark(
        "10,000 shards in 64 buckets, in virtual time: the last one goes after %s s, where the ideal is %s s; all decisions together take %s ms."
            .formatted(
                Report.number(virtual),
                Report.number(virtualIdeal),
                Report.number(results.of(Subject.LARGE, "virtual-cost").median())));
    double seconds = results.of(Subject.LARGE, "seconds").median();
    double ideal = results.of(Subject.LARGE, "ideal").median();
    target(report, "start-up of 64 shards in 16 buckets", seconds, ideal);
    target(report, "start-up of 10,000 shards in 64 buckets, virtual time", virtual, virtualIdeal);
    if (!(seconds >= ideal && virtual >= virtualIdeal)) { // nor if one is not a number
      report.violation("LargeBotQueue came up faster than it may");
    }
  }

  private static void target(Report report, String what, double seconds, double ideal) {
    report.target(
        what + ": " + Subject.LARGE.title,
        "ideal %s s".formatted(Report.number(ideal)),
        "%.3f s".formatted(seconds),
        "%.5f".formatted(seconds / ideal),
        "≤ 1.01",
        seconds <= ideal * 1.01);
  }
}
