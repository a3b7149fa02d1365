package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.JavaProcess;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The program, in a process of its own. */
final class BrokerProcess implements AutoCloseable {
  /** How a JVM ends when SIGTERM ends it. */
  static final int TERMINATED = 128 + 15;

  private static final String MAIN = "io.github.gatewayqueue.broker.cli.Main";

  private static final String LISTENING = "listening on ";

  private final Process process;
  private final Path errors;
  private final BufferedReader out;

  private BrokerProcess(List<String> command, Map<String, String> environment) throws IOException {
    errors = Files.createTempFile("broker", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().keySet().removeIf(name -> name.matches(JavaProcess.SETTINGS));
    builder.environment().putAll(environment);
    process = builder.start();
    out = process.inputReader();
  }

  /** Runs the program on the tests' own class path or module path. */
  static BrokerProcess run(Map<String, String> environment, String... args) throws IOException {
    return new BrokerProcess(command(args), environment);
  }

  /** Starts to serve; the process may have only so many files open, its connections among them. */
  static BrokerProcess serveWithOpenFiles(int most, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "ulimit -n " + most + " && exec \"$@\"", "sh"));
    List<String> all = new ArrayList<>(List.of("serve", "--port", "0"));
    all.addAll(List.of(args));
    command.addAll(command(all.toArray(String[]::new)));
    return new BrokerProcess(command, Map.of());
  }

  private static List<String> command(String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String modulePath = System.getProperty("jdk.module.path");
    if (modulePath == null) {
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
    } else {
      String module = BrokerProcess.class.getModule().getName();
      // What automatic modules need is on the class path, as their descriptors do not name it.
      command.addAll(List.of("-p", modulePath, "-cp", System.getProperty("java.class.path")));
      command.addAll(List.of("-m", module + "/" + MAIN));
    }
    command.addAll(List.of(args));
    return command;
  }

  /** Runs a program with other arguments. */
  static BrokerProcess run(Path program, Map<String, String> environment, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(args));
    return new BrokerProcess(command, environment);
  }

  /** Starts to serve, on a port of its choice unless it is told another. */
  static BrokerProcess serve(Map<String, String> environment, String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of("serve"));
    if (!List.of(args).contains("--port") && !environment.containsKey("PORT")) {
      all.addAll(List.of("--port", "0"));
    }
    all.addAll(List.of(args));
    return run(environment, all.toArray(String[]::new));
  }

  /** Skips a test for which another program is not there. */
  static void assumeThereIs(String program) {
    assumeTrue(onPath(program) != null, program + " is not on the PATH");
  }

  /** Returns where another program is, or null if it is not on the PATH. */
  static @Nullable String onPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(path.replace("\"", "").split(File.pathSeparator, -1))
        .flatMap(folder -> Stream.of(Path.of(folder, program), Path.of(folder, program + ".exe")))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse(null);
  }

  /** Runs another program to its end, which must be a good one, and returns what it prints. */
  static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(process.exitValue() + ": " + output);
    }
    return output;
  }

  /** Waits until it listens. */
  URI uri() throws IOException {
    String line = out.readLine();
    if (line == null || !line.startsWith(LISTENING)) {
      throw new AssertionError("expected to listen, got " + line + " and " + errors());
    }
    return URI.create(line.substring(LISTENING.length()));
  }

  Process process() {
    return process;
  }

  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** What it has printed, when it has ended. */
  String rest() throws IOException {
    StringBuilder rest = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      rest.append(line).append('\n');
    }
    return rest.toString();
  }

  /** Waits until it has ended, and returns its exit code. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(Await.HANG.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  /** Asks it to end, by SIGTERM where there are signals; what it has printed can still be read. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Sends a signal, by the program of POSIX. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  /**
   * Whether this process ignores a signal, as one in a shell's background may; so do its children.
   */
  static boolean inheritsIgnored(String signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    int number = signal.equals("INT") ? 2 : 15;
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow();
    long mask = Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16);
    return (mask >>> (number - 1) & 1) == 1;
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.delete(errors);
  }
}
