package io.github.gatewayqueue.fakediscord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Starts the command line as a user would: as a module, in a process of its own. */
class MainTest {

  private static Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--module-path");
    command.add(System.getProperty("jdk.module.path"));
    command.add("--module");
    command.add("io.github.gatewayqueue.fakediscord/" + Main.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  @Test
  void main_untilTerminated_printsAddressesIdentifiesAndTheVerdict() throws Exception {
    Process process = start("--total", "500", "--remaining", "40", "--max-concurrency", "2");
    try (BufferedReader output = output(process)) {
      String rest = String.valueOf(output.readLine());
      assertTrue(rest.startsWith("REST API: http://127.0.0.1:"), rest);
      URI gateway = URI.create(String.valueOf(output.readLine()).substring(10));
      assertTrue(String.valueOf(output.readLine()).endsWith("/fakediscord/score"));
      try (var client = GatewayClient.connect(gateway)) {
        client.start(3, 4);
      }
      String line = String.valueOf(output.readLine());
      assertTrue(line.endsWith("shard 3 of 4, bucket 1, gap -: accepted"), line);
      // Process.destroy would close the output, too.
      process.toHandle().destroy();
      String verdict = String.join("\n", output.lines().toList());
      assertTrue(verdict.startsWith("1 identifies, 1 accepted, 0 invalid"), verdict);
      assertTrue(verdict.contains("budget: 39 of 500 session starts left"), verdict);
      process.waitFor();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void main_help_listsTheOptions() throws Exception {
    Process process = start("--port", "0", "--help");
    try (BufferedReader output = output(process)) {
      assertEquals(Options.HELP.lines().toList(), output.lines().toList());
    }
    assertEquals(0, process.waitFor());
  }

  @ParameterizedTest
  @CsvSource({
    "--port, --port needs a value",
    "--port x, '--port is \"x\", expected a whole number'",
    "--port 65536, 'port is 65536, expected 0 to 65535'",
    "--interval soon, '--interval is \"soon\", expected seconds such as 5 or 0.2, or 200ms'",
    "--rtt 1m, '--rtt is \"1m\", expected seconds such as 5 or 0.2, or 200ms'",
    "--jitter -1ms, 'jitter is -1 ms, expected at least 0 and at most 36500 days'",
    "--remaining 1001, 'remaining is 1001, expected 0 to 1000'",
    "--other, 'there is no option --other, --help lists them'"
  })
  void main_wrongOption_saysSoInOneLine(String arguments, String message) throws Exception {
    Process process = start(arguments.split(" ", -1));
    try (BufferedReader output = output(process)) {
      assertEquals(List.of("fakediscord: " + message), output.lines().toList());
    }
    assertEquals(2, process.waitFor());
  }

  @Test
  void main_portTaken_saysSoInOneLine() throws Exception {
    try (var discord = FakeDiscord.builder().start()) {
      Process process = start("--port", String.valueOf(discord.restUri().getPort()));
      try (BufferedReader output = output(process)) {
        List<String> lines = output.lines().toList();
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("fakediscord: cannot listen on "), lines.toString());
      }
      assertEquals(2, process.waitFor());
    }
  }

  @Test
  void parse_everyOption_isTaken() throws Exception {
    String arguments =
        "--port 0 --token abc --total 5 --remaining 1 --reset-after 0 --max-concurrency 3"
            + " --interval 0.2 --shards 7 --count-lag 10 --rtt 100ms --jitter 50ms --strict-limit";
    long beforeNanos = System.nanoTime();
    try (var discord = Options.parse(List.of(arguments.split(" ", -1))).start();
        var client = GatewayClient.connect(discord)) {
      var response =
          RestClient.send(
              RestClient.request(discord.restUri(), "/gateway/bot")
                  .header("Authorization", "Bot abc")
                  .build());
      assertTrue(
          response
              .body()
              .endsWith(
                  "\"shards\":7,\"session_start_limit\":"
                      + "{\"total\":5,\"remaining\":1,\"reset_after\":0,\"max_concurrency\":3}}"),
          response.body());
      assertTrue(System.nanoTime() - beforeNanos >= Duration.ofMillis(200).toNanos());
      client.hello();
      client.identify("abc", 0, 1);
      assertEquals(4004, client.closeCode());
    }
  }
}
