package io.github.gatewayqueue.tests;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GitHub's runners run what the pages say, and nothing that only they know. */
class WorkflowTest {
  private static final Pattern OPTION = Pattern.compile("-D(\\w+)=.*");
  private static final Pattern PROGRAM = Pattern.compile("(?:\\.ci|tools)/[\\w-]+");
  private static final Pattern SECRET = Pattern.compile("secrets\\.(\\w+)");

  @Test
  void commands_areTheReadmes() throws IOException {
    String test = "mvn -B -ntp verify";
    assertTrue(Page.read(Reactor.ROOT.resolve("README.md")).blocks("sh").contains(test));
    List<String> commands =
        commands("ci").stream().filter(command -> !command.startsWith("sudo apt-get ")).toList();
    assertEquals(List.of(test, test + " -Pthorough", ".ci/run"), commands);
    assertTrue(commands("release").contains(test));
    Path pom = Reactor.ROOT.resolve("pom.xml");
    assertTrue(Reactor.texts(pom, "//profile/id").contains("thorough"));
  }

  @Test
  void programs_areThere() throws IOException {
    Set<String> programs = new TreeSet<>();
    for (String command :
        Stream.concat(commands("ci").stream(), commands("release").stream()).toList()) {
      PROGRAM.matcher(command).results().forEach(found -> programs.add(found.group()));
    }
    assertEquals(
        Set.of(
            ".ci/run",
            "tools/container",
            "tools/release-notes",
            "tools/stage",
            "tools/upload",
            "tools/version"),
        programs);
    for (String program : programs) {
      assertTrue(Files.isExecutable(Reactor.ROOT.resolve(program)), program);
    }
  }

  /** What cannot be taken back comes after all that can fail. */
  @Test
  void release_publishesLast() throws IOException {
    List<String> commands = commands("release");
    assertEquals("tools/upload \"$RUNNER_TEMP/stage\"", commands.getLast());
    int check = commands.indexOf("mvn -B -ntp verify");
    for (String publishing : List.of("gh release create", "tools/container", "tools/upload")) {
      List<String> found =
          commands.stream().filter(command -> command.startsWith(publishing)).toList();
      assertEquals(1, found.size(), publishing);
      assertTrue(commands.indexOf(found.getFirst()) > check, publishing);
    }
  }

  @Test
  void secrets_areInTheInstructions() throws IOException {
    String instructions = Files.readString(Reactor.ROOT.resolve("docs/development.md"));
    List<String> secrets =
        SECRET.matcher(read("release")).results().map(found -> found.group(1)).toList();
    assertTrue(secrets.size() > 2, secrets.toString());
    for (String secret : secrets) {
      assertTrue(instructions.contains("`" + secret + "`"), secret);
    }
  }

  /** An option that the build does not know would be ignored, and each job test the same JDK. */
  @ParameterizedTest
  @CsvSource({"ci, 3", "release, 1"})
  void options_areProperties(String workflow, int jobs) throws IOException {
    List<String> options = new ArrayList<>();
    for (Map<?, ?> job : jobs(workflow)) {
      var matcher = OPTION.matcher((String) at(at(job, "env"), "MAVEN_ARGS"));
      assertTrue(matcher.matches());
      options.add(matcher.group(1));
    }
    assertEquals(jobs, options.size());
    for (String option : options) {
      Path pom = Reactor.ROOT.resolve("pom.xml");
      assertEquals(1, Reactor.texts(pom, "/project/properties/" + option).size(), option);
      assertTrue(Files.readString(pom).contains(">${" + option + "}<"), option);
    }
  }

  /** Returns what the steps of all jobs run. */
  private static List<String> commands(String workflow) throws IOException {
    return jobs(workflow).stream()
        .flatMap(job -> ((List<?>) at(job, "steps")).stream())
        .map(step -> ((Map<?, ?>) step).get("run"))
        .filter(run -> run != null)
        .map(String.class::cast)
        .toList();
  }

  private static List<Map<?, ?>> jobs(String workflow) throws IOException {
    Map<?, ?> all = (Map<?, ?>) at(YamlTest.read(read(workflow)).getFirst(), "jobs");
    List<Map<?, ?>> jobs = new ArrayList<>();
    for (Object job : all.values()) {
      jobs.add((Map<?, ?>) job);
    }
    return jobs;
  }

  private static Object at(Object map, String key) {
    return requireNonNull(((Map<?, ?>) map).get(key), key);
  }

  private static String read(String workflow) throws IOException {
    return Files.readString(Reactor.ROOT.resolve(".github/workflows/" + workflow + ".yml"));
  }
}
