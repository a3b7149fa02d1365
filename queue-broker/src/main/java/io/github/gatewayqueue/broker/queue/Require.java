package io.github.gatewayqueue.broker.queue;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.internal.DurationText;
import java.time.Duration;
import java.util.HexFormat;

/** Refuses arguments, naming the value and what was expected. */
public final class Require {
  private static final Duration MAX = Duration.ofDays(365);
  private static final int MAX_NAME = 100;

  private Require() {}

  public static int inRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %s, expected %s to %s".formatted(name, value, least, most));
    }
    return value;
  }

  /** Session starts of a day that are not used. */
  public static int reserve(String name, int value) {
    return inRange(name, value, 0, 1_000_000);
  }

  public static Duration positive(String name, Duration value) {
    requireNonNull(value, name);
    if (!value.isPositive() || value.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          "%s is %s, expected more than 0 and at most 365 days"
              .formatted(name, DurationText.exact(value)));
    }
    return value;
  }

  public static Duration notNegative(String name, Duration value) {
    requireNonNull(value, name);
    if (value.isNegative() || value.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          "%s is %s, expected 0 to 365 days".formatted(name, DurationText.exact(value)));
    }
    return value;
  }

  public static String name(String name, String value) {
    requireNonNull(value, name);
    boolean shown = value.codePoints().allMatch(character -> !Character.isISOControl(character));
    if (value.isBlank() || value.length() > MAX_NAME || !shown) {
      throw new IllegalArgumentException(
          "%s is '%s', expected 1 to %s characters, none of them a control character, not all blank"
              .formatted(name, value, MAX_NAME));
    }
    return value.strip();
  }

  /** The message never repeats the token. */
  public static String token(String name, String value) {
    requireNonNull(value, name);
    if (value.isBlank()) {
      throw new IllegalArgumentException(name + " is blank, expected a token");
    }
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) <= ' ' || value.charAt(i) > '~') {
        throw new IllegalArgumentException(
            "%s has character U+%s at index %s, expected visible ASCII"
                .formatted(name, HexFormat.of().withUpperCase().toHexDigits(value.charAt(i)), i));
      }
    }
    return value;
  }
}
