package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How much later the next one goes if the one before it is interrupted. */
final class Cancel implements Scenario {
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** So that no two queues are due at the same moment. */
  private static final Duration STAGGER = Duration.ofMillis(23);

  /** The request that leaves a line in which number 0 has been released. */
  enum Place {
    HEAD(1),
    MIDDLE(2);

    /** The number of the one who leaves. */
    final int leaving;

    Place(int leaving) {
      this.leaving = leaving;
    }
  }

  @Override
  public List<Run> runs(Form form) {
    return List.of( // asleep nearly all of the time, so that they do not disturb one another
        new Run("ours", Subject.OURS, List.of(), Duration.ofMinutes(2)),
        // a hundredth of a second is much for ours
        new Run("others", Subject.OTHERS, List.of(), Duration.ofMinutes(2)).asleep());
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    measure(run.subjects(), form.pick(20, 2), figures);
  }

  /** Measures all of them at once, each case so many times. */
  static void measure(List<Subject> subjects, int repeats, Figures figures)
      throws InterruptedException {
    new Crowd(
            subjects.size() * Place.values().length * repeats,
            i -> {
              Subject subject = subjects.get(i % subjects.size());
              Place place = Place.values()[i / subjects.size() % Place.values().length];
              Thread.sleep(STAGGER.multipliedBy(i));
              double extra = extraDelay(subject, place);
              synchronized (figures) {
                figures.add(subject, place.name(), extra);
              }
            })
        .start()
        .join();
  }

  /** Returns by which fraction of an interval the one behind goes later than it should. */
  private static double extraDelay(Subject subject, Place place) throws InterruptedException {
    Duration interval = subject.intervalFor(INTERVAL);
    long[] wentNanos = new long[place.leaving + 2];
    try (Pacer pacer = subject.open(1, interval)) {
      Crowd line = Crowd.acquiring(pacer, wentNanos);
      for (int i = 0; i < line.size(); i++) {
        line.start(i);
        line.awaitWaiting(i);
      }
      Thread.sleep(interval.dividedBy(3));
      line.thread(place.leaving).interrupt();
      line.join();
    }
    long gap = wentNanos[place.leaving + 1] - wentNanos[place.leaving - 1];
    return (double) gap / interval.toNanos() - 1;
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "A waiter that leaves",
        """
        Somebody in line is interrupted; how much later than an interval after the start before does the one behind go, in \
        percent of the interval? A second between starts (five where that is a constant), each case 20 times. Median \
        (min–max), lateness included. JDA's node is removed as its API has it.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : results.measured(Place.HEAD.name())) {
      rows.add(
          List.of(
              subject.title,
              Report.spread(percent(results, subject, Place.MIDDLE)),
              Report.spread(percent(results, subject, Place.HEAD))));
    }
    report.table(
        List.of("extra delay, % of the interval", "from the middle", "from the head"), rows);
    report.remark(
        "Less than zero: it went before the one that it stood behind. Kord waits 2.5 s for an answer to the identify of the"
            + " one that has left, and then its five seconds. Guava takes no notice of interrupts.");
    for (Subject subject : Subject.OURS) {
      for (Place place : Place.values()) {
        Sample percent = percent(results, subject, place);
        report.target(
            "extra delay after a cancel, %s: %s"
                .formatted(place == Place.HEAD ? "head" : "middle", subject.title),
            "ideal 0",
            Report.spread(percent) + " %",
            "–",
            "under 1 %",
            percent.max() < 1);
      }
    }
  }

  static Sample percent(Results results, Subject subject, Place place) {
    return new Sample(
        Arrays.stream(results.of(subject, place.name()).values()).map(x -> x * 100).toArray());
  }
}
