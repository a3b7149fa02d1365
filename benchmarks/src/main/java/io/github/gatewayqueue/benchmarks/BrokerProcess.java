package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.local.LocalQueue;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A broker in a process of its own: the app image, as an operator starts it. */
final class BrokerProcess implements AutoCloseable {
  private static final String PROPERTY = "broker.image";
  private static final String LISTENING = "listening on ";

  /** What this machine may have set for a broker of its own, a Redis among it. */
  private static final String SETTINGS = "HOST|PORT|REDIS_URL|DISCORD_.*|GATEWAY_QUEUE_.*";

  private static final Pattern WAITING = Pattern.compile("\"waiting\":(\\d+)");
  private static final Pattern RELEASED = Pattern.compile("\"released\":(\\d+)");

  /** How many wait, and how many were released since the start. */
  record Standing(long waiting, long released) {
    long asked() {
      return waiting + released;
    }
  }

  private final Process process;
  private final URI uri;

  private BrokerProcess(Process process, URI uri) {
    this.process = process;
    this.uri = uri;
  }

  /** Returns the option that hands the place of the image on to the process that measures. */
  static String flag() {
    return "-D" + PROPERTY + "=" + image();
  }

  private static Path image() {
    String image = System.getProperty(PROPERTY);
    if (image == null) {
      throw new IllegalStateException(PROPERTY + " is not set, expected the broker's app image");
    }
    return Path.of(image);
  }

  /** Returns the launcher of the JVM that is in the image. */
  static Path java() {
    return image().resolve("lib/runtime/bin/java");
  }

  /** Starts a broker without a token, on a port that is free, and returns when it listens. */
  static BrokerProcess start(Duration interval, Duration startDelay, String... more)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of(image().resolve("bin/gateway-queue").toString(), "serve"));
    command.addAll(List.of("--port", "0", "--interval", seconds(interval)));
    command.addAll(List.of("--start-delay", seconds(startDelay)));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.matches(SETTINGS));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line = process.inputReader(StandardCharsets.UTF_8).readLine();
    if (line == null || !line.startsWith(LISTENING)) {
      process.destroyForcibly();
      throw new IllegalStateException("the broker does not start, but says: " + line);
    }
    return new BrokerProcess(process, URI.create(line.substring(LISTENING.length())));
  }

  /** Starts one for the bot of this Discord, from which it reads the limit. */
  static BrokerProcess start(FakeDiscord discord) throws IOException {
    Path token = Files.writeString(Files.createTempFile("token", ""), FakeDiscord.DEFAULT_TOKEN);
    try {
      return start(
          LocalQueue.DEFAULT_INTERVAL,
          Duration.ZERO,
          "--discord-token-file",
          token.toString(),
          "--discord-api",
          discord.restUri().toString());
    } finally {
      Files.delete(token);
    }
  }

  private static String seconds(Duration time) {
    return time.toMillis() / 1e3 + "s";
  }

  URI uri() {
    return uri;
  }

  Standing standing() throws IOException {
    try (var body = uri.resolve("/status").toURL().openStream()) {
      String status = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      return new Standing(first(WAITING, status), first(RELEASED, status));
    }
  }

  private static long first(Pattern pattern, String status) {
    Matcher matcher = pattern.matcher(status);
    if (!matcher.find()) {
      throw new IllegalStateException("there is no " + pattern + " in " + status);
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Whether the system tells what {@link #residentBytes} returns. */
  static boolean tellsResidentMemory() {
    return Files.isReadable(Path.of("/proc/self/status"));
  }

  long residentBytes() throws IOException {
    // the launcher of some JDKs starts the JVM as a process below its own
    long pid = process.descendants().findFirst().orElse(process.toHandle()).pid();
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return 1_024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("process " + pid + " has no resident memory");
  }

  /** Ends it as an operator does, which must succeed. */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the broker does not stop");
    }
    if (process.exitValue() != 128 + 15) { // by SIGTERM
      throw new IllegalStateException("the broker ended with status " + process.exitValue());
    }
  }

  /** Ends it by force, if it still runs. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
