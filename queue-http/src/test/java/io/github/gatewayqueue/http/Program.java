package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of its own: a broker, or a bot that asks one. */
final class Program implements AutoCloseable {
  /** What a broker would take from the environment of whoever runs the tests, its tokens too. */
  private static final String SETTINGS = "HOST|PORT|DISCORD_.*|GATEWAY_QUEUE_.*";

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final FutureTask<Void> reading = new FutureTask<>(this::read, null);

  private Program(String... command) throws IOException {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classPath()));
    java.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(java).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches(SETTINGS));
    process = builder.start();
    Thread.ofVirtual().name("output").start(reading);
  }

  /** Everything that this test was started with, be it a module there or not. */
  private static String classPath() {
    return System.getProperty("java.class.path")
        + System.getProperty("path.separator")
        + System.getProperty("jdk.module.path")
        + System.getProperty("path.separator")
        + Path.of("target", "test-classes");
  }

  /**
   * Starts a broker on a port, 0 for any, and waits until it listens.
   *
   * @throws IllegalArgumentException if it ends instead, with what it has printed
   */
  static Program broker(int port, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("io.github.gatewayqueue.broker.Main", "serve", "--port", String.valueOf(port)));
    command.addAll(List.of(options));
    var broker = new Program(command.toArray(String[]::new));
    Await.until(() -> broker.has("listening on ") || !broker.process.isAlive());
    if (!broker.has("listening on ")) {
      broker.close();
      throw new IllegalArgumentException("the broker has ended: " + broker.lines());
    }
    return broker;
  }

  /** Starts a bot of so many shards that all ask at once, and does not wait for it. */
  static Program bot(URI broker, int shards) throws IOException {
    return new Program(BotMain.class.getName(), broker.toString(), String.valueOf(shards));
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      output.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // it was killed
    }
  }

  void awaitLine(String part) {
    Await.until(() -> {
      assertTrue(process.isAlive() || has(part), () -> "it has ended: " + lines);
      return has(part);
    });
  }

  private boolean has(String part) {
    return lines.stream().anyMatch(line -> line.contains(part));
  }

  List<String> lines() {
    return lines;
  }

  /** Where it listens, if it is a broker. */
  URI url() {
    String listening = "listening on ";
    return lines.stream()
        .filter(line -> line.contains(listening))
        .map(line -> URI.create(line.substring(line.indexOf(listening) + listening.length())))
        .findFirst()
        .orElseThrow();
  }

  /** A number of the broker's status; the first one of this name. */
  static int status(URI broker, String name) throws IOException, InterruptedException {
    String json = get(broker.resolve("/status")).body();
    Matcher number = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
    assertTrue(number.find(), () -> name + " is not in " + json);
    return Integer.parseInt(number.group(1));
  }

  /** Whether a broker says that it can release somebody. */
  static boolean isReady(URI broker) throws IOException, InterruptedException {
    return get(broker.resolve("/health/ready")).statusCode() == 200;
  }

  private static HttpResponse<String> get(URI url) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
    }
  }

  /** Ends it without a chance to do anything about it. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertTrue(process.waitFor(Await.HANG.toSeconds(), TimeUnit.SECONDS));
  }

  /** Asks it to end, and waits until it has. */
  void terminate() throws InterruptedException {
    process.destroy();
    assertTrue(process.waitFor(Await.HANG.toSeconds(), TimeUnit.SECONDS));
  }

  void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
    assertTrue(kill.waitFor() == 0, name);
  }

  /** Kills it, and rethrows what went wrong with its output. */
  @Override
  public void close() throws IOException {
    try {
      kill();
      reading.get();
    } catch (ExecutionException e) {
      throw new AssertionError("the output could not be read", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the process ended");
    }
  }
}
