package io.github.gatewayqueue.examples.local;

import static java.nio.file.Files.readAllLines;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The application as an image of its own, linked by jlink. */
class ImageIT {
  private static final Path BIN =
      Path.of(requireNonNull(System.getProperty("example.image")), "bin");
  private static final String MAIN = requireNonNull(System.getProperty("example.main"));
  private static final String LAUNCHER =
      OS.current() == OS.WINDOWS ? "example-local.bat" : "example-local";
  private static final int KILLED_BY_SIGTERM = 128 + 15;

  private final List<Process> started = new ArrayList<>();
  private final Path output;
  private final Path errors;

  ImageIT(@TempDir Path folder) {
    output = folder.resolve("output");
    errors = folder.resolve("errors");
  }

  @AfterEach
  void leaveNothingBehind() {
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void image_holdsNoModuleButThoseNeeded() throws Exception {
    assertEquals(0, start("java", "--list-modules").waitFor());
    assertEquals(
        Set.of(
            "io.github.gatewayqueue",
            "io.github.gatewayqueue.examples.local",
            "io.github.gatewayqueue.local",
            "java.base",
            "jdk.jfr"),
        readAllLines(output).stream()
            .map(line -> line.substring(0, line.indexOf('@')))
            .collect(toSet()));
  }

  @Test
  void launcher_threeShards_areReleasedInOrderOfIdAnIntervalApart() throws Exception {
    assertEquals(0, start(LAUNCHER, "--shards", "3", "--interval", "1s").waitFor());

    List<Line> releases = lines().stream().filter(line -> line.says("shard \\d+ .*")).toList();
    assertEquals(3, releases.size());
    assertReleased(releases.get(0), "shard 0 released, 2 still wait");
    assertReleased(releases.get(1), "shard 1 released, 1 still wait");
    assertEquals("shard 2 released, nobody waits", releases.get(2).message);
    for (int k = 0; k < 3; k++) {
      assertTrue(releases.get(k).seconds >= k, releases::toString);
    }
    assertEquals("starting 3 shards, one every 1s; Ctrl-C stops them", lines().getFirst().message);
    assertTrue(lines().stream().anyMatch(line -> line.says("all shards have joined the line")));
    assertEquals("end: 3 of 3 shards released, 0 left the line", lines().getLast().message);
    assertEquals(List.of(), readAllLines(errors));
  }

  private static void assertReleased(Line line, String beginning) {
    Matcher match =
        Pattern.compile(beginning + ", the last until about (\\d+\\.\\d) s").matcher(line.message);
    assertTrue(match.matches(), line.message);
    double last = Double.parseDouble(match.group(1));
    assertTrue(last >= 2, line.message);
  }

  @Test
  void launcher_badArgument_isRefusedInOneLine() throws Exception {
    assertEquals(2, start(LAUNCHER, "--shards", "0").waitFor());
    assertEquals(
        List.of("--shards is 0, expected a number from 1 to 100000"), readAllLines(errors));
    assertEquals(List.of(), readAllLines(output));
  }

  @Test
  void launcher_help_tellsTheArguments() throws Exception {
    assertEquals(0, start(LAUNCHER, "--help").waitFor());
    assertEquals(Options.USAGE.lines().toList(), readAllLines(output));
    assertEquals(List.of(), readAllLines(errors));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGTERM")
  void sigterm_whileShardsWait_theyLeaveTheLineAndTheProcessEnds() throws Exception {
    Process process = start("java", "--module", MAIN, "--shards", "3", "--interval", "1h");
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() ->
            lines().stream().anyMatch(line -> line.says("shard 0 released, .*"))
                && lines().stream().anyMatch(line -> line.says("all shards have joined .*")));
    process.toHandle().destroy();

    assertEquals(KILLED_BY_SIGTERM, process.waitFor());
    assertEquals("end: 1 of 3 shards released, 2 left the line", lines().getLast().message);
    assertEquals(List.of(), readAllLines(errors));
  }

  private Process start(String command, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addFirst(BIN.resolve(command).toString());
    ProcessBuilder builder = new ProcessBuilder(all);
    if (command.equals(LAUNCHER) && OS.current() != OS.WINDOWS) {
      // jlink's script does not find its JVM by a path that has a space
      builder.command().set(0, "./" + command);
      builder.directory(BIN.toFile());
    }
    builder.environment().remove("JAVA_TOOL_OPTIONS"); // the JVM would tell that it picked them up
    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  /** Returns the lines of the output that have a time. */
  private List<Line> lines() throws IOException {
    return readAllLines(output).stream()
        .map(Line.PATTERN::matcher)
        .filter(Matcher::matches)
        .map(match -> new Line(Double.parseDouble(match.group(1)), match.group(2)))
        .toList();
  }

  private record Line(double seconds, String message) {
    static final Pattern PATTERN = Pattern.compile(" *(\\d+\\.\\d{3}) s  (.*)");

    boolean says(String regex) {
      return message.matches(regex);
    }
  }
}
