package io.github.gatewayqueue.internal;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Durations, as people read and write them. */
public final class DurationText {
  private DurationText() {}

  /**
   * Parses a time such as 6s, 0.5s or 1m30s.
   *
   * @param text the time
   * @return the same
   * @throws IllegalArgumentException if it is not of this form
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    try {
      return Duration.parse("PT" + text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("expected a time such as 6s, 0.5s or 1m30s", e);
    }
  }

  /**
   * Returns a time as 1 d 2 h 3 min 4.5 s, 250 ms or 1 ns, without what is zero.
   *
   * @param duration the time
   * @return the text
   */
  public static String exact(Duration duration) {
    if (duration.isNegative()) {
      boolean least = duration.toSeconds() == Long.MIN_VALUE; // it has no positive counterpart
      return "-" + exact(least ? Duration.ofSeconds(Long.MAX_VALUE) : duration.negated());
    }
    List<String> parts = new ArrayList<>();
    addIfAny(parts, duration.toDays(), "d");
    addIfAny(parts, duration.toHoursPart(), "h");
    addIfAny(parts, duration.toMinutesPart(), "min");
    int nanos = duration.toNanosPart();
    if (nanos == 0) {
      addIfAny(parts, duration.toSecondsPart(), "s");
    } else if (duration.toSecondsPart() > 0) {
      parts.add(decimal(duration.toSecondsPart(), nanos) + " s");
    } else {
      parts.add(nanos % 1_000_000 == 0 ? nanos / 1_000_000 + " ms" : nanos + " ns");
    }
    return parts.isEmpty() ? "0 s" : String.join(" ", parts);
  }

  private static String decimal(int seconds, int nanos) {
    BigDecimal exact = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, 9));
    return exact.stripTrailingZeros().toPlainString();
  }

  /**
   * Returns a time that was measured or drawn at random, rounded to milliseconds.
   *
   * @param duration the time
   * @return the text
   */
  public static String measured(Duration duration) {
    return exact(duration.truncatedTo(ChronoUnit.MILLIS));
  }

  private static void addIfAny(List<String> parts, long count, String unit) {
    if (count > 0) {
      parts.add(count + " " + unit);
    }
  }

  /**
   * Returns a time as 1 d 2 h, 2 h 3 min or 3 min 4 s: the two greatest units, rounded down.
   *
   * @param duration the time, at least zero
   * @return the text
   */
  public static String rough(Duration duration) {
    ChronoUnit least =
        duration.toDays() > 0
            ? ChronoUnit.HOURS
            : duration.toHours() > 0 ? ChronoUnit.MINUTES : ChronoUnit.SECONDS;
    return exact(duration.truncatedTo(least));
  }
}
