package io.github.gatewayqueue.discord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayBotBodyTest {
  private static final SessionStartLimit USUAL =
      new SessionStartLimit(1000, 999, Duration.ofHours(4), 16);

  @ParameterizedTest
  @ValueSource(
      strings = {
        FakeRest.LIMIT,
        // nothing but what is needed, in another order
        """
        {"session_start_limit":{"max_concurrency":16,"reset_after":14400000,"remaining":999,"total":1000}}\
        """,
        // unknown fields, nested, before, within and after, with the known names elsewhere
        """
        {"total": 5, "a": {"session_start_limit": {"total": 1}, "b": [[{}], 1]}, "c": null,
         "session_start_limit": {"x": {"total": 7, "y": [1, {"remaining": 2}]}, "total": 1000,
           "remaining": 999, "z": [], "reset_after": 14400000, "max_concurrency": 16, "n": 1e999},
         "d": true, "e": "\\u00e4", "e": "twice"}
        """
      })
  void limit_bodiesThatHaveAll_isRead(String body) throws IOException {
    assertEquals(USUAL, limit(body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16BE", "UTF-16LE", "UTF-32BE"})
  void limit_encodings_areTold(String charset) throws IOException {
    assertEquals(USUAL, GatewayBotBody.limit(FakeRest.LIMIT.getBytes(Charset.forName(charset))));
  }

  @Test
  void limit_byteOrderMark_isSkipped() throws IOException {
    assertEquals(USUAL, limit("\uFEFF" + FakeRest.LIMIT));
  }

  /** In the order of bytes that UCS-4 has in theory, and nobody ever wrote. */
  @ParameterizedTest
  @ValueSource(strings = {"00 7b 00 00", "00 00 7b 00", "00 00 ff fe", "fe ff 00 00"})
  void limit_noEncodingOfJson_isRefused(String bytes) {
    byte[] body = HexFormat.ofDelimiter(" ").parseHex(bytes);
    var thrown = assertThrows(IOException.class, () -> GatewayBotBody.limit(body));
    assertEquals("the body is in no encoding of JSON", thrown.getMessage());
    assertEquals(Optional.empty(), GatewayBotBody.retryAfter(body));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0, 1", "2147483647, 2147483647, 9223372036854775807, 2147483647"})
  void limit_endsOfTheRanges_areRead(int total, int remaining, long millis, int maxConcurrency)
      throws IOException {
    assertEquals(
        new SessionStartLimit(total, remaining, Duration.ofMillis(millis), maxConcurrency),
        limit(
            """
            {"session_start_limit": {"total": %s, "remaining": %s, "reset_after": %s, "max_concurrency": %s}}
            """
                .formatted(total, remaining, millis, maxConcurrency)));
  }

  @Test
  void limit_moreRemainingThanTotal_isClampedWithAWarning() throws IOException {
    try (var log = new CapturedLog("io.github.gatewayqueue.discord", Level.ALL)) {
      var limit = limit(FakeRest.LIMIT.replace("999", "1001"));
      assertEquals(new SessionStartLimit(1000, 1000, Duration.ofHours(4), 16), limit);
      assertEquals(
          List.of(
              "WARNING: Discord tells of 1001 session starts left of a total of 1000;"
                  + " taken as 1000"),
          log.lines());
    }
  }

  @Test
  void limit_clampedAndTheLogFails_isRead() throws IOException {
    try (var log = new CapturedLog("io.github.gatewayqueue.discord", Level.ALL)) {
      log.failWith(new IllegalStateException("the disk is full"));
      assertEquals(1000, limit(FakeRest.LIMIT.replace("999", "1001")).remaining());
      log.failWith(new StackOverflowError());
      assertEquals(1000, limit(FakeRest.LIMIT.replace("999", "1001")).remaining());
      assertEquals(2, log.lines().size());
    }
  }

  @Test
  void limit_asManyRemainingAsTotal_isNoWarning() throws IOException {
    try (var log = new CapturedLog("io.github.gatewayqueue.discord", Level.ALL)) {
      assertEquals(1000, limit(FakeRest.LIMIT.replace("999", "1000")).remaining());
      assertEquals(List.of(), log.lines());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                | the body is empty
          `   `                             | the body is empty
          null                              | the body is null, expected an object
          []                                | the body is an array, expected an object
          "session_start_limit"             | the body is a string, expected an object
          17                                | the body is a whole number, expected an object
          1.5                               | the body is a number with a fraction, expected an object
          true                              | the body is a boolean, expected an object
          {}                                | session_start_limit is missing
          {"message": "401: Unauthorized"}  | session_start_limit is missing
          [{"session_start_limit": {}}]     | the body is an array, expected an object
          {                                 | the body ends too early
          {"session_start_limit"            | the body ends too early
          {"session_start_limit":           | the body ends too early
          {"session_start_limit": {"total"  | the body ends too early
          {"session_start_limit": {"a": [   | the body ends too early
          {"a": "b                          | the body ends too early
          <html>                            | the body is not proper JSON at line 1, column 2
          {"a": 1,}                         | the body is not proper JSON at line 1, column 10
          {'a': 1}                          | the body is not proper JSON at line 1, column 3
          {"a": NaN}                        | the body is not proper JSON at line 1, column 10
          {"a": 01}                         | the body is not proper JSON at line 1, column 8
          {"a": 1}}                         | session_start_limit is missing
          {"session_start_limit": null}     | session_start_limit is null, expected an object
          {"session_start_limit": []}       | session_start_limit is an array, expected an object
          {"session_start_limit": 1000}     | session_start_limit is a whole number, expected an object
          {"session_start_limit": {}}       | total is missing
          """)
  void limit_malformedBody_saysWhatIsWrong(String body, String message) {
    assertEquals(message, problem(body));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "total": 1000,             | ``                        | total is missing
          "remaining": 999,          | ``                        | remaining is missing
          "reset_after": 14400000,   | ``                        | reset_after is missing
          , "max_concurrency": 16    | ``                        | max_concurrency is missing
          1000                       | -1                        | total is -1, expected a whole number from 0 to 2147483647
          1000                       | 2147483648                | total is 2147483648, expected a whole number from 0 to 2147483647
          1000                       | 9223372036854775808       | total is beyond 64 bits, expected a whole number from 0 to 2147483647
          1000                       | -9223372036854775809      | total is beyond 64 bits, expected a whole number from 0 to 2147483647
          1000                       | "1000"                    | total is a string, expected a whole number from 0 to 2147483647
          1000                       | 1000.0                    | total is a number with a fraction, expected a whole number from 0 to 2147483647
          1000                       | 1e3                       | total is a number with a fraction, expected a whole number from 0 to 2147483647
          1000                       | null                      | total is null, expected a whole number from 0 to 2147483647
          1000                       | true                      | total is a boolean, expected a whole number from 0 to 2147483647
          1000                       | [1000]                    | total is an array, expected a whole number from 0 to 2147483647
          1000                       | {"total": 1000}           | total is an object, expected a whole number from 0 to 2147483647
          999                        | -1                        | remaining is -1, expected a whole number from 0 to 2147483647
          999                        | 4294967296                | remaining is 4294967296, expected a whole number from 0 to 2147483647
          14400000                   | -1                        | reset_after is -1, expected a whole number from 0 to 9223372036854775807
          14400000                   | 9223372036854775808       | reset_after is beyond 64 bits, expected a whole number from 0 to 9223372036854775807
          14400000                   | 14400.5                   | reset_after is a number with a fraction, expected a whole number from 0 to 9223372036854775807
          16                         | 0                         | max_concurrency is 0, expected a whole number from 1 to 2147483647
          16                         | -16                       | max_concurrency is -16, expected a whole number from 1 to 2147483647
          16                         | 2147483648                | max_concurrency is 2147483648, expected a whole number from 1 to 2147483647
          "total": 1000              | "total": 1000, "total": 1000 | total is there twice
          "max_concurrency": 16      | "max_concurrency": 16, "max_concurrency": 1 | max_concurrency is there twice
          }}                         | }, "session_start_limit": {}} | session_start_limit is there twice
          }}                         | }}x                       | the body is not proper JSON at line 2, column 87
          }}                         | }}}                       | the body is not proper JSON at line 2, column 86
          }}                         | }} {}                     | the body goes on after its end
          }}                         | }} 0                      | the body goes on after its end
          }}                         | }                         | the body ends too early
          }}                         | ]}                        | the body is not proper JSON at line 2, column 84
          """)
  void limit_usualBodyWithOneChange_saysWhatIsWrong(String found, String put, String message) {
    assertTrue(FakeRest.LIMIT.contains(found), found);
    assertEquals(message, problem(FakeRest.LIMIT.replace(found, put)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void limit_deepNesting_isRefused(String open) {
    String message = problem("{\"a\": " + open.repeat(10_000));
    assertTrue(message.startsWith("the body is not proper JSON at line 1, column "), message);
  }

  @Test
  void limit_numberOfTenThousandDigits_isRefused() {
    String message = problem(FakeRest.LIMIT.replace("1000", "1".repeat(10_000)));
    assertTrue(message.startsWith("the body is not proper JSON at line "), message);
  }

  @Test
  void limit_cutOffAnywhere_isRefused() {
    String body = FakeRest.LIMIT.strip();
    for (int length = 0; length < body.length(); length++) {
      assertNotNull(problem(body.substring(0, length)));
    }
  }

  @Test
  void limit_randomDamage_isReadOrRefusedAndNothingElse() {
    try (var log = new CapturedLog("io.github.gatewayqueue.discord", Level.ALL)) {
      damageAtRandom();
      assertTrue(log.lines().stream().allMatch(line -> line.contains("; taken as ")));
    }
  }

  private static void damageAtRandom() {
    for (long seed = 0; seed < 20_000; seed++) {
      byte[] body = FakeRest.LIMIT.getBytes(StandardCharsets.UTF_8);
      Random random = new Random(seed);
      for (int i = random.nextInt(4); i >= 0; i--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      try {
        assertNotNull(GatewayBotBody.limit(body));
      } catch (IOException e) {
        assertNotNull(e.getMessage(), "seed " + seed);
      }
      assertNotNull(GatewayBotBody.retryAfter(body), "seed " + seed);
    }
  }

  private static SessionStartLimit limit(String body) throws IOException {
    return GatewayBotBody.limit(body.getBytes(StandardCharsets.UTF_8));
  }

  private static String problem(String body) {
    return String.valueOf(assertThrows(IOException.class, () -> limit(body)).getMessage());
  }
}
