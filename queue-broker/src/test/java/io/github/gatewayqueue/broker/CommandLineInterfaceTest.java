package io.github.gatewayqueue.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.broker.cli.CommandLineInterface;
import io.github.gatewayqueue.broker.cli.Configuration;
import io.github.gatewayqueue.broker.cli.Setting;
import io.github.gatewayqueue.broker.http.ServerSettings;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineInterfaceTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** The program sets up the log, also if it does not come to serve. */
  @AfterEach
  void resetLog() throws IOException {
    LogManager.getLogManager().readConfiguration();
  }

  private int run(String... args) {
    return run(Map.of(), args);
  }

  private int run(Map<String, String> environment, String... args) {
    return new CommandLineInterface(
            new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), environment)
        .run(args);
  }

  /** Returns what was printed, with the line ends of every system. */
  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(UTF_8).replace(System.lineSeparator(), "\n");
  }

  private int runLine(String line) {
    return run(line.split(" ", -1));
  }

  @Test
  void plan_withoutABudget_tellsTheTime() {
    requirePlan(
        0,
        "plan --shards 2000 --max-concurrency 16",
        """
        2000 shards, 16 at a time, every 6 s: 125 rounds
        the last is released after 12 min 24 s
        """);
  }

  @Test
  void plan_budgetAllowsIt_saysWhatIsLeft() {
    requirePlan(
        0,
        "plan --shards 64 --max-concurrency 16 --remaining 65",
        """
        64 shards, 16 at a time, every 6 s: 4 rounds
        the last is released after 18 s
        the session starts allow it: 65 are left, 1 in reserve, 1 afterwards
        """);
  }

  @Test
  void plan_budgetDoesNotAllowIt_saysWhoWaitsAndExitsWith1() {
    requirePlan(
        1,
        "plan --shards 64 --max-concurrency 16 --remaining 49 --reset-after 2h",
        """
        64 shards, 16 at a time, every 6 s: 4 rounds
        the last is released after 2 h
        the session starts do not allow it: 49 are left, 1 in reserve; 16 shards have to wait for the reset in 2 h
        """);
  }

  @Test
  void plan_resetBeforeTheBudgetIsSpent_allowsIt() {
    requirePlan(
        0,
        "plan --shards 100 --remaining 51 --reset-after 1s",
        """
        100 shards, 1 at a time, every 6 s: 100 rounds
        the last is released after 9 min 54 s
        the session starts allow it: 51 are left, 1 in reserve, 901 afterwards
        """);
  }

  @Test
  void plan_budgetOfTheNextDayIsSpent_saysUntilWhenTheyWait() {
    requirePlan(
        1,
        "plan --shards 10 --total 5 --remaining 5 --reset-after 9s --interval 6s",
        """
        10 shards, 1 at a time, every 6 s: 10 rounds
        the last is released after 1 d 27 s
        the session starts do not allow it: 5 are left, 1 in reserve; 4 shards have to wait for the reset in 1 d 9 s
        """);
  }

  @Test
  void plan_reserveOfTheTotal_oneGoesPerDay() {
    requirePlan(
        1,
        "plan --shards 3 --remaining 1 --total 1",
        """
        3 shards, 1 at a time, every 6 s: 3 rounds
        the last is released after 2 d
        the session starts do not allow it: 1 are left, 0 in reserve; 2 shards have to wait for the reset in 1 d
        """);
  }

  @Test
  void plan_noStartsAtAll_saysSo() {
    requirePlan(
        1,
        "plan --shards 3 --remaining 0 --total 0",
        """
        3 shards, 1 at a time, every 6 s: 3 rounds
        the last is never released: there are no session starts
        the session starts do not allow it: 0 are left, 0 in reserve; 3 shards have to wait for ever
        """);
  }

  @Test
  void plan_longerThanCanBeTold_saysSo() {
    requirePlan(
        0,
        "plan --shards 1000 --interval 8760h",
        """
        1000 shards, 1 at a time, every 365 d: 1000 rounds
        the last is released after more than 290 years
        """);
  }

  @Test
  void plan_live_wantsAllStartsToBeLeftNow() {
    try (FakeDiscord discord =
        FakeDiscord.builder()
            .maxConcurrency(16)
            .remaining(65)
            .resetAfter(Duration.ofSeconds(100))
            .start()) {
      var token = Map.of("DISCORD_TOKEN", FakeDiscord.DEFAULT_TOKEN);
      String api = discord.restUri().toString();
      assertEquals(0, run(token, "plan", "--live", "--shards", "64", "--discord-api", api));
      assertEquals(
          """
          64 shards, 16 at a time, every 6 s: 4 rounds
          the last is released after 18 s
          the session starts allow it: 65 are left, 1 in reserve, 1 afterwards
          """,
          text(out));
      out.reset();
      // though the limit resets on the way
      String interval = "--interval=20s";
      assertEquals(
          1, run(token, "plan", "--live", "--shards", "100", "--discord-api", api, interval));
      assertTrue(
          text(out)
              .matches(
                  "(?s).*\nthe session starts do not allow it: 65 are left, 1 in reserve; 36 shards"
                      + " have to wait for the reset in 1 min( \\d+ s)?\n"),
          text(out));
      assertEquals("", text(err));
    }
  }

  @Test
  void plan_reserveFromTheEnvironment_isThatOfTheBroker() {
    var reserve = Map.of("GATEWAY_QUEUE_RESERVE", "20");
    assertEquals(1, run(reserve, "plan", "--shards", "90", "--remaining", "100"));
    assertTrue(
        text(out).contains("100 are left, 20 in reserve; 10 shards have to wait"), text(out));
    out.reset();
    assertEquals(2, run(Map.of("GATEWAY_QUEUE_RESERVE", "-1"), "plan", "--shards", "5"));
    assertOneLine("GATEWAY_QUEUE_RESERVE is '-1', expected 0 to 1000000");
  }

  @Test
  void plan_liveAndItCannotBeRead_saysWhy() {
    assertEquals(2, runLine("plan --live --shards 5"));
    assertOneLine("there is no Discord token, expected DISCORD_TOKEN or --discord-token-file");
    err.reset();
    var token = Map.of("DISCORD_TOKEN", "another");
    assertEquals(2, run(token, "plan", "--live", "--shards", "5", "--remaining", "7"));
    assertOneLine("--remaining is given, and --live as well, expected one of the two");
    err.reset();
    FakeDiscord discord = FakeDiscord.builder().start();
    String api = discord.restUri().toString();
    try (discord) {
      assertEquals(4, run(token, "plan", "--live", "--shards", "5", "--discord-api", api));
      assertOneLine("answered 401");
    }
    err.reset();
    assertEquals(2, run(token, "plan", "--live", "--shards", "5", "--discord-api", api));
    assertOneLine("cannot read the session start limit: ");
  }

  private void requirePlan(int exitCode, String line, String printed) {
    assertEquals(exitCode, runLine(line));
    assertEquals(printed, text(out));
  }

  @ParameterizedTest
  @CsvSource({
    "plan, '--shards is missing, expected 1 to 10000000'",
    "plan --shards 0, '--shards is ''0'', expected 1 to 10000000'",
    "plan --shards 5 --interval x, '--interval is ''x'', expected a time such as 6s, 0.5s or"
        + " 1m30s'",
    "serve --redis http://:secret@host, '--redis: this is no URL of a Redis, expected redis:// or"
        + " rediss:// with a host and a port'",
    "serve --redis redis://:secret@ho|st, '--redis: this is no URL, expected one such as"
        + " redis://127.0.0.1:6379'",
    "serve --discord-api ftp://x, '--discord-api: base URL has scheme \"ftp\", expected http or"
        + " https'",
    "serve --discord-api https://:secret@x, '--discord-api: base URL has user info, expected none'",
    "serve --discord-api https://:secret@x|, '--discord-api: this is no URL, expected one such as"
        + " https://discord.com/api/v10'",
    "serve --redis redis://:secret@host:99999, '--redis: the port in the URL of the Redis is 99999,"
        + " expected 1 to 65535'",
    "serve --redis redis://:secret@host:6379/x, '--redis: what follows the port in the URL of the"
        + " Redis is no number of a database, expected one such as /0, or nothing'",
    "serve --redis-namespace {x}, '--redis-namespace is ''{x}'', expected 1 to 100 of A-Z a-z 0-9 ."
        + " _ : / -'",
    "serve --prot 1, '''--prot'' is unknown, expected --port'",
    "serve --discord-token=secret, '''--discord-token'' is unknown, expected"
        + " --discord-token-file'",
    "serve --discord-token secret, '''--discord-token'' is unknown, expected"
        + " --discord-token-file'",
    "serve x, 'an argument without a name is unknown, expected what gateway-queue serve --help lists'",
    "sevre, '''sevre'' is unknown, expected serve'",
    "serve -x, '''-x'' is unknown, expected what gateway-queue serve --help lists'",
    "serv, '''serv'' is unknown, expected serve'",
    "serve --host 0.0.0.0, 'there is no token for clients, and other machines can reach 0.0.0.0,"
        + " expected GATEWAY_QUEUE_TOKEN, --token-file, or --no-token if all of them may ask'",
    "'', 'a command is missing, expected serve or plan'"
  })
  void run_badCommandLine_exitsWith2AndOneLine(String line, String message) {
    assertEquals(2, line.isEmpty() ? run() : runLine(line));
    assertEquals("gateway-queue: " + message + "\n", text(err));
    assertEquals("", text(out));
  }

  @ParameterizedTest
  @CsvSource({
    "--port, 70000, expected 0 to 65535",
    "--port, x, expected a whole number",
    "--interval, 6, 'expected a time such as 6s, 0.5s or 1m30s'",
    "--interval, 0, expected more than 0",
    "--max-waiting, 0, expected 1 to 10000000",
    "--on-refusal, maybe, 'expected one of [answer, close]'",
    "--token-file, /does/not/exist, expected a file that can be read",
    "--name, '  ', 'expected 1 to 100 characters, none of them a control character'",
    "--log-level, loud, 'expected debug, info or warning'"
  })
  void serve_badOption_exitsWith2AndOneLine(String option, String value, String expected) {
    assertEquals(2, run("serve", option, value));
    assertOneLine(option + " is '" + value + "'");
    assertTrue(text(err).contains(expected), text(err));
  }

  @Test
  void serve_badVariable_exitsWith2NamingIt() {
    assertEquals(2, run(Map.of("GATEWAY_QUEUE_RESERVE", "x"), "serve", "--port", "0"));
    assertOneLine("GATEWAY_QUEUE_RESERVE is 'x', expected a whole number");
    err.reset();
    assertEquals(2, run(Map.of("GATEWAY_QUEUE_NO_TOKEN", "x"), "serve", "--port", "0"));
    assertOneLine("GATEWAY_QUEUE_NO_TOKEN is 'x', expected true or false");
    err.reset();
    assertEquals(2, run(Map.of("GATEWAY_QUEUE_RECORD", "a\0b"), "serve", "--port", "0"));
    assertOneLine("GATEWAY_QUEUE_RECORD is 'a\0b', expected the path of a file");
    err.reset();
    assertEquals(2, run(Map.of("GATEWAY_QUEUE_TOKEN", " "), "serve", "--port", "0"));
    assertOneLine("GATEWAY_QUEUE_TOKEN: token is blank, expected a token");
  }

  /** A token that was lost on the way must not open the broker, or leave the budget out. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GATEWAY_QUEUE_TOKEN",
        "GATEWAY_QUEUE_TOKEN_FILE",
        "DISCORD_TOKEN",
        "DISCORD_TOKEN_FILE"
      })
  void serve_emptyToken_exitsWith2NamingTheVariable(String variable) {
    assertEquals(2, run(Map.of(variable, ""), "serve", "--port", "0"));
    assertOneLine(variable + " is empty, expected a value, or that it is not set");
  }

  @Test
  void configuration_noToken_isTakenFromOptionAndVariable() {
    assertFalse(noToken(null, Map.of("GATEWAY_QUEUE_NO_TOKEN", "true")).loopback());
    assertFalse(noToken("true", Map.of()).loopback());
    assertThrows(IllegalArgumentException.class, () -> noToken("false", Map.of()));
  }

  private static ServerSettings noToken(@Nullable String option, Map<String, String> environment) {
    return new Configuration(
            setting ->
                setting == Setting.NO_TOKEN ? option : setting == Setting.HOST ? "0.0.0.0" : null,
            environment)
        .broker()
        .settings();
  }

  @Test
  void serve_noTokenWithoutAValue_meansTrue() {
    Map<String, String> token = Map.of("GATEWAY_QUEUE_TOKEN", "abc");
    assertEquals(2, run(token, "serve", "--no-token", "--port", "0"));
    assertOneLine("there is a token for clients, and --no-token as well");
  }

  @Test
  void serve_sameTokenTwice_exitsWith2() {
    Map<String, String> tokens = Map.of("DISCORD_TOKEN", "abc", "GATEWAY_QUEUE_TOKEN", "abc");
    assertEquals(2, run(tokens, "serve", "--port", "0"));
    assertOneLine("the token for clients is the bot's token");
  }

  @Test
  void serve_portInUse_exitsWith2AndOneLine() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(other.getLocalPort());
      assertEquals(2, run("serve", "--port", port));
      assertOneLine("cannot listen on 127.0.0.1:" + port + ": ");
    }
  }

  private void assertOneLine(String part) {
    assertEquals(1, text(err).lines().count(), text(err));
    assertTrue(text(err).startsWith("gateway-queue: "), text(err));
    assertTrue(text(err).contains(part), text(err));
    assertEquals("", text(out));
  }

  @Test
  void configuration_optionAndVariable_theOptionWins() {
    var configuration =
        new Configuration(
            setting -> setting == Setting.INTERVAL ? "3s" : null,
            Map.of("GATEWAY_QUEUE_INTERVAL", "2s", "PORT", "0"));
    ServerSettings settings = configuration.broker().settings();
    assertEquals(Duration.ofSeconds(3), settings.queue().interval());
    assertEquals(0, settings.port());
  }

  @Test
  void help_namesEverySettingAndItsVariable() {
    assertEquals(0, runLine("serve --help"));
    for (Setting setting : Setting.values()) {
      assertTrue(text(out).contains(setting.option), text(out));
      assertTrue(text(out).contains(setting.variable), text(out));
    }
  }

  @Test
  void version_isPrinted() {
    assertEquals(0, run("--version"));
    assertTrue(text(out).startsWith("gateway-queue "), text(out));
  }
}
