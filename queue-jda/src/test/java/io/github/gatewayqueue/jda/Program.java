package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process of its own: a broker, or a bot. Its output goes to a file beside the tests' results.
 */
final class Program implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on (http://\\S+)");

  private final Process process;
  private final Path output;

  private Program(List<String> arguments) throws IOException {
    output = Files.createTempFile(Path.of("target"), "program", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classPath()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    // What a broker would take from the environment of whoever runs the tests.
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("HOST|PORT|REDIS_URL|DISCORD_.*|GATEWAY_QUEUE_.*"));
    builder.environment().put("DISCORD_TOKEN", FakeDiscord.DEFAULT_TOKEN);
    process = builder.start();
  }

  /** Everything that this test was started with, be it a module there or not. */
  private static String classPath() {
    String separator = System.getProperty("path.separator");
    return String.join(
        separator,
        System.getProperty("java.class.path"),
        System.getProperty("jdk.module.path", ""),
        "target/test-classes");
  }

  /** Starts a broker that reads its limit from there. */
  static Program broker(URI rest) throws IOException {
    return new Program(
        List.of(
            "io.github.gatewayqueue.broker.Main",
            "serve",
            "--port",
            "0",
            "--discord-api",
            rest.toString()));
  }

  /** Starts some shards of a bot. */
  static Program bot(URI rest, URI queue, int from, int to, int total) throws IOException {
    return new Program(
        List.of(
            BotMain.class.getName(),
            rest.toString(),
            queue.toString(),
            String.valueOf(from),
            String.valueOf(to),
            String.valueOf(total)));
  }

  /** Where it listens, if it is a broker. */
  URI awaitUri() throws IOException {
    Await.until(() -> LISTENING.matcher(output()).find() || !process.isAlive());
    Matcher listening = LISTENING.matcher(output());
    if (!listening.find()) {
      throw new IOException("the broker has ended: " + output());
    }
    return URI.create(listening.group(1));
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
