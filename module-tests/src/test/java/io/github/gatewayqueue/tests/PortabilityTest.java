package io.github.gatewayqueue.tests;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The default tier needs Java and Maven, and no particular system. What does need one stands in a
 * class or a method that says so ({@code @EnabledOnOs}, {@code @DisabledOnOs}, {@code @Thorough}),
 * or in a file that is named here, with the reason.
 */
class PortabilityTest {
  private static final Pattern IN_JAVA =
      Pattern.compile(
          "\"/(?:bin|dev|etc|proc|tmp|usr)\\b"
              + "|(?<!blocks\\()\"(?:bash|chmod|curl|env|kill|ln|node|ps|sh|unzip)\""
              + "|PosixFilePermission"
              + "|(?:class|module)\\.path.*\":\"");
  private static final Pattern IN_POM =
      Pattern.compile(
          "<executable>(?!(?:java|jlink)<)"
              + "|<(?:additionalOption|arg|argLine|compilerArg)>[^\"]*\\$\\{(?:project\\.)?basedir}"
              + "|/(?:bin|usr|tmp)/"
              + "|<arg(?:ument)?>(?:bash|curl|kill|node|sh|unzip)<");
  private static final Pattern SAYS_SO =
      Pattern.compile("^( *)@(?:EnabledOnOs|DisabledOnOs|Thorough)\\b.*");

  private static final String TESTS = "queue-%s/src/test/java/io/github/gatewayqueue/%s.java";

  /** What is excused, and why. */
  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          TESTS.formatted("broker", "broker/BrokerProcess"),
          "signals to a process: only tests that say so send them",
          TESTS.formatted("broker", "broker/OtherLanguagesTest"),
          "programs of other languages: skipped where their libraries are not",
          TESTS.formatted("broker", "broker/DocsTest"),
          "what the page shows, run by a shell: on Linux and macOS",
          TESTS.formatted("redis", "redis/Bot"),
          "signals to a process: only tests that say so send them",
          "module-tests/src/test/java/io/github/gatewayqueue/tests/WorkflowTest.java",
          "a key of a workflow, and no program",
          "test-support/src/main/java/io/github/gatewayqueue/testsupport/JavaProcess.java",
          "signals to a process: only tests that say so send them");

  @Test
  void defaultTier_needsNoParticularSystem() {
    Map<String, List<String>> all = new TreeMap<>();
    for (Path folder : folders()) {
      Path pom = folder.resolve("pom.xml");
      add(all, pom, found(IN_POM, lines(pom)));
      for (String under : List.of("src/test/java", "src/main/java")) {
        if (under.contains("test") || folder.endsWith("test-support")) {
          for (Path source : Reactor.sources(folder, under)) {
            if (!source.endsWith("PortabilityTest.java")) {
              add(all, source, found(IN_JAVA, lines(source)));
            }
          }
        }
      }
    }
    Set<String> excused = EXCEPTIONS.keySet();
    assertEquals(
        Set.of(), excused.stream().filter(file -> !all.containsKey(file)).collect(toSet()));
    all.keySet().removeAll(excused);
    assertEquals(Map.of(), all);
  }

  @Test
  void javaThatNeedsASystem_isFound() {
    String source =
        """
        class A {
          void a() {
            new ProcessBuilder("sh", "-c", "true");
            Path.of("/proc/self"); // found
            Path.of("/process"); // is not
            Set<PosixFilePermission> all;
            System.getProperty("java.class.path").split(":");
          }

          @DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals")
          void b() {
            new ProcessBuilder("kill", "-9");
          }

          // "curl" in a comment
          void c() {
            new ProcessBuilder("curl");
          }
        }
        """;
    List<String> found = found(IN_JAVA, source.lines().toList());
    assertEquals(
        List.of(
            "\"sh\"", "\"/proc", "PosixFilePermission", "class.path\").split(\":\"", "\"curl\""),
        found);
    List<String> excused = found(IN_JAVA, ("@Thorough(\"x\")\n" + source).lines().toList());
    assertEquals(List.of(), excused);
  }

  @Test
  void pomThatNeedsASystem_isFound() {
    List<String> pom =
        List.of(
            "<executable>${project.basedir}/tools/a</executable>",
            "<executable>java</executable>",
            "<argLine>-Da=${project.basedir}/b</argLine>",
            "<argLine>\"-Da=${project.basedir}/b\"</argLine>",
            "<additionalOption>${basedir}/src</additionalOption>",
            "<argument>/usr/bin/true</argument>",
            "<argument>curl</argument>");
    assertEquals(5, found(IN_POM, pom).size());
  }

  private static List<Path> folders() {
    return Stream.concat(Stream.of(Reactor.ROOT), Reactor.folders().stream())
        .filter(folder -> !folder.endsWith("verification") && !folder.endsWith("benchmarks"))
        .toList();
  }

  private static void add(Map<String, List<String>> all, Path file, List<String> found) {
    if (!found.isEmpty()) {
      all.put(Reactor.ROOT.relativize(file).toString().replace('\\', '/'), found);
    }
  }

  /** An annotation excuses what follows, up to the brace that stands as far in as it does. */
  private static List<String> found(Pattern pattern, List<String> lines) {
    List<String> found = new ArrayList<>();
    String end = "";
    for (String line : lines) {
      var saysSo = SAYS_SO.matcher(line);
      if (end.isEmpty() && saysSo.matches()) {
        end = saysSo.group(1) + "}";
      } else if (line.equals(end)) {
        end = "";
      } else if (end.isEmpty() && !line.strip().matches("(?://|\\*|/\\*).*")) {
        pattern.matcher(line).results().forEach(match -> found.add(match.group()));
      }
    }
    return found;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }
}
