package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How much is run: enough for numbers, or just enough to see that everything works. */
enum Form {
  FULL,
  SHORT;

  <T> T pick(T full, T brief) {
    return this == FULL ? full : brief;
  }

  /**
   * Returns a process for each subject, or in the short form one for all of them, less those whose
   * long interval is a constant.
   */
  List<Run> each(String variant, List<Subject> subjects, Duration timeout, String... flags) {
    Map<Boolean, List<Subject>> shared =
        subjects.stream()
            .collect(
                Collectors.partitioningBy(
                    subject -> this == SHORT && !Subject.FIXED.contains(subject)));
    List<Run> runs = new ArrayList<>();
    for (Subject subject : shared.getOrDefault(false, List.of())) {
      runs.add(new Run(variant, List.of(subject), List.of(flags), timeout));
    }
    if (!shared.getOrDefault(true, List.of()).isEmpty()) {
      runs.add(new Run(variant, shared.getOrDefault(true, List.of()), List.of(flags), timeout));
    }
    return runs;
  }

  /** Returns such processes several times over, so that the subjects alternate. */
  List<Run> alternating(
      int pairs, String variant, List<Subject> subjects, Duration timeout, String... flags) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      runs.addAll(each(variant, subjects, timeout, flags));
    }
    return runs;
  }
}
