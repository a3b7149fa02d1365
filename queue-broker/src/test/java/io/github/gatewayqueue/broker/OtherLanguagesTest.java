package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The bots of docs/other-languages.md, as they stand there, with their real libraries, which are in
 * the folder that the system property libraries names; tools/libraries gets them.
 */
class OtherLanguagesTest extends BrokerTestBase {
  private static final Path CLIENTS = Path.of("../examples/http-clients").toAbsolutePath();

  private static final int SHARDS = 8;

  private static final int BUCKETS = 2;

  @TempDir Path folder;

  enum Bot {
    DISCORD_JS("discord-js-bot.mjs", "discord.js/node_modules"),
    DISCORDJS_WS("discordjs-ws-bot.mjs", "discordjs-ws/node_modules"),
    DISCORDJS_WS_WORKERS("discordjs-ws-workers-bot.mjs", "discordjs-ws/node_modules"),
    DISCORD_PY("discord_py_bot.py", "discord.py"),
    NO_LIBRARY("websocket-bot.mjs", "");

    private final String program;
    private final String file;
    private final String libraries;

    Bot(String file, String libraries) {
      this.program = file.endsWith(".py") ? "python3" : "node";
      this.file = file;
      this.libraries = libraries;
    }

    /** Returns the folder of its libraries; skips the test if they are not there. */
    private Path libraries() {
      BrokerProcess.assumeThereIs(program);
      String all = System.getProperty("libraries");
      assumeTrue(all != null, "no libraries: tools/libraries gets them, -Dlibraries names them");
      Path path = Path.of(all, libraries).toAbsolutePath();
      assumeTrue(Files.isDirectory(path), "no " + path);
      return path;
    }
  }

  /** Starts a bot in a folder of its own, because Node looks for libraries beside a program. */
  private BufferedReader start(
      Bot bot, Broker broker, FakeDiscord discord, String token, String... options)
      throws IOException {
    Path libraries = bot.libraries();
    try (Stream<Path> clients = Files.list(CLIENTS)) {
      for (Path client : clients.filter(Files::isRegularFile).toList()) {
        Files.copy(client, folder.resolve(client.getFileName()));
      }
    }
    if (bot != Bot.NO_LIBRARY) {
      Path link = Files.createSymbolicLink(folder.resolve("node_modules"), libraries);
      open(() -> Files.delete(link));
    }
    String api = discord.restUri().toString();
    List<String> command = new ArrayList<>(List.of(bot.program));
    command.addAll(options.length > 0 ? List.of(options) : List.of(bot.file));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "GATEWAY_QUEUE",
                broker.uri().toString(),
                "GATEWAY_QUEUE_TOKEN",
                token,
                "DISCORD_TOKEN",
                FakeDiscord.DEFAULT_TOKEN,
                // discord.js adds the version itself
                "DISCORD_API",
                bot == Bot.DISCORD_PY ? api : api.replaceFirst("/v\\d+$", ""),
                "DISCORD_GATEWAY",
                discord.gatewayUri().toString(),
                "PYTHONPATH",
                libraries.toString(),
                "NODE_OPTIONS", // Node has one by itself since version 22
                bot == Bot.NO_LIBRARY ? "--experimental-websocket" : ""));
    Process process = builder.start();
    open(() -> process.destroyForcibly().onExit().join());
    return process.inputReader();
  }

  private FakeDiscord discord() {
    return open(
        FakeDiscord.builder()
            .maxConcurrency(BUCKETS)
            .identifyInterval(Duration.ofMillis(100))
            .start());
  }

  private Broker broker(FakeDiscord discord) {
    return start(builder(discord).token("secret").interval(Duration.ofMillis(500)));
  }

  private JsonObject statusOf(Broker broker) throws Exception {
    return new JsonObject(get(broker, "/status", "Authorization", "Bearer secret").body());
  }

  @ParameterizedTest
  @EnumSource
  void bot_startsEightShards_asTheBrokerReleasesThem(Bot bot) throws Exception {
    FakeDiscord discord = discord();
    Broker broker = broker(discord);
    awaitReady(start(bot, broker, discord, "secret"));
    assertEquals(SHARDS, discord.score().identifies(), discord::toString);
    assertEquals(0, discord.score().count(Verdict.TOO_EARLY), discord::toString);
    assertTrue(discord.score().isClean(), discord::toString);
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      assertEquals(released(broker, bucket), identified(discord, bucket));
    }
    // Which of the two is heard first is open: both are under way while Discord answers at once.
    Await.until(() -> {
      JsonObject said = statusOf(broker).getJsonObject("said");
      return said.getInteger("identified") + said.getInteger("answered") == SHARDS;
    });
  }

  /** It would give up before the broker has released anybody. */
  @Test
  void discordPy_losesPatience_keepsItsPlace() throws Exception {
    FakeDiscord discord = discord();
    Broker broker =
        start(
            builder()
                .token("secret")
                .interval(Duration.ofMillis(500))
                .startDelay(Duration.ofSeconds(4)));
    String impatient = "import discord_py_bot as bot; bot.Bot.PATIENCE = 2; bot.main()";
    awaitReady(start(Bot.DISCORD_PY, broker, discord, "secret", "-c", impatient));
    JsonObject outcomes = statusOf(broker).getJsonObject("outcomes");
    assertEquals(SHARDS, outcomes.getInteger("released"), outcomes::encode);
    assertEquals(0, outcomes.getInteger("hung_up"), outcomes::encode);
    assertEquals(SHARDS, discord.score().identifies(), discord::toString);
  }

  private static void awaitReady(BufferedReader output) throws IOException {
    Set<String> ready = new TreeSet<>();
    StringBuilder all = new StringBuilder();
    while (ready.size() < SHARDS) {
      String line = output.readLine();
      if (line == null) {
        throw new AssertionError("the bot has ended: " + all);
      }
      all.append(line).append('\n');
      if (line.matches("shard \\d is ready")) {
        ready.add(line);
      }
    }
  }

  private List<Long> released(Broker broker, int bucket) throws Exception {
    return statusOf(broker).getJsonArray("recent").stream()
        .map(recent -> ((JsonObject) recent).getLong("shard"))
        .filter(shard -> shard % BUCKETS == bucket)
        .toList()
        .reversed();
  }

  private static List<Long> identified(FakeDiscord discord, int bucket) {
    return discord.identifies().stream()
        .map(Identify::shardId)
        .filter(shard -> shard % BUCKETS == bucket)
        .toList();
  }

  /** discord.js by itself drops what its throttler throws, and sends IDENTIFY. */
  @ParameterizedTest
  @EnumSource
  void bot_brokerRefusesItsToken_saysSoAndIdentifiesNothing(Bot bot) throws Exception {
    FakeDiscord discord = discord();
    Broker broker = broker(discord);
    BufferedReader output = start(bot, broker, discord, "wrong");
    awaitLine(output, "the token is missing or wrong");
    assertEquals(0, discord.score().identifies());
  }

  @Test
  void botWithoutALibrary_discordRefusesItsToken_endsAndSaysWhy() throws Exception {
    FakeDiscord discord = discord();
    discord.setToken("another");
    Broker broker = start(builder().token("secret")); // which does not ask Discord
    BufferedReader output = start(Bot.NO_LIBRARY, broker, discord, "secret");
    awaitLine(output, "Discord refuses the bot: close code 4004");
  }

  @Test
  void botWithoutALibrary_discordIsAway_isNotReady() throws Exception {
    FakeDiscord discord = discord();
    Broker broker = start(builder().token("secret"));
    discord.close();
    awaitLine(start(Bot.NO_LIBRARY, broker, discord, "secret"), "shard 0 is not ready");
  }

  /** Skips what else a bot says: of its other shards, and of its language. */
  private static void awaitLine(BufferedReader output, String part) throws IOException {
    String line;
    do {
      line = output.readLine();
    } while (line != null && !line.contains(part));
    assertTrue(line != null, "did not say: " + part);
  }

  @ParameterizedTest
  @EnumSource(names = {"DISCORDJS_WS", "DISCORDJS_WS_WORKERS", "NO_LIBRARY"})
  void bot_hangsUpWhileItWaits_leavesTheLine(Bot bot) throws Exception {
    bot.libraries();
    FakeDiscord discord = discord();
    Broker broker =
        start(builder().token("secret").interval(LONG).startDelay(LONG).maxWaiting(SHARDS));
    start(bot, broker, discord, "secret");
    Await.until(() -> statusOf(broker).getInteger("waiting") == SHARDS);
    discord.setToken("another"); // or it would connect, and ask again
    discord.dropSockets();
    Await.until(() -> statusOf(broker).getJsonObject("outcomes").getInteger("hung_up") == SHARDS);
    assertEquals(0, discord.score().identifies());
  }
}
