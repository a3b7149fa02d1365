package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** How long it takes to interrupt everybody who waits. */
final class Storm implements Scenario {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration CAP = Duration.ofSeconds(20);

  /** Guava's waiters and most of Javacord's cannot be interrupted. */
  private static final List<Subject> PEERS =
      Memory.PEERS.stream()
          .filter(peer -> peer != Subject.GUAVA && peer != Subject.JAVACORD)
          .toList();

  /** In which order they are interrupted, seen from the line. */
  enum Order {
    FRONT("front to back"),
    BACK("back to front"),
    RANDOM("random");

    final String title;

    Order(String title) {
      this.title = title;
    }

    /** Returns the numbers below a bound in this order; at random, but the same each time. */
    int[] of(int bound) {
      int[] numbers = new int[bound];
      Random random = new Random(42);
      for (int i = 0; i < bound; i++) {
        numbers[i] = this == BACK ? bound - 1 - i : i;
        if (this == RANDOM) {
          int j = random.nextInt(i + 1);
          numbers[i] = numbers[j];
          numbers[j] = i;
        }
      }
      return numbers;
    }
  }

  @Override
  public List<Run> runs(Form form) {
    Duration timeout = Duration.ofMinutes(5);
    // Memory that is there, in large pages and mostly young: page faults, look-ups of pages and
    // collections are not what is measured.
    String memory = "-XX:+AlwaysPreTouch";
    String pages = "-XX:+UseTransparentHugePages";
    String[] flags = {"-Xms7g", "-Xmx7g", "-Xmn4g", memory, pages};
    String[] small =
        form.pick(
            new String[] {"-Xms4g", "-Xmx4g", "-Xmn3g", memory, pages},
            new String[] {"-Xms400m", "-Xmx400m"});
    List<Run> runs = new ArrayList<>();
    runs.add(new Run("limit", Subject.CORE, List.of(small), timeout));
    runs.addAll(form.each("linear", Subject.CORE, timeout, form.pick(flags, small)));
    runs.addAll(form.each("peers", PEERS, timeout, small));
    return runs;
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    int many = form.pick(100_000, 2_000);
    switch (run.variant()) {
      case "limit" -> {
        for (int round = form.pick(-2, 0); round < form.pick(9, 1); round++) { // warm up below 0
          for (Order order : Order.values()) {
            for (Subject subject : run.subjects()) {
              double millis = millis(subject, many, order, false);
              if (round >= 0) {
                figures.add(subject, "limit-" + order, millis);
              }
            }
            double throwing = millis(Subject.BARE, many, order, true);
            if (round >= 0) {
              figures.add(Subject.BARE, "throwing-" + order, throwing);
            }
          }
        }
      }
      case "linear" -> {
        for (Subject subject : run.subjects()) {
          for (int round = form.pick(-1, 0); round < form.pick(2, 1); round++) {
            for (Order order : Order.values()) {
              for (int i = 0; i < 3; i++) { // it is short, and so all the noisier
                double less = millis(subject, many, order, false);
                if (round >= 0) {
                  figures.add(subject, "less-" + order, less);
                }
              }
              if (round >= 0) {
                figures.add(subject, "more-" + order, millis(subject, 10 * many, order, false));
              }
            }
          }
        }
      }
      default -> {
        for (Subject subject : run.subjects()) {
          millis(subject, many / 100, Order.FRONT, false);
          figures.add(subject, "tenth", millis(subject, many / 10, Order.FRONT, false));
          figures.add(subject, "whole", millis(subject, many, Order.FRONT, false));
        }
      }
    }
  }

  /**
   * Measures from the first interrupt to the end of the last thread.
   *
   * @param throwing whether a bare thread throws, as all others do, which costs a stack trace
   * @return milliseconds, or infinity if it was given up
   */
  private static double millis(Subject subject, int threads, Order order, boolean throwing)
      throws InterruptedException {
    Pacer pacer = subject.open(1, LONG);
    pacer.holdUp();
    Crowd.Body body =
        subject == Subject.BARE && !throwing
            ? i -> LockSupport.park(Storm.class)
            : i -> pacer.acquire(i);
    Crowd crowd = new Crowd(threads, body);
    startInOrder(crowd, pacer);
    int[] numbers = order.of(threads);
    System.gc();
    long beginNanos = System.nanoTime();
    for (int number : numbers) {
      crowd.thread(number).interrupt();
    }
    for (int number : numbers) {
      Thread thread = crowd.thread(number);
      Duration left = CAP.minusNanos(System.nanoTime() - beginNanos);
      if (!thread.join(left.isPositive() ? left : Duration.ofNanos(1))) {
        return Double.POSITIVE_INFINITY;
      }
    }
    double millis = (System.nanoTime() - beginNanos) / 1e6;
    crowd.throwFailure();
    if (subject.isOurs() && pacer.waiting() != 0) {
      throw new IllegalStateException(pacer.waiting() + " of " + subject + " are still in line");
    }
    return millis;
  }

  private static void startInOrder(Crowd crowd, Pacer pacer) throws InterruptedException {
    for (int i = 0; i < crowd.size(); i++) {
      crowd.start(i);
      if (pacer.waiting() >= 0) {
        while (pacer.waiting() <= i) {
          Thread.onSpinWait();
        }
      }
    }
    crowd.awaitWaiting();
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "A storm of interrupts",
        """
        Everybody who waits is interrupted: milliseconds from the first `interrupt()` to the last `join()`, after warm-up. \
        Bare: virtual threads that are parked, and end when they are interrupted. The first table has 100,000 threads, and \
        the subjects take turns in one process; the second has ten times as many, in a process for each subject, and its growth is \
        the ratio of two medians. Most of the heap is young and there from the start, in large pages, so that collections and page \
        faults are hardly measured.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : Subject.CORE) {
      rows.add(row(results, subject, subject.title, "limit-"));
    }
    rows.add(1, row(results, Subject.BARE, "bare park that throws", "throwing-"));
    report.table(header("100,000 interrupts, ms"), rows);
    rows = new ArrayList<>();
    for (Subject subject : Subject.CORE) {
      rows.add(row(results, subject, subject.title, "more-"));
    }
    report.table(header("1,000,000 interrupts, ms"), rows);
    rows = new ArrayList<>();
    for (Subject subject : PEERS) {
      rows.add(
          List.of(
              subject.title,
              capped(results.of(subject, "tenth")),
              capped(results.of(subject, "whole"))));
    }
    report.table(List.of("front to back, ms", "10,000", "100,000"), rows);
    report.remark(
        "Guava cannot be interrupted, and Javacord only by ones and twos: those who wait for its monitor cannot."
            + " Redisson's waiters are timers of its own.");
    for (Subject subject : Subject.OURS) {
      for (Order order : Order.values()) {
        targets(results, report, subject, order);
      }
    }
  }

  private static void targets(Results results, Report report, Subject subject, Order order) {
    Sample limit = results.of(Subject.BARE, "limit-" + order);
    Sample ours = results.of(subject, "limit-" + order);
    report.atMostTimes(
        "100,000 interrupts, %s: %s".formatted(order.title, subject.title),
        "bare park",
        limit,
        ours,
        " ms",
        3);
    Sample less = results.of(subject, "less-" + order);
    Sample more = results.of(subject, "more-" + order);
    double growth = more.median() / less.median();
    double bareGrowth =
        results.of(Subject.BARE, "more-" + order).median()
            / results.of(Subject.BARE, "less-" + order).median();
    report.target(
        "1,000,000 interrupts over 100,000, %s: %s".formatted(order.title, subject.title),
        Report.number(less.median()) + " ms; bare park " + Report.number(bareGrowth),
        Report.number(more.median()) + " ms",
        Report.number(growth),
        "≤ 12",
        growth <= 12);
  }

  private static List<String> header(String first) {
    List<String> header = new ArrayList<>(List.of(first));
    for (Order order : Order.values()) {
      header.add(order.title);
    }
    return header;
  }

  private static List<String> row(Results results, Subject subject, String title, String prefix) {
    List<String> row = new ArrayList<>(List.of(title));
    for (Order order : Order.values()) {
      row.add(Report.spread(results.of(subject, prefix + order)));
    }
    return row;
  }

  private static String capped(Sample sample) {
    return sample.max() == Double.POSITIVE_INFINITY
        ? "more than " + "%,d".formatted(CAP.toMillis())
        : Report.spread(sample);
  }
}
