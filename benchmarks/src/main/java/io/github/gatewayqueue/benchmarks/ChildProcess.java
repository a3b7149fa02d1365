package io.github.gatewayqueue.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Starts a process for a {@link Run} and waits for it, but not for ever. */
final class ChildProcess {
  private static final String BIN = System.getProperty("java.home") + "/bin/";

  private final Path directory;

  /**
   * @param directory where the output of the processes goes
   */
  ChildProcess(Path directory) {
    this.directory = directory;
  }

  /** What has gone wrong with a process. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /**
   * Runs it to its end.
   *
   * @throws FailedException if it ends with an error, or not in time; then it is ended by force
   */
  void run(Form form, String scenario, int number, Run run, Results results)
      throws IOException, InterruptedException, FailedException {
    String name = scenario + "-" + number;
    Path output = directory.resolve(name + ".part");
    Files.deleteIfExists(log(scenario, number));
    var builder = new ProcessBuilder(command(form, scenario, run));
    builder.environment().putAll(run.environment());
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      if (!process.waitFor(run.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
        dumpThreads(process, directory.resolve(name + ".threads"));
        throw new FailedException(name + " takes more than " + run.timeout() + ": see " + output);
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    int status = process.exitValue();
    if (status != 0) {
      throw new FailedException(
          "%s (%s of %s) ended with status %s:%n%s"
              .formatted(name, run.variant(), run.subjects(), status, tail(output)));
    }
    Files.move(output, log(scenario, number), StandardCopyOption.REPLACE_EXISTING);
    read(scenario, number, results);
  }

  private Path log(String scenario, int number) {
    return directory.resolve(scenario + "-" + number + ".log");
  }

  /** Takes what a process has measured that has ended well, now or in an earlier run. */
  void read(String scenario, int number, Results results) throws IOException {
    synchronized (results) {
      try (var lines = Files.lines(log(scenario, number))) {
        lines.forEach(results::accept);
      }
    }
  }

  private static List<String> command(Form form, String scenario, Run run) {
    List<String> command = new ArrayList<>();
    command.add(BIN + "java");
    if (form == Form.SHORT) {
      command.add("-XX:TieredStopAtLevel=1"); // numbers do not matter, and compiling takes longest
    }
    command.addAll(run.flags());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Child.class.getName());
    command.addAll(List.of(form.name(), scenario, run.variant()));
    command.add(run.subjects().stream().map(Enum::name).collect(Collectors.joining(",")));
    return command;
  }

  private static void dumpThreads(Process process, Path file)
      throws IOException, InterruptedException {
    String pid = Long.toString(process.pid());
    for (List<String> arguments :
        List.of(
            List.of("Thread.print"),
            List.of("Thread.dump_to_file", "-overwrite", file + ".virtual"))) {
      List<String> command = new ArrayList<>(List.of(BIN + "jcmd", pid));
      command.addAll(arguments);
      Process dump =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile()))
              .start();
      if (!dump.waitFor(30, TimeUnit.SECONDS)) {
        dump.destroyForcibly();
      }
    }
  }

  private static String tail(Path output) throws IOException {
    List<String> lines =
        Files.readAllLines(output).stream()
            .filter(line -> !line.startsWith(Figures.MARK + " "))
            .toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
  }
}
