package io.github.gatewayqueue.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Runs the scenarios, each in processes of its own, and writes the report. */
final class Main {
  private final Form form;
  private final List<String> only;
  private final Path module;
  private final List<String> failures = new ArrayList<>();

  private Main(Form form, List<String> only, Path module) {
    this.form = form;
    this.only = only;
    this.module = module;
  }

  /**
   * Runs them.
   *
   * @param args full or short, then all or names of scenarios with commas between, then the
   *     directory of this module
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> only =
        args[1].equals("all")
            ? List.copyOf(Scenarios.all().keySet())
            : Arrays.asList(args[1].split(","));
    only.forEach(Scenarios::get);
    Form form = Form.valueOf(args[0].toUpperCase(Locale.ROOT));
    boolean passed = new Main(form, only, Path.of(args[2])).run(args[1].equals("all"));
    System.exit(passed ? 0 : 1);
  }

  private boolean run(boolean all) throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    Path directory = Files.createDirectories(module.resolve("target/benchmarks"));
    Report report = new Report();
    for (String name : only) {
      Scenario scenario = Scenarios.get(name);
      Results results = new Results();
      int before = failures.size();
      runAll(new ChildProcess(directory), name, scenario, results);
      if (failures.size() == before) {
        scenario.report(results, report);
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - beginNanos);
    Path file =
        all && form == Form.FULL ? module.resolve("RESULTS.md") : directory.resolve("RESULTS.md");
    Files.writeString(file, report.render(introduction(took), Environment.describe()));
    System.out.printf("Benchmarks: %d s, see %s%n", took.toSeconds(), file);
    failures.forEach(failure -> System.err.println("FAILED: " + failure));
    report.violations().forEach(violation -> System.err.println("VIOLATED: " + violation));
    return failures.isEmpty() && report.violations().isEmpty();
  }

  private void runAll(ChildProcess child, String name, Scenario scenario, Results results)
      throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    int number = 0;
    for (Run run : scenario.runs(form)) {
      try {
        child.run(form, name, number++, run, results);
      } catch (ChildProcess.FailedException e) {
        failures.add(e.getMessage());
      }
    }
    long seconds = Duration.ofNanos(System.nanoTime() - beginNanos).toSeconds();
    System.out.printf("Benchmarks: %s took %d s, %d processes%n", name, seconds, number);
  }

  private String introduction(Duration took) throws IOException, InterruptedException {
    String command =
        "mvn -B -ntp -Pbenchmarks -pl benchmarks -am -DskipTests -Dmaven.javadoc.skip verify";
    if (form == Form.SHORT) {
      command += " -Dbenchmarks=short";
    }
    return """
    `LocalQueue` and `LargeBotQueue` beside the JDK's own means and what a user would pick instead; what costs what, and \
    why, is explained in [performance](../docs/performance.md). Written by

    ```sh
    %s
    ```

    at %s, commit %s, in %d minutes. %s\
    """
        .formatted(
            command,
            Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MINUTES),
            Environment.commit(module),
            took.toMinutes(),
            form == Form.SHORT
                ? "**This is the short form, which shows that everything runs; its numbers say nothing.**"
                : "Ratios are between runs that took turns, as median (min–max).");
  }
}
