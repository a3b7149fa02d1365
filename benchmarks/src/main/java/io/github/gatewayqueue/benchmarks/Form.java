package io.github.gatewayqueue.benchmarks;

import java.time.Duration;
import java.util.List;

/** How much is run: enough for numbers, or just enough to see that everything works. */
enum Form {
  FULL,
  SHORT;

  <T> T pick(T full, T brief) {
    return this == FULL ? full : brief;
  }

  /** Returns a process for each subject, or in the short form one for all of them. */
  List<Run> each(String variant, List<Subject> subjects, Duration timeout, String... flags) {
    List<String> flagList = List.of(flags);
    if (this == SHORT) {
      return List.of(new Run(variant, subjects, flagList, timeout));
    }
    return subjects.stream()
        .map(subject -> new Run(variant, List.of(subject), flagList, timeout))
        .toList();
  }

  /** Returns such processes several times over, so that the subjects alternate. */
  List<Run> alternating(
      int pairs, String variant, List<Subject> subjects, Duration timeout, String... flags) {
    return java.util.stream.IntStream.range(0, pairs)
        .boxed()
        .flatMap(i -> each(variant, subjects, timeout, flags).stream())
        .toList();
  }
}
