package io.github.gatewayqueue.benchmarks;

import com.google.common.base.Throwables;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The process in which a scenario is measured. */
final class Child {
  private Child() {}

  /**
   * Measures.
   *
   * @param args the form, the scenario, its variant, and the subjects with commas between
   */
  public static void main(String[] args) {
    int status = 1;
    try {
      List<Subject> subjects = Arrays.stream(args[3].split(",")).map(Subject::valueOf).toList();
      Run run = new Run(args[2], subjects, List.of(), Duration.ZERO);
      Scenarios.get(args[1]).measure(Form.valueOf(args[0]), run, new Figures(System.out));
      status = 0;
    } catch (Throwable e) {
      System.out.println(Throwables.getStackTraceAsString(e));
    } finally {
      System.out.flush();
      Peers.stopRedis();
      Runtime.getRuntime().halt(status); // some subjects leave threads that wait for years
    }
  }
}
