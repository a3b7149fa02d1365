package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bot on discord.js, in a process of Node's, with its own throttler or in line in a broker. */
final class DiscordJsBot implements Bot {
  /** The folder that tools/libraries has filled; empty if there is none. */
  private static final String PROPERTY = "libraries";

  private static final Path PROGRAM = Path.of("src/main/node/discord-js-bot.mjs");

  private final @Nullable BrokerProcess broker;
  private final Process process;

  DiscordJsBot(FakeDiscord discord, int shards, boolean inBroker) throws IOException {
    broker = inBroker ? BrokerProcess.start(discord) : null;
    ProcessBuilder builder =
        new ProcessBuilder("node", PROGRAM.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    var environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("GATEWAY_QUEUE"));
    environment.put("LIBRARIES", libraries().orElseThrow().toString());
    environment.put("BOT_SHARDS", Integer.toString(shards));
    environment.put("DISCORD_TOKEN", FakeDiscord.DEFAULT_TOKEN);
    // discord.js adds the version itself
    environment.put("DISCORD_API", discord.restUri().toString().replaceFirst("/v\\d+$", ""));
    if (broker != null) {
      environment.put("GATEWAY_QUEUE", broker.uri().toString());
    }
    process = builder.start();
    if (process.inputReader(StandardCharsets.UTF_8).readLine() == null) {
      close();
      throw new IOException("the bot on discord.js has ended");
    }
  }

  /** Returns the option that hands the libraries on to the process that measures. */
  static String flag() {
    return "-D" + PROPERTY + "=" + System.getProperty(PROPERTY, "");
  }

  /** Returns the folder of discord.js, if there is one. */
  static Optional<Path> libraries() {
    Path folder = Path.of(System.getProperty(PROPERTY, ""), "discord.js").toAbsolutePath();
    return Files.isDirectory(folder.resolve("node_modules"))
        ? Optional.of(folder)
        : Optional.empty();
  }

  /** Returns whether such a bot can be started here. */
  static boolean isThere() throws InterruptedException {
    if (libraries().isEmpty()) {
      return false;
    }
    try {
      return new ProcessBuilder(List.of("node", "--version"))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // no Node here
    }
  }

  @Override
  public void start() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    if (broker != null) {
      broker.close();
    }
  }
}
