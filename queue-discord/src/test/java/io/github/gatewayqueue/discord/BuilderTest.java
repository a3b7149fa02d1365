package io.github.gatewayqueue.discord;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuilderTest {

  @Test
  void build_defaults_askDiscord() {
    assertEquals(
        "DiscordSessionStartLimitSource[https://discord.com/api/v10]",
        builder().build().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n", "Bot ", "Bot  ", "Bot \t"})
  void builder_blankToken_isRefused(String token) {
    assertEquals(
        "token is blank, expected a bot's token",
        refusal(() -> DiscordSessionStartLimitSource.builder(token)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          '%s\n'      | 43 | U+000A
          '%s\r\n'    | 43 | U+000D
          '%s '       | 43 | U+0020
          ' %s'       |  0 | U+0020
          'Bot %s\n'  | 47 | U+000A
          'Bot  %s'   |  4 | U+0020
          'bot %s'    |  3 | U+0020
          'Bearer %s' |  6 | U+0020
          'Bot Bot %s'|  7 | U+0020
          '%s\0'      | 43 | U+0000
          '%s\u007f'  | 43 | U+007F
          '%s\u00e9'  | 43 | U+00E9
          '%s\u2026'  | 43 | U+2026
          '%s\r\nX: y'| 43 | U+000D
          """)
  void builder_tokenUnfitForAHeader_isRefusedWithoutRepeatingIt(
      String form, int index, String character) {
    assertEquals(43, Calls.TOKEN.length());
    String token = form.formatted(Calls.TOKEN);
    assertEquals(
        "token has " + character + " at index " + index + ", expected visible ASCII only",
        refusal(() -> DiscordSessionStartLimitSource.builder(token)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://localhost                 | http://localhost
          http://localhost/                | http://localhost
          HTTPS://Discord.example/api/v9// | HTTPS://Discord.example/api/v9
          http://[::1]:8080/api            | http://[::1]:8080/api
          http://10.0.0.7:65535/a%20b      | http://10.0.0.7:65535/a%20b
          """)
  void baseUrl_httpOrHttps_isShownWithoutTheSlash(String url, String shown) {
    assertEquals(
        "DiscordSessionStartLimitSource[" + shown + "]",
        builder().baseUrl(URI.create(url)).build().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ftp://discord.com/api              | base URL has scheme "ftp", expected http or https
          wss://discord.com/api              | base URL has scheme "wss", expected http or https
          localhost:8080                     | base URL has scheme "localhost", expected http or https
          discord.com/api                    | base URL has scheme "", expected http or https
          //discord.com/api                  | base URL has scheme "", expected http or https
          ``                                 | base URL has scheme "", expected http or https
          https:/api/v10                     | base URL has no proper host, expected letters, digits, '-' and '.' or an address
          https:api                          | base URL has no proper host, expected letters, digits, '-' and '.' or an address
          http:///api                        | base URL has no proper host, expected letters, digits, '-' and '.' or an address
          http://discord_proxy:80            | base URL has no proper host, expected letters, digits, '-' and '.' or an address
          http://localhost:0                 | base URL has port 0, expected 1 to 65535
          http://localhost:65536             | base URL has port 65536, expected 1 to 65535
          http://%s@localhost/api            | base URL has user info, expected none
          http://bot:%s@localhost/api        | base URL has user info, expected none
          http://localhost/api?token=%s      | base URL has a query, expected none
          http://localhost/api?              | base URL has a query, expected none
          http://localhost/api#%s            | base URL has a fragment, expected none
          """)
  void baseUrl_thatCanNotBeOne_isRefused(String url, String message) {
    URI bad = URI.create(url.replace("%s", Calls.TOKEN));
    assertEquals(message, refusal(() -> builder().baseUrl(bad)));
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT-0.000000001S, -1 ns",
    "PT2562047H47M16.854775808S, 106751 d 23 h 47 min 16.854775808 s"
  })
  void timeouts_notAboveZeroOrOverflowing_areRefused(Duration timeout, String text) {
    String rest = " is " + text + ", expected more than zero and at most 292 years";
    assertEquals("connect timeout" + rest, refusal(() -> builder().connectTimeout(timeout)));
    assertEquals("request timeout" + rest, refusal(() -> builder().requestTimeout(timeout)));
  }

  @ParameterizedTest
  @EnumSource(names = {"ALWAYS", "NORMAL"})
  void httpClient_thatFollowsRedirects_isRefused(Redirect redirect) {
    try (var client = HttpClient.newBuilder().followRedirects(redirect).build()) {
      assertEquals(
          "the HTTP client follows redirects ("
              + redirect
              + "), expected NEVER, as the token must not go elsewhere",
          refusal(() -> builder().httpClient(client)));
    }
  }

  @Test
  void build_clientAndConnectTimeout_isRefused() {
    try (var client = HttpClient.newHttpClient()) {
      var both = builder().connectTimeout(Duration.ofSeconds(1)).httpClient(client);
      assertEquals(
          "both an HTTP client and a connect timeout of 1 s were set, expected one:"
              + " set the timeout on the client",
          assertThrows(IllegalStateException.class, both::build).getMessage());
    }
  }

  @Test
  void toString_ofBuilderAndSource_doesNotShowTheToken() {
    for (Object shown : List.of(builder(), builder().build())) {
      assertFalse(shown.toString().contains(Calls.TOKEN));
    }
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void anything_null_isRefusedByName() {
    requireNullRefused(
        "token is null, expected a bot's token: is its variable set?",
        () -> DiscordSessionStartLimitSource.builder(null));
    requireNullRefused("baseUrl", () -> builder().baseUrl(null));
    requireNullRefused("timeout", () -> builder().connectTimeout(null));
    requireNullRefused("timeout", () -> builder().requestTimeout(null));
    requireNullRefused("client", () -> builder().httpClient(null));
  }

  private static void requireNullRefused(String message, Executable call) {
    assertEquals(message, assertThrows(NullPointerException.class, call).getMessage());
  }

  private static DiscordSessionStartLimitSource.Builder builder() {
    return DiscordSessionStartLimitSource.builder(Calls.TOKEN);
  }

  private static String refusal(Executable call) {
    var thrown = assertThrows(IllegalArgumentException.class, call);
    assertFalse(Calls.trace(thrown).contains(Calls.TOKEN), "the token is in the exception");
    return String.valueOf(thrown.getMessage());
  }
}
