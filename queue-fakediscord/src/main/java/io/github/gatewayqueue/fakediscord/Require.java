package io.github.gatewayqueue.fakediscord;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/** Refuses arguments, naming the value and what was expected. */
final class Require {
  /** What {@code nanoTime} values can be that far apart and still be compared. */
  private static final Duration MAX = Duration.ofDays(36_500);

  private Require() {}

  static int inRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %s, expected %s to %s".formatted(name, value, least, most));
    }
    return value;
  }

  static int atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s is %s, expected at least %s".formatted(name, value, least));
    }
    return value;
  }

  /** A code with which a server may close a WebSocket on purpose. */
  static int closeCode(int value) {
    return value == 1000 || value == 1001 ? value : inRange("code", value, 3000, 4999);
  }

  static Duration notNegative(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isNegative() || value.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          "%s is %s, expected at least 0 and at most 36500 days".formatted(name, text(value)));
    }
    return value;
  }

  static Duration positive(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isZero() || value.isNegative() || value.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          "%s is %s, expected more than 0 and at most 36500 days".formatted(name, text(value)));
    }
    return value;
  }

  /** A time as 1 h 2 min 3.5 s or 250 ms. */
  static String text(Duration time) {
    Duration second = Duration.ofSeconds(1);
    boolean small = !time.isZero() && time.compareTo(second) < 0 && time.plus(second).isPositive();
    return small
        ? BigDecimal.valueOf(time.toNanos(), 6).stripTrailingZeros().toPlainString() + " ms"
        : time.toString()
            .substring(2)
            .replaceAll("([HMS])", " $1 ")
            .strip()
            .replace("H", "h")
            .replace("M", "min")
            .replace("S", "s");
  }

  /** A token's value is never part of the message. */
  static String token(String value) {
    Objects.requireNonNull(value, "token");
    if (value.isBlank()) {
      throw new IllegalArgumentException("the token is blank, expected one with characters in it");
    }
    return value;
  }

  /** Parses seconds or, with that unit, milliseconds, with a fraction if need be. */
  static Duration seconds(String name, String text) {
    boolean millis = text.endsWith("ms");
    String number = millis ? text.substring(0, text.length() - 2) : text;
    try {
      int digits = millis ? 6 : 9;
      return Duration.ofNanos(new BigDecimal(number).movePointRight(digits).longValueExact());
    } catch (ArithmeticException | NumberFormatException malformed) {
      throw new IllegalArgumentException(
          "%s is \"%s\", expected seconds such as 5 or 0.2, or 200ms".formatted(name, text),
          malformed);
    }
  }

  static int integer(String name, String text) {
    return parsed(name, text, Integer::parseInt);
  }

  static long wholeNumber(String name, String text) {
    return parsed(name, text, Long::parseLong);
  }

  private static <T> T parsed(String name, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (NumberFormatException malformed) {
      throw new IllegalArgumentException(
          "%s is \"%s\", expected a whole number".formatted(name, text), malformed);
    }
  }
}
