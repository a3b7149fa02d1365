package io.github.gatewayqueue.discord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitWaitTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      textBlock =
          """
          2     | -                                            | PT2S
          0     | -                                            | PT0S
          0.25  | -                                            | PT0.25S
          1e-10 | -                                            | PT0.000000001S
          -     | {"retry_after": 1.5}                         | PT1.5S
          -     | {"message": "x", "retry_after": 3, "global": true} | PT3S
          -     | {"errors": {"retry_after": 9}, "retry_after": 3}   | PT3S
          2     | {"retry_after": 1.5}                         | PT2S
          1     | {"retry_after": 1.5}                         | PT1.5S
          1     | {"retry_after": -1.5}                        | PT1S
          -1    | {"retry_after": 1.5}                         | PT1.5S
          -     | {"retry_after": "1.5"}                       | PT1.5S
          -     | {"retry_after": null}                        | -
          -     | {"retry_after": -3}                          | -
          -     | {"retry_after": 3                            | PT3S
          -     | {"retry_after": true}                        | -
          2814, 2 | -                                          | PT46M54S
          2,2814  | {"retry_after": 1}                         | PT46M54S
          82721 | {"message": "x", "retry_after": 82721.5}     | PT22H58M41.5S
          -     | {"retry_after":                              | -
          -     | ["retry_after", 3]                           | -
          -     | 3                                            | -
          -     | <html><h1>Error 1015: rate limited</h1>      | -
          2     | <html><h1>Error 1015: rate limited</h1>      | PT2S
          -     | -                                            | -
          ``    | -                                            | -
          -1    | -                                            | -
          NaN   | -                                            | -
          soon  | -                                            | -
          Wed, 21 Oct 2020 07:28:00 GMT | -                    | -
          Wed, 31 Oct 2020 07:28:00 GMT | -                    | -
          1e300 | -                                            | PT168H
          Infinity | -                                         | -
          1764460000 | -                                       | PT168H
          """)
  void of_headerAndBody_takesTheLongerThatMakesSense(String header, String body, Duration wait) {
    var headers =
        header == null ? Map.<String, List<String>>of() : Map.of("retry-after", List.of(header));
    byte[] bytes = (body == null ? "" : body).getBytes(StandardCharsets.UTF_8);
    assertEquals(wait, RateLimitWait.of(HttpHeaders.of(headers, (name, value) -> true), bytes));
  }

  @Test
  void of_randomDamage_isATimeUpToAWeekOrNothing() {
    List<String> whole =
        List.of(
            "2814, 2", "82721", "0.25", "1e300", "-1", "Wed, 21 Oct 2020 07:28:00 GMT", "", "NaN");
    int understood = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      var random = new SplittableRandom(seed);
      Map<String, List<String>> headers =
          Map.of(
              "retry-after", List.of(damaged(whole, random), damaged(whole, random)),
              "x-ratelimit-reset-after", List.of(damaged(whole, random)),
              "date", List.of(damaged(whole, random)));
      String body = "{\"retry_after\": " + damaged(whole, random) + "}";
      Duration wait =
          RateLimitWait.of(
              HttpHeaders.of(headers, (name, value) -> true),
              body.getBytes(StandardCharsets.ISO_8859_1));
      if (wait != null) {
        understood++;
        assertFalse(wait.isNegative(), "seed " + seed);
        assertTrue(wait.compareTo(RateLimitWait.LONGEST) <= 0, "seed " + seed);
      }
    }
    assertTrue(understood > 1000, "understood " + understood);
  }

  private static String damaged(List<String> whole, SplittableRandom random) {
    StringBuilder text = new StringBuilder(whole.get(random.nextInt(whole.size())));
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(text.length() + 1);
      text.insert(at, (char) random.nextInt(random.nextBoolean() ? 128 : 256));
      if (random.nextBoolean()) {
        text.deleteCharAt(random.nextInt(text.length()));
      }
    }
    return text.toString();
  }

  @Test
  void of_date_isCountedFromTheDateOfTheAnswer() {
    var headers =
        HttpHeaders.of(
            Map.of(
                "Retry-After", List.of("Wed, 21 Oct 2015 07:28:00 GMT"),
                "Date", List.of("Wed, 21 Oct 2015 07:26:30 GMT")),
            (name, value) -> true);
    assertEquals(Duration.ofSeconds(90), RateLimitWait.of(headers, new byte[0]));
  }

  @Test
  void of_resetAfter_isAsGoodAsTheOthers() {
    var headers =
        HttpHeaders.of(
            Map.of("X-RateLimit-Reset-After", List.of("64.57"), "Retry-After", List.of("2")),
            (name, value) -> true);
    assertEquals(Duration.ofMillis(64_570), RateLimitWait.of(headers, new byte[0]));
  }

  @Test
  void ofHeader_otherThan429_doesNotLookAtTheRateLimit() {
    var headers =
        HttpHeaders.of(Map.of("X-RateLimit-Reset-After", List.of("0.5")), (name, value) -> true);
    assertNull(RateLimitWait.ofHeader(headers));
    headers = HttpHeaders.of(Map.of("Retry-After", List.of("7")), (name, value) -> true);
    assertEquals(Duration.ofSeconds(7), RateLimitWait.ofHeader(headers));
  }

  @Test
  void of_twoHeaders_takesTheLonger() {
    var headers = HttpHeaders.of(Map.of("Retry-After", List.of("1", "7")), (name, value) -> true);
    assertEquals(Duration.ofSeconds(7), RateLimitWait.of(headers, new byte[0]));
  }
}
