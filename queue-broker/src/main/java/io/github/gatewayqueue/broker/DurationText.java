package io.github.gatewayqueue.broker;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Durations, for people to read. */
final class DurationText {
  private DurationText() {}

  /** As 1 d 2 h 3 min 4.500 s, without what is zero. */
  static String exact(Duration duration) {
    List<String> parts = new ArrayList<>();
    addIfAny(parts, duration.toDays(), "d");
    addIfAny(parts, duration.toHoursPart(), "h");
    addIfAny(parts, duration.toMinutesPart(), "min");
    int millis = duration.toMillisPart();
    if (millis > 0) {
      parts.add(String.format(Locale.ROOT, "%s.%03d s", duration.toSecondsPart(), millis));
    } else {
      addIfAny(parts, duration.toSecondsPart(), "s");
    }
    return parts.isEmpty() ? "0 s" : String.join(" ", parts);
  }

  private static void addIfAny(List<String> parts, long count, String unit) {
    if (count > 0) {
      parts.add(count + " " + unit);
    }
  }

  /** As 1 d 2 h, 2 h 3 min or 3 min 4 s: the two greatest units, rounded down. */
  static String rough(Duration duration) {
    ChronoUnit least =
        duration.toDays() > 0
            ? ChronoUnit.HOURS
            : duration.toHours() > 0 ? ChronoUnit.MINUTES : ChronoUnit.SECONDS;
    return exact(duration.truncatedTo(least));
  }
}
