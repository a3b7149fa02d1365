package io.github.gatewayqueue.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChildProcessTest {
  @TempDir private Path directory;

  private final Results results = new Results();

  private void run(String scenario, Run run) throws Exception {
    new ChildProcess(directory).run(Form.SHORT, scenario, 0, run, results);
  }

  @Test
  void run_scenario_bringsItsFigures() throws Exception {
    run("startup", new Run("virtual", List.of(Subject.LARGE), List.of(), Duration.ofMinutes(5)));

    assertEquals(936, results.of(Subject.LARGE, "virtual").median());
  }

  @Test
  void run_scenarioThatThrows_failsWithItsStackTrace() {
    Run run = new Run("unheard-of", List.of(Subject.LARGE), List.of(), Duration.ofMinutes(5));

    var thrown = assertThrows(ChildProcess.FailedException.class, () -> run("jda", run));

    assertTrue(thrown.toString().contains("ended with status 1"), thrown.toString());
    assertTrue(thrown.toString().contains("OnJda.measure"), thrown.toString());
    assertTrue(results.isEmpty());
  }

  @Test
  void run_processThatDoesNotStart_fails() {
    Run run = new Run("peers", List.of(Subject.KORD), List.of("-Xmx1k"), Duration.ofMinutes(5));

    assertThrows(ChildProcess.FailedException.class, () -> run("handoff", run));
    assertTrue(results.isEmpty());
  }

  @Test
  void run_processThatHangs_isEndedWithADumpOfItsThreads() {
    Run run = new Run("real", List.of(Subject.JDA), List.of(), Duration.ofSeconds(2));

    var thrown = assertThrows(ChildProcess.FailedException.class, () -> run("startup", run));

    assertTrue(thrown.toString().contains("takes more than PT2S"), thrown.toString());
    assertTrue(directory.resolve("startup-0.threads").toFile().length() > 0);
    assertTrue(results.isEmpty());
  }
}
