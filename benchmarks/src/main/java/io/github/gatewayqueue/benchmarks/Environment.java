package io.github.gatewayqueue.benchmarks;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the numbers depend on. */
final class Environment {
  private Environment() {}

  static String describe() throws IOException {
    return """
    ## Environment

    | | |
    |---|---|
    | processor | %s, %s cores |
    | memory | %s GB |
    | system | %s %s |
    | JDK | %s %s |
    | collector | %s, unless the scenario says otherwise |
    """
        .formatted(
            first(Path.of("/proc/cpuinfo"), "model name"),
            Runtime.getRuntime().availableProcessors(),
            memoryBytes() >> 30,
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("java.vm.vendor"),
            Runtime.version(),
            ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName)
                .collect(Collectors.joining(", ")));
  }

  private static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getTotalMemorySize();
  }

  private static String first(Path file, String key) throws IOException {
    if (!Files.exists(file)) {
      return System.getProperty("os.arch");
    }
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    }
  }

  /** Returns the commit that a directory has checked out, and whether something was changed. */
  static String commit(Path directory) throws IOException, InterruptedException {
    String head = git(directory, "rev-parse", "--short", "HEAD");
    String changes = git(directory, "status", "--porcelain", "--untracked-files=no");
    return head.isEmpty() ? "unknown" : head + (changes.isEmpty() ? "" : " with changes");
  }

  private static String git(Path directory, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? output.strip() : "";
    } catch (IOException e) {
      return ""; // no git here
    }
  }
}
