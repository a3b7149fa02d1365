package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** What one request costs, by JMH. */
final class Micro implements Scenario {
  private static final List<Subject> REQUEST =
      List.of(
          Subject.LOCAL,
          Subject.LARGE,
          Subject.SEMAPHORE,
          Subject.FAIR_LOCK,
          Subject.JAVACORD,
          Subject.GUAVA,
          Subject.BUCKET4J,
          Subject.RESILIENCE4J,
          Subject.FAILSAFE);
  private static final List<Subject> LEAVE =
      List.of(Subject.BARE, Subject.LOCAL, Subject.LARGE, Subject.SEMAPHORE);

  @Override
  public List<Run> runs(Form form) {
    Duration timeout = Duration.ofMinutes(5);
    List<String> flags = List.of("-Djmh.ignoreLock=true");
    return List.of(
        new Run("Request", REQUEST, flags, timeout), new Run("Leave", LEAVE, flags, timeout));
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    String variant = run.variant();
    TimeValue time = TimeValue.milliseconds(form.pick(1_000, 20));
    Options options =
        new OptionsBuilder()
            .include(
                UncontendedBenchmark.class.getName()
                    + "\\."
                    + variant.toLowerCase(Locale.ROOT)
                    + "$")
            .param("subject", run.subjects().stream().map(Enum::name).toArray(String[]::new))
            .forks(form.pick(2, 0))
            .warmupIterations(form.pick(2, 1))
            .warmupTime(time)
            .measurementIterations(form.pick(3, 1))
            .measurementTime(time)
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .build();
    for (RunResult result : new Runner(options).run()) {
      Subject subject = Subject.valueOf(result.getParams().getParam("subject"));
      figures.add(subject, variant + "-nanos", result.getPrimaryResult().getScore());
      figures.add(subject, variant + "-error", result.getPrimaryResult().getScoreError());
      Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
      if (allocated == null) {
        throw new IllegalStateException(
            "no allocation in " + result.getSecondaryResults().keySet());
      }
      figures.add(subject, variant + "-bytes", allocated.getScore());
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "One request",
        """
        By JMH, on one platform thread, with its collector's profiler; mean and 99.9 % interval. A request for which nobody \
        waits and which is due at once, on an interval of 1 ns (the semaphore is acquired and released); and a virtual \
        thread that is started, joins a line, is interrupted there, leaves and ends, in batches of 1,000. Peers that need a \
        thread or a server of their own for a request are not in it.\
        """);
    table(results, report, "Request", "request", REQUEST);
    table(results, report, "Leave", "join, interrupt, leave", LEAVE);
  }

  private static void table(
      Results results, Report report, String variant, String title, List<Subject> subjects) {
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : subjects) {
      double error = results.of(subject, variant + "-error").median();
      rows.add(
          List.of(
              subject.title,
              Report.number(results.of(subject, variant + "-nanos").median())
                  + (Double.isNaN(error) ? "" : " ± " + Report.number(error)),
              Report.number(results.of(subject, variant + "-bytes").median())));
    }
    report.table(List.of(title, "ns", "bytes allocated"), rows);
  }
}
