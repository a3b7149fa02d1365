package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.benchmarks.BrokerConnection.Protocol;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** How long a broker takes from the start of its process until it has accepted a request. */
final class BrokerStart implements Scenario {
  private static final Duration LONG = Duration.ofHours(1);
  private static final double TARGET_SECONDS = 0.6;

  @Override
  public List<Run> runs(Form form) {
    List<String> flags = List.of(BrokerProcess.flag());
    return List.of(new Run("all", List.of(Subject.LOCAL), flags, Duration.ofMinutes(3)));
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    start(); // the first time, all of it is read from the disk
    for (int i = 0; i < form.pick(15, 1); i++) {
      figures.add(Subject.LOCAL, "bare", bareSeconds());
      figures.add(Subject.LOCAL, "start", start());
    }
  }

  private static double start() throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    try (BrokerProcess broker = BrokerProcess.start(LONG, LONG);
        BrokerConnection client = BrokerConnection.ask(broker.uri(), Protocol.EVENTS, 0)) {
      String answer = client.read();
      double seconds = (System.nanoTime() - beginNanos) / 1e9;
      if (!answer.startsWith("HTTP/1.1 200 ")) {
        throw new IllegalStateException("the first request was answered with " + answer);
      }
      broker.stop();
      return seconds;
    }
  }

  private static double bareSeconds() throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    int status =
        new ProcessBuilder(BrokerProcess.java().toString(), "-version")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (status != 0) {
      throw new IllegalStateException("java -version ended with status " + status);
    }
    return (System.nanoTime() - beginNanos) / 1e9;
  }

  @Override
  public void report(Results results, Report report) {
    Sample bare = results.of(Subject.LOCAL, "bare");
    Sample start = results.of(Subject.LOCAL, "start");
    report.section(
        "Start of the broker",
        """
        From the start of the app image's process until a request for a session start has the headers of its answer. Bare: \
        `java -version` of the JVM in the image, from its start to its end. They take turns, after one start that does not count.\
        """);
    report.table(
        List.of("seconds", "median (min–max)", "of"),
        List.of(
            List.of("broker", Report.spread(start), Report.number(start.size())),
            List.of("bare JVM", Report.spread(bare), Report.number(bare.size()))));
    report.atMost(
        "first request accepted: broker",
        "bare JVM " + Report.number(bare.median()) + " s",
        start,
        " s",
        Report.spread(start.over(bare)),
        TARGET_SECONDS);
  }
}
