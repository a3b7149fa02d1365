package io.github.gatewayqueue.internal;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HexFormat;

/** Refuses arguments, naming the value and what was expected. */
public final class Require {
  private static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

  private Require() {}

  /**
   * Returns a duration that is positive.
   *
   * @param name the argument's name
   * @param value the duration
   * @return the same
   * @throws IllegalArgumentException if it is not from 1 ns to {@link Long#MAX_VALUE} ns
   */
  public static Duration positive(String name, Duration value) {
    return inRange(name, value, Duration.ofNanos(1), MAX, "more than zero and at most 292 years");
  }

  /**
   * Returns a duration that is not negative.
   *
   * @param name the argument's name
   * @param value the duration
   * @return the same
   * @throws IllegalArgumentException if it is not from zero to {@link Long#MAX_VALUE} ns
   */
  public static Duration notNegative(String name, Duration value) {
    return inRange(name, value, Duration.ZERO, MAX, "zero to 292 years");
  }

  /**
   * Returns a duration that lies between two others, or is one of them.
   *
   * @param name the argument's name
   * @param value the duration
   * @param least the shortest
   * @param most the longest
   * @return the same
   * @throws IllegalArgumentException if it is shorter or longer
   */
  public static Duration inRange(String name, Duration value, Duration least, Duration most) {
    String expected = DurationText.exact(least) + " to " + DurationText.exact(most);
    return inRange(name, value, least, most, expected);
  }

  private static Duration inRange(
      String name, Duration value, Duration least, Duration most, String expected) {
    requireNonNull(value, name);
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          name + " is " + DurationText.exact(value) + ", expected " + expected);
    }
    return value;
  }

  /**
   * Returns how many session starts are never used.
   *
   * @param reserve the number
   * @return the same
   * @throws IllegalArgumentException if it is negative
   */
  public static int reserve(int reserve) {
    if (reserve < 0) {
      throw new IllegalArgumentException("reserve is " + reserve + ", expected at least 0");
    }
    return reserve;
  }

  /**
   * Refuses a token with a character that no token has, such as a line end left over from a file.
   *
   * @param token the token, which no message repeats
   * @param from where it begins
   * @throws IllegalArgumentException if there is such a character
   */
  public static void visibleAscii(String token, int from) {
    for (int i = from; i < token.length(); i++) {
      char character = token.charAt(i);
      if (character <= ' ' || character > '~') {
        throw new IllegalArgumentException(
            "token has U+%s at index %s, expected visible ASCII only"
                .formatted(HexFormat.of().withUpperCase().toHexDigits(character), i));
      }
    }
  }
}
