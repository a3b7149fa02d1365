package io.github.gatewayqueue.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What the processes of one scenario have measured. */
final class Results {
  private final Map<Subject, Map<String, List<Double>>> values = new LinkedHashMap<>();
  private final Map<Subject, Map<String, Set<String>>> notes = new LinkedHashMap<>();

  /** Takes a line of a process's output; returns whether it was one of {@link Figures}. */
  boolean accept(String line) {
    String[] words = line.split(" ", 4);
    if (words.length < 4) {
      return false;
    }
    return switch (words[0]) {
      case Figures.MARK -> {
        List<Double> list =
            values
                .computeIfAbsent(Subject.valueOf(words[1]), s -> new LinkedHashMap<>())
                .computeIfAbsent(words[2], k -> new ArrayList<>());
        for (String value : words[3].split(" ", -1)) {
          list.add(Double.valueOf(value));
        }
        yield true;
      }
      case Figures.NOTE -> {
        notes
            .computeIfAbsent(Subject.valueOf(words[1]), s -> new LinkedHashMap<>())
            .computeIfAbsent(words[2], k -> new LinkedHashSet<>())
            .add(words[3]);
        yield true;
      }
      default -> false;
    };
  }

  /** Returns all values of a key in the order in which they came; none if there are none. */
  Sample of(Subject subject, String key) {
    return new Sample(
        values.getOrDefault(subject, Map.of()).getOrDefault(key, List.of()).stream()
            .mapToDouble(Double::doubleValue)
            .toArray());
  }

  /** Returns of which subjects there are values of a key. */
  List<Subject> measured(String key) {
    return Stream.of(Subject.values()).filter(subject -> !of(subject, key).isEmpty()).toList();
  }

  Set<String> notes(Subject subject, String key) {
    return notes.getOrDefault(subject, Map.of()).getOrDefault(key, Set.of());
  }

  boolean isEmpty() {
    return values.isEmpty() && notes.isEmpty();
  }
}
