package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.benchmarks.BrokerConnection.Protocol;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How late a broker's clients are released, with few that wait and with many. */
final class BrokerLateness implements Scenario {
  private static final Duration INTERVAL = Duration.ofMillis(25);
  private static final double TARGET_RATIO = 2;
  private static final int FEW = 10;

  /** Where many wait, so many of them are at the head of the line and stamp their releases. */
  private static final int STAMPED = 800;

  @Override
  public List<Run> runs(Form form) {
    List<String> flags = List.of(BrokerProcess.flag());
    List<Run> runs = new ArrayList<>();
    for (Protocol protocol : Protocol.values()) {
      runs.add(new Run(protocol.name(), List.of(Subject.LOCAL), flags, Duration.ofMinutes(4)));
    }
    return runs;
  }

  private static int many(Form form) {
    return form.pick(10_000, 100);
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    Protocol protocol = Protocol.valueOf(run.variant());
    for (int round = 0; round < form.pick(4, 1); round++) {
      measureAnyhow(form, protocol, false, figures);
      measureAnyhow(form, protocol, true, figures);
    }
  }

  /** On a slow machine all who stamp may be released before everybody has joined. */
  private static void measureAnyhow(Form form, Protocol protocol, boolean many, Figures figures)
      throws IOException, InterruptedException {
    for (int attempt = 0; attempt < 5; attempt++) {
      if (measure(form, protocol, many, figures)) {
        return;
      }
    }
    throw new IllegalStateException("too slow: everybody is released before the measurement");
  }

  /**
   * A new broker, which has let in many and is warm, whether they stay or not.
   *
   * @return whether anything could be measured
   */
  private static boolean measure(Form form, Protocol protocol, boolean many, Figures figures)
      throws IOException, InterruptedException {
    int stamped = many ? form.pick(STAMPED, 150) : FEW;
    try (BrokerProcess broker = BrokerProcess.start(INTERVAL, Duration.ZERO);
        BrokerLine line = new BrokerLine(broker, protocol);
        BrokerCrowd crowd = new BrokerCrowd(broker, protocol)) {
      if (!many) {
        crowd.add(many(form));
        crowd.hangUp(0);
      }
      long firstNanos = System.nanoTime();
      line.add(stamped);
      if (many) {
        crowd.add(many(form) - stamped);
      }
      line.take(INTERVAL.multipliedBy(4)); // those that were released meanwhile
      List<Long> releases = line.releaseNanos();
      int begin = releases.size();
      line.take(form.pick(Duration.ofSeconds(6), Duration.ofMillis(300)));
      if (begin == releases.size()) {
        return false;
      }
      String key = key(protocol, many);
      figures.add(Subject.LOCAL, key + "-disorder", line.disorder());
      figures.add(Subject.LOCAL, key + "-early", early(releases, firstNanos));
      double[] micros = latenessMicros(releases.subList(begin - 1, releases.size()));
      figures.add(Subject.LOCAL, key, micros);
      figures.add(Subject.LOCAL, key + "-p50", new Sample(micros).quantile(0.5));
      figures.add(Subject.LOCAL, key + "-p99", new Sample(micros).quantile(0.99));
      return true;
    }
  }

  private static String key(Protocol protocol, boolean many) {
    return protocol.label + (many ? "-many" : "-few");
  }

  /** How many have come before so many intervals had passed since the first one asked. */
  private static int early(List<Long> releases, long firstNanos) {
    int early = 0;
    for (int i = 0; i < releases.size(); i++) {
      if (releases.get(i) - firstNanos < i * INTERVAL.toNanos()) {
        early++;
      }
    }
    return early;
  }

  private static double[] latenessMicros(List<Long> releases) {
    double[] micros = new double[releases.size() - 1];
    for (int i = 0; i < micros.length; i++) {
      long gap = releases.get(i + 1) - releases.get(i);
      micros[i] = (gap - INTERVAL.toNanos()) / 1e3;
    }
    return micros;
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Lateness of the broker's releases",
        """
        The time between two releases of a bucket as their clients see it, less the interval of 25 ms: a release that comes \
        late to its client makes the next one look early by as much. Few: 10 wait, after 10,000 others have hung up. Many: \
        10,000 wait, of which those at the head stamp their releases and the rest do not read. Rounds of six seconds that \
        alternate, with a new broker each. Clients and broker share the machine.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Protocol protocol : Protocol.values()) {
      for (boolean many : List.of(false, true)) {
        String key = key(protocol, many);
        Sample all = results.of(Subject.LOCAL, key);
        rows.add(
            List.of(
                protocol.label + (many ? ", many wait" : ", few wait"),
                Report.number(all.quantile(0.5)),
                Report.number(all.quantile(0.99)),
                Report.number(all.max()),
                Report.number(all.min()),
                Report.number(all.size()),
                Report.number(results.of(Subject.LOCAL, key + "-disorder").sum()),
                Report.number(results.of(Subject.LOCAL, key + "-early").sum())));
        checkFacts(results, report, key);
      }
      target(results, report, protocol, "p50", 0.5);
      target(results, report, protocol, "p99", 0.99);
    }
    report.table(
        List.of("µs late", "p50", "p99", "max", "min", "samples", "out of order", "early"), rows);
    report.remark(
        "Early: before k intervals have passed since the first of k + 1 releases was asked for.");
  }

  private static void checkFacts(Results results, Report report, String key) {
    // nor if it is not a number
    if (!(results.of(Subject.LOCAL, key + "-disorder").max() <= 0)) {
      report.violation("the broker (" + key + ") released somebody out of order");
    }
    if (!(results.of(Subject.LOCAL, key + "-early").max() <= 0)) {
      report.violation("the broker (" + key + ") released somebody before it was due");
    }
  }

  /** Judges by the worse of two, like {@link Lateness}. */
  private static void target(
      Results results, Report report, Protocol protocol, String quantile, double share) {
    String few = key(protocol, false);
    String many = key(protocol, true);
    double limit = results.of(Subject.LOCAL, few).quantile(share);
    double ours = results.of(Subject.LOCAL, many).quantile(share);
    Sample rounds =
        results
            .of(Subject.LOCAL, many + "-" + quantile)
            .over(results.of(Subject.LOCAL, few + "-" + quantile));
    report.target(
        "lateness %s with 10,000 waiting, %s: broker".formatted(quantile, protocol.label),
        "with 10 waiting " + Report.number(limit) + " µs",
        Report.number(ours) + " µs",
        "all %s; rounds %s".formatted(Report.number(ours / limit), Report.spread(rounds)),
        "≤ " + Report.number(TARGET_RATIO),
        Math.max(ours / limit, rounds.median()) <= TARGET_RATIO);
  }
}
