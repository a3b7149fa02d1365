package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.benchmarks.BrokerConnection.Protocol;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How much memory a broker takes, idle and for each connection that waits. */
final class BrokerMemory implements Scenario {
  private static final Duration LONG = Duration.ofHours(1);
  private static final double IDLE_TARGET_MB = 80;
  private static final double CONNECTION_TARGET_KB = 9;
  private static final double HANG_UP_TARGET_SECONDS = 1;
  private static final List<Integer> MANY = List.of(10_000, 15_000);
  private static final List<Integer> FEW = List.of(200);

  @Override
  public List<Run> runs(Form form) {
    if (!BrokerProcess.tellsResidentMemory()) {
      return List.of();
    }
    List<String> flags = List.of(BrokerProcess.flag());
    return List.of(new Run("all", List.of(Subject.LOCAL), flags, Duration.ofMinutes(6)));
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    for (int i = 0; i < form.pick(2, 1); i++) {
      for (int clients : form.pick(MANY, FEW)) {
        for (Protocol protocol : Protocol.values()) {
          measure(form, protocol, clients, figures);
        }
      }
    }
  }

  private static void measure(Form form, Protocol protocol, int clients, Figures figures)
      throws IOException, InterruptedException {
    Duration pause = Duration.ofMillis(form.pick(2_000, 100));
    try (BrokerProcess broker = BrokerProcess.start(LONG, LONG);
        BrokerCrowd crowd = new BrokerCrowd(broker, protocol)) {
      if (broker.standing().asked() != 0) {
        throw new IllegalStateException("a new broker is " + broker.standing());
      }
      Thread.sleep(pause);
      long idle = broker.residentBytes();
      long beginNanos = System.nanoTime();
      crowd.add(clients);
      double joined = (System.nanoTime() - beginNanos) / 1e9;
      Thread.sleep(pause.multipliedBy(3)); // all who want events are told their places again
      long waiting = broker.residentBytes();
      crowd.check();
      String key = protocol.label + "-" + clients;
      figures.add(Subject.LOCAL, "idle", idle / 1e6);
      figures.add(Subject.LOCAL, key, (waiting - idle) / 1e3 / clients);
      figures.add(Subject.LOCAL, key + "-joined", joined);
      figures.add(Subject.LOCAL, key + "-hung-up", crowd.hangUp(0).toNanos() / 1e9);
      broker.stop();
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "The broker under load",
        """
        Resident memory (`VmRSS`) of a broker's process: idle, two seconds after its start; then with all clients waiting, \
        six seconds after the last one has joined, less what it was when idle. A new broker each time. 1 KB is 1,000 bytes. \
        Until all have joined, and until the line is empty after all have hung up at once: as `/status` tells. The clients \
        are on the same machine.\
        """);
    if (results.isEmpty()) {
      report.remark("**Not measured: this system has no `/proc`.**");
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (int clients : Stream.of(FEW, MANY).flatMap(List::stream).toList()) {
      for (Protocol protocol : Protocol.values()) {
        String key = protocol.label + "-" + clients;
        Sample memory = results.of(Subject.LOCAL, key);
        Sample hungUp = results.of(Subject.LOCAL, key + "-hung-up");
        if (!memory.isEmpty()) {
          String who = Report.number(clients) + " waiting, " + protocol.label;
          String joined = Report.spread(results.of(Subject.LOCAL, key + "-joined"));
          rows.add(List.of(who, Report.spread(memory), joined, Report.spread(hungUp)));
          targets(report, protocol, who, memory, hungUp);
        }
      }
    }
    report.table(List.of("", "KB per connection", "s until all wait", "s until none waits"), rows);
    Sample idle = results.of(Subject.LOCAL, "idle");
    report.atMost("resident, idle: broker", "–", idle, " MB", "–", IDLE_TARGET_MB);
  }

  private static void targets(
      Report report, Protocol protocol, String who, Sample memory, Sample hungUp) {
    if (protocol == Protocol.PLAIN) {
      report.atMost(
          "resident per connection, %s: broker".formatted(who),
          "Rust's broker 9 KB, Vert.x untuned 12.5",
          memory,
          " KB",
          Report.spread(memory),
          CONNECTION_TARGET_KB);
    }
    report.atMost(
        "all hang up at once until the line is empty, %s: broker".formatted(who),
        "–",
        hungUp,
        " s",
        Report.spread(hungUp),
        HANG_UP_TARGET_SECONDS);
  }
}
