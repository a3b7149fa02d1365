package io.github.gatewayqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionStartLimitTest {

  @Test
  void constructor_limitsOfEveryRange_areAccepted() {
    var none = new SessionStartLimit(0, 0, Duration.ZERO, 1);
    assertEquals(0, none.total());
    var most =
        new SessionStartLimit(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Duration.ofSeconds(Long.MAX_VALUE),
            Integer.MAX_VALUE);
    assertEquals(Integer.MAX_VALUE, most.maxConcurrency());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
            -1 |   0 | PT1H    | 1 | total is -1, expected at least 0
          1000 |  -1 | PT1H    | 1 | remaining is -1, expected 0 to the total of 1000
          1000 |1001 | PT1H    | 1 | remaining is 1001, expected 0 to the total of 1000
          1000 | 999 | PT-0.1S | 1 | resetAfter is -100 ms, expected at least 0
          1000 | 999 | PT1H    | 0 | maxConcurrency is 0, expected at least 1
          """)
  void constructor_limitOutOfRange_isRefusedByName(
      int total, int remaining, Duration resetAfter, int maxConcurrency, String message) {
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> new SessionStartLimit(total, remaining, resetAfter, maxConcurrency));
    assertEquals(message, thrown.getMessage());
  }

  @Test
  void unavailable_negativeTime_isRefusedByName() {
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> new SessionStartLimitUnavailableException("x", Duration.ofMillis(-1500)));
    assertEquals("retryAfter is -1.5 s, expected at least 0", thrown.getMessage());
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void constructors_null_areRefusedByName() {
    var limit = new SessionStartLimit(1, 1, Duration.ZERO, 1);
    requireRefused("resetAfter", () -> new SessionStartLimit(1, 1, null, 1));
    requireRefused(
        "limit", () -> new SessionStartLimitExceededException(null, 1, 1, Instant.EPOCH));
    requireRefused("resetsAt", () -> new SessionStartLimitExceededException(limit, 1, 1, null));
  }

  private static void requireRefused(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
  }

  @Test
  void exceeded_tellsWhatIsLeftAndWhenItResets() {
    var limit = new SessionStartLimit(1000, 1, Duration.ofHours(4), 16);
    var resetsAt = Instant.parse("2026-01-02T03:04:05Z");
    var exceeded = new SessionStartLimitExceededException(limit, 1, 1, resetsAt);
    assertEquals(
        "the session starts are used up: 1 of 1,000 session starts left, 1 of them kept in"
            + " reserve; resets in 4 h",
        exceeded.getMessage());
    assertEquals(limit, exceeded.limit());
    assertEquals(1, exceeded.reserve());
    assertEquals(resetsAt, exceeded.resetsAt());
  }

  @Test
  void exceeded_ofMany_tellsHowManyWereWanted() {
    var limit = new SessionStartLimit(1000, 20, Duration.ofMinutes(1390), 16);
    assertEquals(
        "1,032 session starts are wanted: 20 of 1,000 session starts left, 1 of them kept in"
            + " reserve; resets in 23 h 10 min",
        new SessionStartLimitExceededException(limit, 1, 1032, Instant.EPOCH).getMessage());
    assertEquals(
        "the session starts are used up: 20 of 1,000 session starts left; resets in 23 h 10 min",
        new SessionStartLimitExceededException(limit, 0, 1, Instant.EPOCH).getMessage());
  }

  @Test
  void exceeded_badNumbers_areRefused() {
    var limit = new SessionStartLimit(1000, 20, Duration.ZERO, 16);
    var reserve =
        assertThrows(
            IllegalArgumentException.class,
            () -> new SessionStartLimitExceededException(limit, -1, 1, Instant.EPOCH));
    assertEquals("reserve is -1, expected at least 0", reserve.getMessage());
    var wanted =
        assertThrows(
            IllegalArgumentException.class,
            () -> new SessionStartLimitExceededException(limit, 1, 0, Instant.EPOCH));
    assertEquals("wanted is 0, expected at least 1", wanted.getMessage());
  }

  /** In Egypt the digits are others. */
  @Test
  void exceeded_whateverTheLocale_tellsTheSame() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      var limit = new SessionStartLimit(1000, 1, Duration.ofHours(4), 16);
      var exceeded = new SessionStartLimitExceededException(limit, 1, 1, Instant.EPOCH);
      assertEquals(
          "the session starts are used up: 1 of 1,000 session starts left, 1 of them kept in"
              + " reserve; resets in 4 h",
          exceeded.getMessage());
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void exceeded_survivesSerialization() throws IOException, ClassNotFoundException {
    var limit = new SessionStartLimit(1000, 1, Duration.ofHours(4), 16);
    var exceeded = new SessionStartLimitExceededException(limit, 1, 1, Instant.EPOCH);
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(exceeded);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      var read = (SessionStartLimitExceededException) in.readObject();
      assertEquals(limit, read.limit());
      assertEquals(Instant.EPOCH, read.resetsAt());
    }
  }
}
