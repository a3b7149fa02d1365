package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One process to start.
 *
 * @param variant which case of the scenario, in its own words
 * @param subjects what is measured in the process, one after the other or in turns
 * @param flags options of the JVM
 * @param environment variables that are set for the process
 * @param timeout after which the process counts as hung
 * @param sleeps whether it sleeps nearly all of the time, so that it is measured while others do
 *     that sleep, too
 */
record Run(
    String variant,
    List<Subject> subjects,
    List<String> flags,
    Map<String, String> environment,
    Duration timeout,
    boolean sleeps) {
  Run {
    subjects = List.copyOf(subjects);
    flags = List.copyOf(flags);
    environment = Map.copyOf(environment);
  }

  Run(String variant, List<Subject> subjects, List<String> flags, Duration timeout) {
    this(variant, subjects, flags, Map.of(), timeout, false);
  }

  /** Returns the same, of a process that sleeps nearly all of the time. */
  Run asleep() {
    return new Run(variant, subjects, flags, environment, timeout, true);
  }
}
