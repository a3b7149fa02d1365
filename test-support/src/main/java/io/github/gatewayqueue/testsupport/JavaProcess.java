package io.github.gatewayqueue.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A process of its own with the classes of this test: a broker, or a bot. */
public final class JavaProcess implements AutoCloseable {
  /** What a broker would take from the environment in which the tests run, tokens included. */
  public static final String SETTINGS = "HOST|PORT|REDIS_URL|DISCORD_.*|GATEWAY_QUEUE_.*";

  private static final String LISTENING = "listening on ";

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final FutureTask<Void> reading = new FutureTask<>(this::read, null);

  private JavaProcess(Map<String, String> environment, String... command) throws IOException {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classPath()));
    java.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(java).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches(SETTINGS));
    builder.environment().putAll(environment);
    process = builder.start();
    Thread.ofVirtual().name("output").start(reading);
  }

  /** Everything that this test was started with, be it a module there or not. */
  private static String classPath() {
    return String.join(
        System.getProperty("path.separator"),
        System.getProperty("java.class.path"),
        System.getProperty("jdk.module.path", ""),
        Path.of("target", "test-classes").toString());
  }

  /** Starts a class of the test's with arguments, and does not wait for it. */
  public static JavaProcess of(Class<?> main, Object... arguments) throws IOException {
    return of(List.of(), main, arguments);
  }

  /** The same in a JVM with options of its own. */
  public static JavaProcess of(List<String> options, Class<?> main, Object... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(options);
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new JavaProcess(Map.of(), command.toArray(String[]::new));
  }

  /** Runs a class in a JVM with options of its own, until it has printed this line. */
  public static void runUntil(String line, List<String> options, Class<?> main, Object... arguments)
      throws IOException {
    try (JavaProcess process = of(options, main, arguments)) {
      process.awaitLine(line);
    }
  }

  /**
   * Starts a broker, and waits until it listens.
   *
   * @param options of the broker's program, which say at which port
   * @throws IllegalArgumentException if it ends instead, with what it has printed
   */
  public static JavaProcess broker(Map<String, String> environment, String... options)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("io.github.gatewayqueue.broker.cli.Main", "serve"));
    command.addAll(List.of(options));
    var broker = new JavaProcess(environment, command.toArray(String[]::new));
    try {
      Await.until(() -> broker.has(LISTENING) || broker.reading.isDone());
      if (!broker.has(LISTENING)) {
        throw new IllegalArgumentException("the broker has ended: " + broker.lines());
      }
      return broker;
    } catch (Throwable e) {
      broker.close();
      throw e;
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      output.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // it was killed
    }
  }

  /** Returns what it has printed so far, and from now on. */
  public List<String> lines() {
    return lines;
  }

  /** Waits until it prints something. */
  public void awaitLine(String part) {
    Await.until(() -> {
      boolean ended = reading.isDone(); // first: what it printed last is there then
      assertTrue(has(part) || !ended, () -> "it has ended: " + lines);
      return has(part);
    });
  }

  private boolean has(String part) {
    return lines.stream().anyMatch(line -> line.contains(part));
  }

  /** Returns where it listens, if it is a broker. */
  public URI uri() {
    return lines.stream()
        .filter(line -> line.contains(LISTENING))
        .map(line -> URI.create(line.substring(line.indexOf(LISTENING) + LISTENING.length())))
        .findFirst()
        .orElseThrow();
  }

  /** Returns whether it has not ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it without a chance to do anything about it. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    assertTrue(process.waitFor(Await.HANG.toSeconds(), TimeUnit.SECONDS));
  }

  /** Asks it to end, and waits until it has. */
  public void terminate() throws InterruptedException {
    process.destroy();
    assertTrue(process.waitFor(Await.HANG.toSeconds(), TimeUnit.SECONDS));
  }

  /** Has it stand still. */
  public void freeze() throws InterruptedException {
    signal("STOP");
  }

  /** Has it go on. */
  public void thaw() throws InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws InterruptedException {
    Process kill;
    try {
      kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
    } catch (IOException e) {
      abort("there is no program to send a signal with: " + e.getMessage());
      return;
    }
    assertEquals(0, kill.waitFor(), name);
  }

  /** Kills it, and rethrows what went wrong with its output. */
  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Await.end(reading);
  }
}
