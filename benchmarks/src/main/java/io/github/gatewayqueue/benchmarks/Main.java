package io.github.gatewayqueue.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the scenarios, each in processes of its own, and writes the report. */
final class Main {
  /** How many processes are measured at once where they do not disturb one another. */
  private static final int AT_ONCE = 8;

  private final Form form;
  private final List<String> only;
  private final Path module;

  /** What went wrong, by scenario. */
  private final Map<String, String> failures = new ConcurrentHashMap<>();

  private Main(Form form, List<String> only, Path module) {
    this.form = form;
    this.only = only;
    this.module = module;
  }

  /**
   * Runs them.
   *
   * @param args full, short, or render, which writes the report of what was measured before, piece
   *     by piece; then all or names of scenarios with commas between; then the directory of this
   *     module
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Set<String> names = Scenarios.all().keySet();
    boolean all = args[1].equals("all");
    List<String> only = all ? List.copyOf(names) : Arrays.asList(args[1].split(",", -1));
    only.forEach(Scenarios::get);
    boolean renders = args[0].equals("render");
    Form form = renders ? Form.FULL : Form.valueOf(args[0].toUpperCase(Locale.ROOT));
    boolean passed = new Main(form, only, Path.of(args[2])).run(all, renders);
    System.exit(passed ? 0 : 1);
  }

  private boolean run(boolean all, boolean renders) throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    Path directory =
        Files.createDirectories(
            module.resolve("target/benchmarks-" + form.name().toLowerCase(Locale.ROOT)));
    ChildProcess child = new ChildProcess(directory);
    Map<String, Results> results = renders ? readAll(child) : runAll(child);
    Report report = new Report();
    results.forEach((name, result) -> {
      if (!failures.containsKey(name)) {
        Scenarios.get(name).report(result, report);
      }
    });
    Duration took = Duration.ofNanos(System.nanoTime() - beginNanos);
    boolean keeps = all && form == Form.FULL && failures.isEmpty() && report.violations().isEmpty();
    Path file = (keeps ? module : directory).resolve("RESULTS.md");
    String how =
        renders
            ? "from scenarios that were measured one by one with `-Dbenchmarks.only`"
            : "in %s minutes".formatted(took.toMinutes());
    Files.writeString(file, report.render(introduction(how, renders), Environment.describe()));
    System.out.printf("Benchmarks: %s s, see %s%n", took.toSeconds(), file);
    failures.values().forEach(failure -> System.err.println("FAILED: " + failure));
    report.violations().forEach(violation -> System.err.println("VIOLATED: " + violation));
    return failures.isEmpty() && report.violations().isEmpty();
  }

  private Map<String, Results> readAll(ChildProcess child) {
    Map<String, Results> results = new LinkedHashMap<>();
    for (String name : only) {
      Results result = new Results();
      results.put(name, result);
      for (int i = 0; i < Scenarios.get(name).runs(form).size(); i++) {
        try {
          child.read(name, i, result);
        } catch (IOException e) {
          failures.put(name, "not measured yet: " + e);
        }
      }
    }
    return results;
  }

  /**
   * First those that sleep nearly all of the time, several at once, the crowds before the rest;
   * then the others, one after the other, for they disturb one another. In the short form that does
   * not matter.
   */
  private Map<String, Results> runAll(ChildProcess child) throws InterruptedException {
    Map<String, Results> results = new LinkedHashMap<>();
    List<Callable<Object>> crowds = new ArrayList<>();
    List<Callable<Object>> together = new ArrayList<>();
    List<Callable<Object>> alone = new ArrayList<>();
    for (String name : only) {
      Scenario scenario = Scenarios.get(name);
      Results result = new Results();
      results.put(name, result);
      List<Run> runs = scenario.runs(form);
      for (int i = 0; i < runs.size(); i++) {
        int number = i;
        Run run = runs.get(i);
        List<Callable<Object>> group =
            form == Form.SHORT
                ? together
                : !run.sleeps() ? alone : scenario.crowds() ? crowds : together;
        group.add(Executors.callable(() -> runOne(child, name, number, run, result)));
      }
    }
    runAll(crowds, AT_ONCE);
    runAll(together, AT_ONCE);
    runAll(alone, 1);
    return results;
  }

  private static void runAll(List<Callable<Object>> runs, int atOnce) throws InterruptedException {
    var executor = Executors.newFixedThreadPool(atOnce);
    try {
      for (Future<?> future : executor.invokeAll(runs)) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("the runner itself failed", e);
    } finally {
      executor.shutdownNow();
    }
  }

  private void runOne(ChildProcess child, String name, int number, Run run, Results result) {
    long beginNanos = System.nanoTime();
    try {
      child.run(form, name, number, run, result);
    } catch (Exception e) {
      failures.merge(name, String.valueOf(e.getMessage()), (a, b) -> a + "\n" + b);
    }
    System.out.printf(
        "Benchmarks: %s %s %s took %.1f s%n",
        name, run.variant(), run.subjects(), (System.nanoTime() - beginNanos) / 1e9);
  }

  private String introduction(String how, boolean renders)
      throws IOException, InterruptedException {
    String command =
        "mvn -B -ntp -Pbenchmarks -pl benchmarks -am -DskipTests -Dmaven.javadoc.skip verify";
    if (form == Form.SHORT) {
      command += " -Dbenchmarks=short";
    } else if (renders) {
      command += " -Dbenchmarks=render";
    }
    return """
    `LocalQueue` and `LargeBotQueue` beside the JDK's own means and what a user would pick instead; what costs what, and \
    why, is explained in [performance](../docs/performance.md). Written by

    ```sh
    %s
    ```

    at %s, commit %s, %s. %s\
    """
        .formatted(
            command,
            Instant.now().truncatedTo(ChronoUnit.MINUTES),
            Environment.commit(module),
            how,
            form == Form.SHORT
                ? "**This is the short form, which shows that everything runs; its numbers say nothing.**"
                : "Ratios are medians (min–max) of runs that took turns, unless a section says otherwise.");
  }
}
