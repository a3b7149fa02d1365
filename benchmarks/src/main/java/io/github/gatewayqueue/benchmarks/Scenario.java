package io.github.gatewayqueue.benchmarks;

import java.util.List;

/** One question that is put to the subjects: {@code runs}, {@code measure} and {@code report}. */
interface Scenario {
  /** Returns the processes that it takes, in the order in which they are started. */
  List<Run> runs(Form form);

  /**
   * Returns whether its sleeping processes are so busy at times that they disturb other scenarios.
   */
  default boolean crowds() {
    return false;
  }

  /**
   * Measures, in a process of its own.
   *
   * @param run the variant and the subjects; the process has nothing else of it
   */
  void measure(Form form, Run run, Figures figures) throws Exception;

  /** Writes what came of it. */
  void report(Results results, Report report);
}
