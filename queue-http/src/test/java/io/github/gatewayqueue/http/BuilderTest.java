package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuilderTest {
  private static final URI BROKER = URI.create("http://127.0.0.1:8080");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ftp://host           | broker URL has scheme "ftp", expected http or https
          //host               | broker URL has scheme "", expected http or https
          mailto:a@host        | broker URL has scheme "mailto", expected http or https
          http:///path         | broker URL has no proper host, expected letters, digits, '-' and '.' or an address
          http://a_b           | broker URL has no proper host, expected letters, digits, '-' and '.' or an address
          http://host:0        | broker URL has port 0, expected 1 to 65535
          http://host:65536    | broker URL has port 65536, expected 1 to 65535
          http://me:pass@host  | broker URL has user info, expected none
          http://host?shard=1  | broker URL has a query, expected none
          http://host/#top     | broker URL has a fragment, expected none
          """)
  void of_badUrl_isRefusedByName(URI url, String message) {
    var thrown = assertThrows(IllegalArgumentException.class, () -> HttpQueue.of(url));
    assertEquals(message, thrown.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "http://host, HttpQueue[http://host/; waiting=0]",
    "HTTPS://host:1/a/b, HttpQueue[HTTPS://host:1/a/b/; waiting=0]",
    "http://[::1]:8080/, HttpQueue[http://[::1]:8080/; waiting=0]"
  })
  void of_properUrl_isTaken(URI url, String expected) {
    try (var queue = HttpQueue.of(url)) {
      assertEquals(expected.replace(';', ','), queue.toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PT0S   | PT1S | first backoff is 0 s, expected more than zero and at most a day
          PT-1S  | PT1S | first backoff is -1 s, expected more than zero and at most a day
          PT1S   | PT0S | most backoff is 0 s, expected more than zero and at most a day
          PT1S   | P2D  | most backoff is 2 d, expected more than zero and at most a day
          PT2S   | PT1S | first backoff is 2 s, expected no more than the most of 1 s
          """)
  void backoff_bad_isRefusedByName(Duration first, Duration most, String message) {
    var builder = HttpQueue.builder(BROKER);
    var thrown = assertThrows(IllegalArgumentException.class, () -> builder.backoff(first, most));
    assertEquals(message, thrown.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"PT0S, 0 s", "PT-1S, -1 s", "P110000D, 110000 d"})
  void margin_bad_isRefusedByName(Duration margin, String text) {
    var builder = HttpQueue.builder(BROKER);
    var thrown = assertThrows(IllegalArgumentException.class, () -> builder.margin(margin));
    assertEquals(
        "margin is " + text + ", expected more than zero and at most 292 years",
        thrown.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"PT0S, 0 s", "PT-1S, -1 s", "P110000D, 110000 d"})
  void holdTimeout_bad_isRefusedByName(Duration holdTimeout, String text) {
    var builder = HttpQueue.builder(BROKER);
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> builder.holdTimeout(holdTimeout));
    assertEquals(
        "holdTimeout is " + text + ", expected more than zero and at most 292 years",
        thrown.getMessage());
  }

  @Test
  void token_bad_isRefusedWithoutRepeatingIt() {
    var builder = HttpQueue.builder(BROKER);
    for (String token : new String[] {"", "k9Xh2\n", "k9 Xh2", "k9Xhä"}) {
      var thrown = assertThrows(IllegalArgumentException.class, () -> builder.token(token));
      assertFalse(String.valueOf(thrown.getMessage()).contains("k9"));
      if (token.isEmpty()) {
        assertEquals("token is empty, expected the broker's", thrown.getMessage());
      }
    }
  }

  @Test
  void httpClient_thatFollowsRedirects_isRefused() {
    try (var client = HttpClient.newBuilder().followRedirects(Redirect.NORMAL).build()) {
      var builder = HttpQueue.builder(BROKER);
      assertThrows(IllegalArgumentException.class, () -> builder.httpClient(client));
    }
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void anything_null_isRefused() {
    var builder = HttpQueue.builder(BROKER);
    assertThrows(NullPointerException.class, () -> HttpQueue.of(null));
    assertThrows(NullPointerException.class, () -> builder.httpClient(null));
    assertThrows(NullPointerException.class, () -> builder.margin(null));
    assertThrows(NullPointerException.class, () -> builder.holdTimeout(null));
    assertThrows(NullPointerException.class, () -> builder.backoff(null, Duration.ofDays(1)));
    assertThrows(NullPointerException.class, () -> builder.backoff(Duration.ofSeconds(1), null));
    assertThrows(NullPointerException.class, () -> builder.protocol(null));
  }
}
