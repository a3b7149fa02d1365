package io.github.gatewayqueue.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report as it grows: a section that comes first, the table of targets, a section for each
 * other scenario, and violations.
 */
final class Report {
  private final StringBuilder first = new StringBuilder();
  private final StringBuilder targets = new StringBuilder();
  private final StringBuilder sections = new StringBuilder();

  /** Where the section is that was begun last. */
  private StringBuilder current = sections;

  private final List<String> violations = new ArrayList<>();

  /** Begins the section that comes before the targets. */
  void firstSection(String title, String about) {
    begin(first, title, about);
  }

  /** Begins the section of a scenario. */
  void section(String title, String about) {
    begin(sections, title, about);
  }

  private void begin(StringBuilder where, String title, String about) {
    current = where;
    current.append("\n## ").append(title).append("\n\n").append(about.strip()).append("\n");
  }

  /** Adds a table to the section. */
  void table(List<String> header, List<List<String>> rows) {
    current.append("\n").append(row(header));
    current.append("|").append("---|".repeat(header.size())).append("\n");
    rows.forEach(cells -> current.append(row(cells)));
  }

  /** Adds a remark below the last table. */
  void remark(String text) {
    current.append("\n").append(text.strip()).append("\n");
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  /** Adds a row to the table of targets. */
  void target(String what, String limit, String ours, String ratio, String wanted, boolean met) {
    targets.append(row(List.of(what, limit, ours, ratio, wanted, met ? "met" : "**missed**")));
  }

  /** Adds such a row, of a median that may be so much at most. */
  void atMost(String what, String limit, Sample ours, String unit, String ratio, double most) {
    double median = ours.median();
    target(what, limit, number(median) + unit, ratio, "≤ " + number(most) + unit, median <= most);
  }

  /** Adds such a row, of medians of which ours may be so many times that of a limit at most. */
  void atMostTimes(String what, String name, Sample limit, Sample ours, String unit, int most) {
    Sample ratio = ours.over(limit);
    target(
        what,
        name + " " + number(limit.median()) + unit,
        number(ours.median()) + unit,
        spread(ratio),
        "≤ " + most,
        ratio.median() <= most);
  }

  /** Adds such a row, of what is not to happen at all. */
  void never(String what, double count) {
    target(what, "–", "%.0f".formatted(count), "–", "0", count == 0);
  }

  /** Tells of a fact about our own queues that does not hold, which fails the build. */
  void violation(String text) {
    violations.add(text);
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  /** Returns the whole, with an introduction and an end of the caller's. */
  String render(String introduction, String end) {
    StringBuilder text = new StringBuilder("# Results\n\n").append(introduction.strip());
    text.append("\n").append(first);
    if (!targets.isEmpty()) {
      text.append("\n## Targets\n\n");
      text.append(row(List.of("what", "limit", "ours", "ratio", "wanted", "")));
      text.append("|---|---|---|---|---|---|\n").append(targets);
    }
    if (!violations.isEmpty()) {
      text.append("\n## Violated\n\n");
      violations.forEach(violation -> text.append("- ").append(violation).append("\n"));
    }
    return text.append(sections).append("\n").append(end.strip()).append("\n").toString();
  }

  /** Writes a number with two or three significant digits, or whole if it is, or from 100 on. */
  static String number(double value) {
    double size = Math.abs(value);
    if (Double.isNaN(value)) {
      return "–";
    }
    if (Double.isInfinite(value)) {
      return "∞";
    }
    if (size >= 100 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,d", Math.round(value));
    }
    return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f", value);
  }

  /** Writes a median and what lies around it. */
  static String spread(Sample sample) {
    return sample.size() < 2
        ? number(sample.median())
        : "%s (%s–%s)"
            .formatted(number(sample.median()), number(sample.min()), number(sample.max()));
  }
}
