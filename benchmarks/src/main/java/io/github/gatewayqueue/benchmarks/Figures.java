package io.github.gatewayqueue.benchmarks;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What a process has measured, on its way to the one that has started it: lines of text. */
final class Figures {
  static final String MARK = "figure";
  static final String NOTE = "note";

  private final PrintStream out;

  Figures(PrintStream out) {
    this.out = out;
  }

  /**
   * Hands over values, which join those that the same subject and key already have.
   *
   * @param key without blanks
   */
  void add(Subject subject, String key, double... values) {
    String line =
        Arrays.stream(values)
            .mapToObj(Double::toString)
            .collect(Collectors.joining(" ", MARK + " " + subject + " " + key + " ", ""));
    out.println(line);
  }

  /** Hands over something in words, without line breaks. */
  void note(Subject subject, String key, String text) {
    out.println(NOTE + " " + subject + " " + key + " " + text);
  }
}
