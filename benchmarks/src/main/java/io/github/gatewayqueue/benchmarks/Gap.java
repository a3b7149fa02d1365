package io.github.gatewayqueue.benchmarks;

import static java.util.stream.Collectors.groupingBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** How close two releases come to one another: ours by every stamp, others after an idle spell. */
final class Gap implements Scenario {
  private static final int BUCKETS = 16;

  @Override
  public List<Run> runs(Form form) {
    List<Run> runs = new ArrayList<>();
    runs.addAll(form.each("stamps", Subject.OURS, Duration.ofMinutes(3), "-Xmx2g"));
    runs.add(new Run("idle", Subject.OTHERS, List.of(), Duration.ofMinutes(3)).asleep());
    return runs;
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    if (run.variant().equals("idle")) {
      idle(form, run.subjects(), figures);
    } else {
      for (Subject subject : run.subjects()) {
        stamps(form, subject, figures);
      }
    }
  }

  /** All at once: they sleep nearly all of the time, and their gaps are long. */
  private static void idle(Form form, List<Subject> subjects, Figures figures)
      throws InterruptedException {
    int each = form.pick(32, 4);
    SplittableRandom random = new SplittableRandom(1);
    double[] spells = random.doubles((long) each * subjects.size(), 1, 2).toArray();
    double[] gaps = new double[spells.length];
    Pacer[] pacers = new Pacer[spells.length];
    Arrays.setAll(pacers, i -> subjects.get(i / each).open(1, interval(form, subjects, i / each)));
    new Crowd(
            spells.length,
            i -> {
              Duration interval = interval(form, subjects, i / each);
              pacers[i].acquire(0);
              Thread.sleep(Duration.ofNanos((long) (interval.toNanos() * spells[i])));
              pacers[i].acquire(0);
              long firstNanos = System.nanoTime();
              pacers[i].acquire(0);
              gaps[i] = (double) (System.nanoTime() - firstNanos) / interval.toNanos();
            })
        .start()
        .join();
    for (int i = 0; i < gaps.length; i++) {
      figures.add(subjects.get(i / each), "idle", gaps[i]);
      pacers[i].close();
    }
  }

  private static Duration interval(Form form, List<Subject> subjects, int number) {
    return subjects.get(number).intervalFor(Duration.ofSeconds(form.pick(5, 1)));
  }

  /** Bursts, interrupts at the head and in the middle, and idle spells. */
  private static void stamps(Form form, Subject subject, Figures figures) throws Exception {
    int wanted = form.pick(100_000, 2_000);
    int buckets = subject.hasBuckets() ? BUCKETS : 1;
    Duration interval = Duration.ofNanos(50_000L * (1 + buckets));
    AtomicInteger released = new AtomicInteger();
    int interrupts = 0;
    Random random = new Random(1);
    try (Releases recording = new Releases();
        Pacer pacer = subject.open(buckets, interval)) {
      while (released.get() < wanted) {
        Crowd crowd =
            new Crowd(
                    buckets * (1 + random.nextInt(60)),
                    i -> {
                      pacer.acquire(i);
                      released.incrementAndGet();
                    })
                .start();
        interrupts += interruptSome(crowd, interval, random);
        crowd.join();
        LockSupport.parkNanos((long) (interval.toNanos() * 3 * random.nextDouble()));
      }
      List<Releases.Release> releases = recording.stop();
      figures.add(subject, "recorded", releases.size());
      figures.add(subject, "released", released.get());
      figures.add(subject, "interrupted", interrupts);
      figures.add(subject, "stamps", (double) leastGapNanos(releases) / interval.toNanos());
    }
  }

  /** Interrupts one in eight, and every second time the head of the line. */
  private static int interruptSome(Crowd crowd, Duration interval, Random random) {
    int interrupts = 0;
    int head = 0;
    for (int i = 0; i < crowd.size() / 8; i++) {
      LockSupport.parkNanos((long) (interval.toNanos() * random.nextDouble()));
      int number = random.nextInt(crowd.size());
      if (i % 2 == 0) {
        while (head < crowd.size() - 1 && !crowd.thread(head).isAlive()) {
          head++;
        }
        number = head;
      }
      if (crowd.thread(number).isAlive()) {
        crowd.thread(number).interrupt();
        interrupts++;
      }
    }
    return interrupts;
  }

  private static long leastGapNanos(List<Releases.Release> releases) {
    long least = Long.MAX_VALUE;
    for (List<Releases.Release> bucket :
        releases.stream().collect(groupingBy(Releases.Release::bucket)).values()) {
      for (int i = 1; i < bucket.size(); i++) {
        least = Math.min(least, bucket.get(i).nanos() - bucket.get(i - 1).nanos());
      }
    }
    return least;
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "The shortest gap",
        """
        The shortest time between two starts of a bucket, as a fraction of the interval. Ours: of 100,000 releases, by their \
        stamps, with bursts, idle spells of up to three intervals, and interrupts at the head and in the middle. Others: two \
        starts asked for by one thread after an idle spell of one to two intervals of five seconds, 32 times.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : Subject.values()) {
      Sample stamps = results.of(subject, "stamps");
      Sample idle = results.of(subject, "idle");
      if (!stamps.isEmpty()) {
        rows.add(
            List.of(
                subject.title,
                "%.6f".formatted(stamps.min()),
                "",
                "%s releases, %s interrupts"
                    .formatted(
                        Report.number(results.of(subject, "recorded").sum()),
                        Report.number(results.of(subject, "interrupted").sum()))));
      } else if (!idle.isEmpty()) {
        rows.add(
            List.of(
                subject.title,
                "%.4f".formatted(idle.min()),
                "%.4f".formatted(idle.median()),
                idle.size() + " spells"));
      }
    }
    report.table(List.of("gap / interval", "least", "median", "of"), rows);
    for (Subject subject : Subject.OURS) {
      double least = results.of(subject, "stamps").min();
      report.target(
          "least gap / interval: " + subject.title,
          "–",
          "%.6f".formatted(least),
          "–",
          "≥ 1.0",
          least >= 1);
      if (!(least >= 1)) { // nor if it is not a number
        report.violation(
            "two releases of " + subject.title + " were " + least + " of an interval apart");
      }
      double recorded = results.of(subject, "recorded").sum();
      double released = results.of(subject, "released").sum();
      if (recorded != released || recorded == 0) {
        report.violation(
            "%.0f releases of %s, but %.0f were recorded"
                .formatted(released, subject.title, recorded));
      }
    }
  }
}
