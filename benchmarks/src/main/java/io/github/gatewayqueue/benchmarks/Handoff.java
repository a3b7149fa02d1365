package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/** How many requests per second go through a line that has no spacing to speak of. */
final class Handoff implements Scenario {
  private static final List<Integer> THREADS = List.of(2, 64, 1_000, 10_000);
  private static final int TARGET_THREADS = 1_000;
  private static final List<Subject> CORE =
      List.of(Subject.SEMAPHORE, Subject.LOCAL, Subject.LARGE);
  private static final List<Subject> PEERS =
      List.of(
          Subject.FAIR_LOCK,
          Subject.DISCORD4J,
          Subject.JAVACORD,
          Subject.GUAVA,
          Subject.BUCKET4J,
          Subject.RESILIENCE4J,
          Subject.FAILSAFE);

  /** Long words apart, so that the counters of two threads share no cache line. */
  private static final int STRIDE = 8;

  @Override
  public List<Run> runs(Form form) {
    Duration timeout = Duration.ofMinutes(2);
    List<Run> runs = new ArrayList<>(form.alternating(form.pick(5, 1), "core", CORE, timeout));
    runs.addAll(form.each("peers", PEERS, timeout));
    return runs;
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    Duration warmUp = Duration.ofMillis(form.pick(1_000, 50));
    Duration length = Duration.ofMillis(form.pick(1_500, 100));
    for (Subject subject : run.subjects()) {
      for (int threads : run.variant().equals("core") ? THREADS : List.of(TARGET_THREADS)) {
        try (Pacer pacer = subject.open(1, Duration.ofNanos(1))) {
          measure(subject, pacer, threads, warmUp, length, figures);
        }
      }
    }
  }

  private static void measure(
      Subject subject, Pacer pacer, int threads, Duration warmUp, Duration length, Figures figures)
      throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLongArray counts = new AtomicLongArray(threads * STRIDE);
    Crowd crowd =
        new Crowd(
                threads,
                i -> {
                  long count = 0;
                  while (!stop.getOpaque()) {
                    pacer.acquire(0);
                    counts.setOpaque(i * STRIDE, ++count);
                  }
                })
            .start();
    Thread.sleep(warmUp);
    long[] before = read(counts);
    long beginNanos = System.nanoTime();
    Thread.sleep(length);
    long[] after = read(counts);
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    stop.set(true);
    crowd.join();
    long sum = 0;
    int taking = 0;
    for (int i = 0; i < threads; i++) {
      long done = after[i] - before[i];
      sum += done;
      taking += done > 0 ? 1 : 0;
    }
    if (subject.isOurs() && length.toMillis() > 1_000 && taking < threads) {
      throw new IllegalStateException("only " + taking + " of " + threads + " had a turn");
    }
    figures.add(subject, "rate-" + threads, sum / seconds);
    figures.add(subject, "taking-" + threads, taking);
  }

  private static long[] read(AtomicLongArray counts) {
    long[] read = new long[counts.length() / STRIDE];
    for (int i = 0; i < read.length; i++) {
      read[i] = counts.getOpaque(i * STRIDE);
    }
    return read;
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Hand-offs",
        """
        Virtual threads that do nothing but ask again, on an interval of 1 ns; the semaphore is acquired and released at \
        once. Thousands of requests per second, after a second of warm-up, over one and a half; median (min–max) of \
        processes that alternate. In brackets, where not all of the threads had a turn meanwhile: how many had. Those do not \
        wait for one another at all at such a rate, so that no hand-off takes place.\
        """);
    List<String> header = new ArrayList<>(List.of("thousands per second, threads"));
    THREADS.forEach(threads -> header.add(Report.number(threads)));
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : results.measured("rate-" + TARGET_THREADS)) {
      List<String> row = new ArrayList<>(List.of(subject.title));
      for (int threads : THREADS) {
        row.add(cell(results, subject, threads));
      }
      rows.add(row);
    }
    report.table(header, rows);
    for (Subject subject : Subject.OURS) {
      for (int threads : THREADS) {
        target(results, report, subject, threads);
      }
    }
  }

  private static void target(Results results, Report report, Subject subject, int threads) {
    Sample limit = results.of(Subject.SEMAPHORE, "rate-" + threads);
    Sample ours = results.of(subject, "rate-" + threads);
    Sample ratio = ours.over(limit);
    report.target(
        "hand-offs per second, %,d threads: %s".formatted(threads, subject.title),
        "Semaphore(1, true) " + Report.number(limit.median()),
        Report.number(ours.median()),
        Report.spread(ratio),
        "≥ 0.7",
        ratio.median() >= 0.7);
  }

  private static String cell(Results results, Subject subject, int threads) {
    Sample rates = results.of(subject, "rate-" + threads);
    if (rates.isEmpty()) {
      return "";
    }
    double[] thousands = rates.values();
    for (int i = 0; i < thousands.length; i++) {
      thousands[i] /= 1e3;
    }
    double taking = results.of(subject, "taking-" + threads).min();
    return Report.spread(new Sample(thousands))
        + (taking < threads ? " [" + Report.number(taking) + "]" : "");
  }
}
