package io.github.gatewayqueue.benchmarks;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * How late a release is. In each of four lines there is always somebody waiting; the lines are a
 * quarter of the interval apart, which gives four samples per interval.
 */
final class Lateness implements Scenario {
  static final Duration INTERVAL = Duration.ofMillis(50);
  private static final Duration SHORT = Duration.ofMillis(260);
  private static final int LINES = 4;
  private static final int PER_LINE = 3;
  private static final List<String> VARIANTS = List.of("quiet", "busy");

  @Override
  public List<Run> runs(Form form) {
    Duration timeout = Duration.ofMinutes(5);
    List<Subject> peers = new ArrayList<>(Subject.PACED);
    peers.removeAll(Subject.CORE);
    List<Run> runs = new ArrayList<>();
    for (String variant : VARIANTS) {
      runs.add(new Run(variant, Subject.CORE, List.of(), timeout));
      runs.addAll(form.each(variant, peers, timeout));
    }
    runs.addAll(form.each("quiet", Subject.FIXED, timeout));
    return runs;
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    String variant = run.variant();
    List<Subject> subjects = run.subjects();
    if (variant.equals("busy")) {
      spin(Runtime.getRuntime().availableProcessors());
    }
    boolean core = subjects.equals(Subject.CORE);
    Duration length = form.pick(Duration.ofMillis(core ? 5_100 : 2_500), SHORT);
    int most = variant.equals("busy") ? 9 : 5; // the tail is the kernel's time slices, now and then
    int rounds = form.pick(core ? most : 1, 1);
    try (var releases = new Releases()) {
      List<Block> blocks = new ArrayList<>();
      for (Subject subject : subjects) {
        if (!Subject.FIXED.contains(subject)) {
          new Block(-1 - blocks.size(), subject, form.pick(Duration.ofSeconds(1), SHORT)).run();
        }
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < subjects.size(); i++) { // each of them comes first in turn
          Subject subject = subjects.get((round + i) % subjects.size());
          Duration blockLength =
              Subject.FIXED.contains(subject)
                  ? Subject.FIXED_INTERVAL.multipliedBy(form.pick(3, 1)).plusMillis(100)
                  : length;
          Block block = new Block(blocks.size(), subject, blockLength);
          block.run();
          blocks.add(block);
        }
      }
      Map<Long, List<Releases.Release>> recorded =
          releases.stop().stream().collect(groupingBy(Releases.Release::shard));
      for (Block block : blocks) {
        double[] micros = block.latenessMicros(recorded);
        Sample sample = new Sample(micros);
        figures.add(block.subject, variant + "-all", micros);
        figures.add(block.subject, variant + "-p50", sample.quantile(0.5));
        figures.add(block.subject, variant + "-p99", sample.quantile(0.99));
      }
    }
  }

  /** Keeps cores busy with platform threads, which the operating system shares out as it does. */
  private static void spin(int cores) {
    for (int i = 0; i < cores; i++) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            while (true) {
              Thread.onSpinWait();
            }
          });
    }
  }

  /** Some seconds of one subject's four lines. */
  private static final class Block {
    private final int number;
    private final Subject subject;
    private final long lengthNanos;
    private final long intervalNanos;
    private final int lines;
    private final List<ConcurrentLinkedQueue<Long>> stamps = new ArrayList<>();

    Block(int number, Subject subject, Duration length) {
      this.number = number;
      this.subject = subject;
      lengthNanos = length.toNanos();
      intervalNanos = subject.intervalFor(INTERVAL).toNanos();
      lines = Subject.FIXED.contains(subject) ? 16 : LINES;
      for (int i = 0; i < lines; i++) {
        stamps.add(new ConcurrentLinkedQueue<>());
      }
    }

    void run() throws InterruptedException {
      Pacer[] pacers = new Pacer[lines];
      Duration interval = Duration.ofNanos(intervalNanos);
      if (subject.hasBuckets()) {
        Arrays.fill(pacers, subject.open(lines, interval));
      } else {
        Arrays.setAll(pacers, i -> subject.open(1, interval));
      }
      long beginNanos = System.nanoTime() + 10_000_000;
      int perLine = subject == Subject.BARE ? 1 : lines == LINES ? PER_LINE : 2;
      new Crowd(
              lines * perLine,
              i -> {
                int line = i % lines;
                long firstNanos = beginNanos + line * intervalNanos / lines;
                Jdk.parkUntil(firstNanos);
                if (subject == Subject.BARE) {
                  park(line, firstNanos, beginNanos + lengthNanos);
                } else {
                  request(pacers[line], line, beginNanos + lengthNanos);
                }
              })
          .start()
          .join();
      for (Pacer pacer : pacers) {
        pacer.close();
      }
    }

    private void park(int line, long firstNanos, long endNanos) throws InterruptedException {
      for (long last = Jdk.parkUntil(firstNanos); last - endNanos < 0; ) {
        last = Jdk.parkUntil(last + intervalNanos);
        stamps.get(line).add(last);
      }
    }

    private void request(Pacer pacer, int line, long endNanos) throws InterruptedException {
      while (System.nanoTime() - endNanos < 0) {
        pacer.acquire(shard(line));
        if (!subject.isOurs()) {
          stamps.get(line).add(System.nanoTime());
        }
      }
    }

    /** A number that tells block and line, and whose bucket is the line's. */
    private long shard(int line) {
      return (number < 0 ? 1_000_000L - number : number) * lines + line;
    }

    double[] latenessMicros(Map<Long, List<Releases.Release>> recorded) throws IOException {
      List<Double> lateness = new ArrayList<>();
      for (int line = 0; line < lines; line++) {
        List<Long> moments = new ArrayList<>(stamps.get(line));
        if (subject.isOurs()) {
          recorded.getOrDefault(shard(line), List.of()).forEach(r -> moments.add(r.nanos()));
        }
        Collections.sort(moments, Releases.BY_MOMENT);
        for (int i = 1; i < moments.size(); i++) {
          long gap = moments.get(i) - moments.get(i - 1);
          lateness.add((gap - intervalNanos) / 1e3);
        }
      }
      if (lateness.isEmpty()) {
        throw new IOException("no releases of " + subject + " were recorded");
      }
      return lateness.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Lateness",
        """
        Release minus due, where due is the release before plus 50 ms (five seconds for those whose interval is a \
        constant). Somebody waits in line all the time. "Busy": as many platform threads spin in the same process as there \
        are cores. Bare: a virtual thread that parks until the same due. Bare, `LocalQueue` and `LargeBotQueue` take turns \
        of five seconds in one process; ours by the stamps of the flight recorder, the others by the clock when the call \
        has returned. Four lines at once, a quarter of the interval apart.\
        """);
    for (String variant : VARIANTS) {
      List<List<String>> rows = new ArrayList<>();
      for (Subject subject : Subject.values()) {
        Sample all = results.of(subject, variant + "-all");
        if (!all.isEmpty()) {
          rows.add(
              List.of(
                  subject.title,
                  Report.number(all.quantile(0.5)),
                  Report.number(all.quantile(0.99)),
                  Report.number(all.max()),
                  Report.number(all.min()),
                  Report.number(all.size())));
        }
      }
      report.table(List.of(variant + ", µs late", "p50", "p99", "max", "min", "samples"), rows);
    }
    report.remark(
        "A negative lateness is a start that came too early. Where the interval is counted from when a start was due, one"
            + " that is late is followed by one that is early.");
    for (Subject subject : Subject.OURS) {
      target(results, report, subject, "quiet", "p50", 0.5);
      target(results, report, subject, "quiet", "p99", 0.99);
      target(results, report, subject, "busy", "p99", 0.99);
    }
  }

  /**
   * Judges by the worse of two: the ratio of all samples together, and the median of the rounds'
   * ratios. A round has four samples beyond its p99, so its ratio alone says little.
   */
  private static void target(
      Results results,
      Report report,
      Subject subject,
      String variant,
      String quantile,
      double share) {
    double limit = results.of(Subject.BARE, variant + "-all").quantile(share);
    double ours = results.of(subject, variant + "-all").quantile(share);
    String key = variant + "-" + quantile;
    Sample rounds = results.of(subject, key).over(results.of(Subject.BARE, key));
    report.target(
        "lateness %s, %s: %s".formatted(quantile, variant, subject.title),
        "bare parkNanos " + Report.number(limit) + " µs",
        Report.number(ours) + " µs",
        "all %s; rounds %s".formatted(Report.number(ours / limit), Report.spread(rounds)),
        "≤ 1.25",
        Math.max(ours / limit, rounds.median()) <= 1.25);
    if (!(results.of(subject, variant + "-all").min() >= 0)) { // nor if it is not a number
      report.violation(subject.title + " released somebody before it was due");
    }
  }
}
