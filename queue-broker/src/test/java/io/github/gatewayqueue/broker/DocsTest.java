package io.github.gatewayqueue.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gatewayqueue.broker.cli.CommandLineInterface;
import io.github.gatewayqueue.broker.cli.Plan;
import io.github.gatewayqueue.broker.cli.Setting;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Thorough;
import io.vertx.core.json.JsonArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/** What the documentation and the files for operators say, against the program. */
class DocsTest extends BrokerTestBase {
  private static final String DOCS = "../docs/broker.md";
  private static final String OPERATIONS = "../docs/operations.md";
  private static final String CHOOSING = "../docs/choosing.md";
  private static final String CONCEPTS = "../docs/concepts.md";
  private static final String COMING_FROM = "../docs/coming-from.md";
  private static final String DOCKERFILE = "deploy/Dockerfile";
  private static final String UNIT = "deploy/gateway-queue.service";
  private static final String KUBERNETES = "deploy/kubernetes.yaml";
  private static final String COMPOSE = "deploy/compose.yaml";
  private static final String DOCUMENTED = "http://127.0.0.1:8080";

  private static String read(String file) throws IOException {
    return Files.readString(Path.of(file));
  }

  private static Set<String> found(String regex, String text) {
    Set<String> found =
        Pattern.compile(regex)
            .matcher(text)
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toSet());
    assertFalse(found.isEmpty(), regex);
    return found;
  }

  private static List<String> groups(String regex, String text) {
    List<String> found =
        Pattern.compile(regex).matcher(text).results().map(result -> result.group(1)).toList();
    assertFalse(found.isEmpty(), regex);
    return found;
  }

  @ParameterizedTest
  @ValueSource(strings = {DOCS, OPERATIONS, DOCKERFILE, UNIT, KUBERNETES, COMPOSE})
  void variables_named_existAsSettings(String file) throws Exception {
    Set<String> known = new HashSet<>(Set.of("GATEWAY_QUEUE_TOKEN", "DISCORD_TOKEN"));
    Arrays.stream(Setting.values()).map(setting -> setting.variable).forEach(known::add);
    Set<String> named =
        found("\\b((GATEWAY_QUEUE|DISCORD|REDIS)_[A-Z_]*[A-Z]|HOST|PORT)\\b", read(file));
    named.removeAll(known);
    assertEquals(Set.of(), named);
  }

  @Test
  void options_named_exist() throws Exception {
    Set<String> known = new HashSet<>(Set.of("--help", "--version", "--ulimit")); // Docker's
    Arrays.stream(Setting.values()).map(setting -> setting.option).forEach(known::add);
    Plan.command().options().stream().map(OptionSpec::longestName).forEach(known::add);
    String pages = read(DOCS) + read(UNIT) + read(CHOOSING) + read(CONCEPTS) + read(COMING_FROM);
    Set<String> named =
        found("--[a-z][a-z-]*", pages + read(OPERATIONS).replace("jfr print --events", ""));
    named.removeAll(known);
    assertEquals(Set.of(), named);
  }

  @Test
  void settings_eachHasARow() throws Exception {
    String docs = read(DOCS);
    for (Setting setting : Setting.values()) {
      String row = "\n| `%s` | `%s` | ".formatted(setting.option, setting.variable);
      assertTrue(docs.contains(row), row);
    }
  }

  @Test
  void paths_probedOrDocumented_exist() throws Exception {
    Broker broker = start(builder());
    Stream<String> probed = groups("path: (/health\\S*)", read(KUBERNETES)).stream();
    Stream<String> documented = groups("\\n\\| `(/[a-z/]+)` \\|", read(DOCS)).stream();
    for (String path : Stream.concat(probed, documented).toList()) {
      assertEquals(200, send("HEAD", broker, path).statusCode(), path);
    }
  }

  @Test
  void metrics_documented_exist() throws Exception {
    String metrics = metricsWithALimit();
    Set<String> names =
        new TreeSet<>(found("\\bgateway_queue_[a-z_]+", read(DOCS) + read(OPERATIONS)));
    assertTrue(names.remove("gateway_queue_unanswered_total"), "of queue-micrometer alone");
    for (String name : names) {
      assertTrue(metrics.contains("# TYPE " + name + " "), name);
    }
  }

  @Test
  void outcomes_documented_exist() throws Exception {
    String metrics = metricsWithALimit();
    for (String label : List.of("outcome", "said")) {
      for (String values : groups(label + "=~?\"([^\"]+)\"", read(OPERATIONS))) {
        for (String value : found("[a-z_]+", values)) {
          assertTrue(metrics.contains("{" + label + "=\"" + value + "\"}"), value);
        }
      }
    }
  }

  private String metricsWithALimit() throws Exception {
    FakeDiscord discord = open(FakeDiscord.builder().start());
    Broker broker = start(builder(discord));
    awaitReady(broker);
    return get(broker, "/metrics").body();
  }

  @Test
  void plans_comeOutAsShown() throws Exception {
    Pattern shown = Pattern.compile("(?s)```sh\ngateway-queue (plan [^\n]*)\n```\n```\n(.*?)\n```");
    List<MatchResult> plans = shown.matcher(read(CONCEPTS)).results().toList();
    assertEquals(2, plans.size());
    for (MatchResult plan : plans) {
      var output = new ByteArrayOutputStream();
      var out = new PrintStream(output, true, UTF_8);
      int exit = new CommandLineInterface(out, out, Map.of()).run(plan.group(1).split(" "));
      assertEquals(
          plan.group(2), output.toString(UTF_8).replace(System.lineSeparator(), "\n").strip());
      assertEquals(0, exit);
    }
  }

  /** A bad option and a taken port share a code, and a port may become free. */
  @Test
  void unit_restarts_butForARefusedToken() throws Exception {
    String code = groups("\n\\| (\\d) \\| Discord refuses the token \\|", read(DOCS)).getFirst();
    assertEquals(List.of(code), groups("\nRestartPreventExitStatus=(.*)\n", read(UNIT)));
    assertEquals("" + CommandLineInterface.REFUSED, code);
  }

  @Test
  void unit_stopped_isNoFailure() throws Exception {
    assertEquals(
        List.of("" + BrokerProcess.TERMINATED), groups("\nSuccessExitStatus=(.*)\n", read(UNIT)));
    assertEquals(
        List.of("" + BrokerProcess.TERMINATED),
        groups("\n\\| (\\d+) \\| stopped by SIGTERM", read(DOCS)));
  }

  @Test
  void unit_tokens_eachHasTwoLinesThatCanBeRemoved() throws Exception {
    String unit = read(UNIT);
    assertEquals(
        groups("\nLoadCredential=([a-z-]+):.*(?=\n)", unit),
        groups("\nEnvironment=[A-Z_]+=%d/([a-z-]+)(?=\n)", unit));
  }

  /** By what systemd itself makes of it: 0 is best, 10 worst. */
  @Test
  void unit_exposure_isLow() throws Exception {
    BrokerProcess.assumeThereIs("systemd-analyze");
    assumeTrue(
        BrokerProcess.output("systemd-analyze", "--help").contains("--offline"),
        "systemd-analyze knows no files that are not installed");
    String report =
        BrokerProcess.output("systemd-analyze", "--no-pager", "--offline=true", "security", UNIT);
    double exposure =
        Double.parseDouble(groups("exposure level .*: ([0-9.]+) ", report).getFirst());
    assertTrue(exposure < 1.5, report);
  }

  @Test
  void image_user_isANumberAndNotRoot() throws Exception {
    assertTrue(read(DOCKERFILE).matches("(?s).*\nUSER [1-9]\\d*:[1-9]\\d*\n.*"));
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "it runs in an image of Debian's")
  void image_healthCheck_tellsWhetherTheBrokerAnswers() throws Exception {
    String check = groups("\nHEALTHCHECK .* CMD (\\[.*])\n", read(DOCKERFILE)).getFirst();
    Broker broker = start(builder());
    assertEquals(0, healthCheck(check, broker.port()));
    broker.close();
    assertNotEquals(0, healthCheck(check, broker.port()));
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread refusing =
          Thread.startVirtualThread(() -> {
            try (Socket client = other.accept()) {
              client.getOutputStream().write("HTTP/1.1 503 No\r\n\r\n".getBytes(UTF_8));
            } catch (IOException e) {
              // then the check fails, too
            }
          });
      assertNotEquals(0, healthCheck(check, other.getLocalPort()));
      refusing.join();
    }
  }

  private static int healthCheck(String command, int port) throws Exception {
    List<String> words = new JsonArray(command).stream().map(String::valueOf).toList();
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("PORT", "" + port);
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.start().waitFor();
  }

  @Test
  void manifest_probes_eachHasATimeOut() throws Exception {
    String manifest = read(KUBERNETES);
    assertEquals(
        groups("(Probe):\n", manifest).size(), groups("(timeoutSeconds): \\d", manifest).size());
  }

  /** What an operator reads says which path must be probed, as a probe of / spends starts. */
  @ParameterizedTest
  @ValueSource(strings = {DOCS, DOCKERFILE, KUBERNETES})
  void probe_ofLoadBalancers_isNamed(String file) throws Exception {
    assertTrue(read(file).matches("(?s).*must probe\\s+\\W*/health.*"), file);
  }

  /**
   * By the greatest size of a connection that was measured, and the share that the heap may have.
   */
  @Test
  void manifest_asManyAsMayWait_fitIntoItsMemory() throws Exception {
    String manifest = read(KUBERNETES);
    int most =
        Integer.parseInt(
            groups("GATEWAY_QUEUE_MAX_WAITING\n +value: \"(\\d+)\"", manifest).getFirst());
    int mebibytes = Integer.parseInt(groups("limits:\n +memory: (\\d+)Mi", manifest).getFirst());
    assertTrue(most * 8200L < mebibytes * 1024L * 1024 * 3 / 4 * 3 / 4, manifest);
  }

  @Test
  void program_inUnitAndImage_isTheSame() throws Exception {
    String started = groups("\nExecStart=(\\S+) serve\n", read(UNIT)).getFirst();
    assertEquals(started, groups("ENTRYPOINT \\[\"(.*)\"\\]", read(DOCKERFILE)).getFirst());
    String home = groups("COPY target/gateway-queue (\\S+)", read(DOCKERFILE)).getFirst();
    assertEquals(home + "/bin/gateway-queue", started);
  }

  @Test
  void port_inImageAndManifest_isTheSame() throws Exception {
    String port = groups("PORT=(\\d+)", read(DOCKERFILE)).getFirst();
    assertEquals(List.of(port), groups("EXPOSE (\\d+)", read(DOCKERFILE)));
    assertEquals(List.of(port), groups("containerPort: (\\d+)", read(KUBERNETES)));
    assertEquals(List.of(port), groups("port: (\\d+)", read(KUBERNETES)));
    assertEquals(List.of(port), groups("- 127\\.0\\.0\\.1:\\d+:(\\d+)", read(COMPOSE)));
  }

  @Test
  void examples_withCurl_areReleased() throws Exception {
    Broker broker = start(builder().interval(Duration.ofMillis(1)));
    List<String> commands = groups("\n(curl .*)\n", read(DOCS));
    assertEquals(3, commands.size());
    for (String command : commands) {
      URI uri = URI.create(groups("'(http:[^']*)'", at(broker, command)).getFirst());
      String accept =
          command.contains("-H ") ? groups("-H 'Accept: (.*?)'", command).getFirst() : "*/*";
      String output = get(broker, "/?" + uri.getRawQuery(), "Accept", accept).body();
      assertTrue(output.contains("\"message\":\"shard 3 may identify now\""), output);
      assertEquals(command.contains("-N "), output.contains("event: released"), output);
    }
  }

  @Test
  @EnabledOnOs(
      value = {OS.LINUX, OS.MAC},
      disabledReason = "the examples are for a POSIX shell")
  @Thorough("by curl itself; the default tier sends the same requests")
  void examples_typedIntoAShell_areReleased() throws Exception {
    BrokerProcess.assumeThereIs("curl");
    Broker broker = start(builder().interval(Duration.ofMillis(1)));
    List<String> commands = groups("\n(curl .*)\n", read(DOCS));
    assertEquals(3, commands.size());
    for (String command : commands) {
      String output = BrokerProcess.output("sh", "-c", at(broker, command));
      assertTrue(output.contains("\"message\":\"shard 3 may identify now\""), output);
    }
  }

  private static String at(Broker broker, String example) {
    String changed = example.replace(DOCUMENTED, broker.uri().toString());
    assertFalse(changed.equals(example), example);
    return changed.replace("hold=30s", "hold=0.1s"); // the answer ends when it runs out
  }
}
