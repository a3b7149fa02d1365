package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** How far behind the ideal a line is after many releases. */
final class Drift implements Scenario {
  private static final Duration INTERVAL = Duration.ofMillis(5);
  private static final List<Subject> SUBJECTS =
      Stream.concat(Stream.of(Subject.BARE), Subject.PACED.stream()).toList();

  @Override
  public List<Run> runs(Form form) {
    return form.each("all", SUBJECTS, Duration.ofMinutes(2));
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    for (Subject subject : run.subjects()) {
      drift(subject, form.pick(100, 10)); // warms up
      int releases = form.pick(1_000, 20);
      figures.add(subject, "millis", drift(subject, releases) / 1e6);
      figures.add(subject, "releases", releases);
    }
  }

  private static long drift(Subject subject, int releases) throws Exception {
    List<Long> moments;
    try (Releases recording = new Releases()) {
      moments = subject == Subject.BARE ? park(releases) : request(subject, releases);
      if (subject.isOurs()) {
        moments = recording.stop().stream().map(Releases.Release::nanos).toList();
      }
    }
    long ideal = releases * INTERVAL.toNanos();
    return moments.get(releases) - moments.getFirst() - ideal;
  }

  private static List<Long> park(int releases) throws InterruptedException {
    List<Long> moments = new ArrayList<>();
    new Crowd(
            1,
            i -> {
              for (long due = System.nanoTime(); moments.size() <= releases; ) {
                long moment = Jdk.parkUntil(due);
                moments.add(moment);
                due = moment + INTERVAL.toNanos();
              }
            })
        .start()
        .join();
    return moments;
  }

  private static List<Long> request(Subject subject, int releases) throws InterruptedException {
    var moments = new ConcurrentLinkedQueue<Long>();
    try (Pacer pacer = subject.open(1, INTERVAL)) {
      int each = releases / 4 + 1; // four threads, so that somebody waits all the time
      new Crowd(
              4,
              i -> {
                for (int k = 0; k < each; k++) {
                  pacer.acquire(0);
                  moments.add(System.nanoTime());
                }
              })
          .start()
          .join();
    }
    List<Long> sorted = new ArrayList<>(moments);
    Collections.sort(sorted, Releases.BY_MOMENT);
    return sorted;
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Drift",
        """
        How far the 1,000th release after the first is behind 1,000 intervals of 5 ms, with somebody in line all the time. \
        Each release is due an interval after the one before was released, not after it was due, because Discord sees what was \
        done: so what each is late adds up. JDA and Kord, at five seconds each, are not in it.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : SUBJECTS) {
      Sample millis = results.of(subject, "millis");
      double ideal = results.of(subject, "releases").max() * INTERVAL.toMillis();
      rows.add(
          List.of(
              subject.title,
              Report.number(millis.median()),
              Report.number(millis.median() / ideal * 100)));
    }
    report.table(List.of("behind the ideal", "ms", "%"), rows);
  }
}
