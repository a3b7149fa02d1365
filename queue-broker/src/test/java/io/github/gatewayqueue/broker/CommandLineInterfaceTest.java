package io.github.gatewayqueue.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineInterfaceTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return new CommandLineInterface(
            new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), Map.of())
        .run(args);
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

  private void requirePlan(int exitCode, String line, String printed) {
    assertEquals(exitCode, runLine(line));
    assertEquals(printed, out.toString(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "plan, '--shards is missing, expected 1 to 10000000'",
    "plan --shards 0, '--shards is ''0'': it is 0, expected 1 to 10000000'",
    "plan --shards 5 --interval x, '--interval is ''x'': expected a time such as 6s, 0.5s or"
        + " 1m30s'",
    "serve --redis http://:secret@host, '--redis: this is no URL of a Redis, expected redis:// or"
        + " rediss:// with a host and a port'",
    "serve --redis redis://:secret@ho|st, '--redis: expected a URL such as"
        + " redis://127.0.0.1:6379'",
    "serve --redis-namespace {x}, '--redis-namespace is ''{x}'': namespace is ''{x}'', expected 1"
        + " to 100 of A-Z a-z 0-9 . _ : / -'",
    "'', 'a command is missing, expected serve or plan'"
  })
  void run_badCommandLine_exitsWith2AndOneLine(String line, String message) {
    assertEquals(2, line.isEmpty() ? run() : runLine(line));
    assertEquals("gateway-queue: " + message + "\n", err.toString(UTF_8));
    assertEquals("", out.toString(UTF_8));
  }

  @Test
  void help_namesEverySettingAndItsVariable() {
    assertEquals(0, runLine("serve --help"));
    for (Setting setting : Setting.values()) {
      assertTrue(out.toString(UTF_8).contains(setting.option), out.toString(UTF_8));
      assertTrue(out.toString(UTF_8).contains(setting.variable), out.toString(UTF_8));
    }
  }

  @Test
  void version_isPrinted() {
    assertEquals(0, run("--version"));
    assertTrue(out.toString(UTF_8).startsWith("gateway-queue "), out.toString(UTF_8));
  }
}
