package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * One process to start.
 *
 * @param variant which case of the scenario, in its own words; may be empty
 * @param subjects what is measured in the process, one after the other or in turns
 * @param flags options of the JVM
 * @param timeout after which the process counts as hung
 */
record Run(String variant, List<Subject> subjects, List<String> flags, Duration timeout) {
  Run {
    subjects = List.copyOf(subjects);
    flags = List.copyOf(flags);
  }
}
