package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What else paces several processes through a Redis, by the same measures. */
final class RedisPeers implements Scenario {
  private static final String LATE = "late";

  @Override
  public List<Run> runs(Form form) {
    return form.each("shared", Subject.SHARED, Duration.ofMinutes(3));
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    for (Subject subject : run.subjects()) {
      Inversions.returns(form, subject, figures);
      try (Pacer pacer = subject.open(1, RedisLateness.INTERVAL)) {
        int waiters = 2;
        figures.add(
            subject, LATE, RedisLateness.gapsMicros(waiters, form.pick(100, 5), pacer, () -> true));
      }
      Cancel.measure(List.of(subject), form.pick(20, 2), figures);
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Several processes over Redis, side by side",
        """
        Inversions as above, by the order of the returns; a tenth of a second between releases for the lateness, with two who \
        wait; slots lost when somebody leaves, from the extra delay of the one behind in intervals of a second, as above.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : Subject.SHARED) {
      Sample late = results.of(subject, LATE);
      rows.add(
          List.of(
              subject.title,
              "%.0f of %.0f"
                  .formatted(
                      results.of(subject, "inverted").sum(),
                      results.of(subject, "neighbours").sum()),
              lost(results, subject, Cancel.Place.MIDDLE),
              lost(results, subject, Cancel.Place.HEAD),
              Report.number(late.quantile(0.5)),
              Report.number(late.quantile(0.99)),
              Report.number(late.min())));
    }
    report.table(
        List.of(
            "",
            "inverted",
            "slots lost: middle leaves",
            "slots lost: head leaves",
            "late p50, µs",
            "late p99, µs",
            "late min, µs"),
        rows);
    double inverted = results.of(Subject.REDIS, "inverted").sum();
    report.never(
        "inversions over %.0f: RedisQueue".formatted(results.of(Subject.REDIS, "neighbours").sum()),
        inverted);
    if (inverted != 0 || results.of(Subject.REDIS, "neighbours").isEmpty()) {
      report.violation("inversions of RedisQueue");
    }
  }

  private static String lost(Results results, Subject subject, Cancel.Place place) {
    Sample percent = Cancel.percent(results, subject, place);
    double[] slots = percent.values();
    for (int i = 0; i < slots.length; i++) {
      slots[i] /= 100;
    }
    return Report.spread(new Sample(slots));
  }
}
