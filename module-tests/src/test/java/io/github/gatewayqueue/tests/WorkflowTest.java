package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** GitHub's runners run what the README says, and nothing that only they know. */
class WorkflowTest {
  private static final Path WORKFLOW = Reactor.ROOT.resolve(".github/workflows/ci.yml");
  private static final Pattern RUN = Pattern.compile("(?m)^ +(?:- )?run: (.+)$");
  private static final Pattern OPTION = Pattern.compile("(?m)^ +MAVEN_ARGS: -D(\\w+)=");

  @Test
  void commands_areTheReadmes() throws IOException {
    String test = "mvn -B -ntp verify";
    assertTrue(Page.read(Reactor.ROOT.resolve("README.md")).blocks("sh").contains(test));
    List<String> commands =
        found(RUN).stream().filter(command -> !command.startsWith("sudo apt-get ")).toList();
    assertEquals(List.of(test, test + " -Pthorough", ".ci/run"), commands);
    Path pom = Reactor.ROOT.resolve("pom.xml");
    assertTrue(Reactor.texts(pom, "//profile/id").contains("thorough"));
    assertTrue(Files.exists(Reactor.ROOT.resolve(".ci/run")));
  }

  /** An option that the build does not know would be ignored, and each job test the same JDK. */
  @Test
  void options_areProperties() throws IOException {
    List<String> options = found(OPTION);
    assertEquals(3, options.size(), "one for each job");
    for (String option : options) {
      Path pom = Reactor.ROOT.resolve("pom.xml");
      assertEquals(1, Reactor.texts(pom, "/project/properties/" + option).size(), option);
      assertTrue(Files.readString(pom).contains(">${" + option + "}<"), option);
    }
  }

  private static List<String> found(Pattern pattern) throws IOException {
    return pattern
        .matcher(Files.readString(WORKFLOW))
        .results()
        .map(match -> match.group(1).strip())
        .toList();
  }
}
