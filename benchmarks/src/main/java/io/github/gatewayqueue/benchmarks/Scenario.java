package io.github.gatewayqueue.benchmarks;

import java.util.List;

/** One question that is put to the subjects: {@code runs}, {@code measure} and {@code report}. */
interface Scenario {
  /** Returns the processes that it takes, in the order in which they are started. */
  List<Run> runs(Form form);

  /**
   * Measures, in a process of its own.
   *
   * @param variant that of the {@link Run}
   * @param subjects those of the {@link Run}
   */
  void measure(Form form, String variant, List<Subject> subjects, Figures figures) throws Exception;

  /** Writes what came of it. */
  void report(Results results, Report report);
}
