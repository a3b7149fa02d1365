package io.github.gatewayqueue.discord;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a base URL has to look like. The messages repeat only parts that hold no secrets. */
final class BaseUrl {
  private static final int MAX_PORT = 65_535;

  private BaseUrl() {}

  /**
   * Returns a base URL without the slashes at its end.
   *
   * @throws IllegalArgumentException if a path cannot simply be appended to it
   */
  static String checked(URI url) {
    requireScheme(url);
    if (url.getHost() == null) {
      throw new IllegalArgumentException(
          "base URL has no proper host, expected letters, digits, '-' and '.' or an address");
    }
    if (url.getPort() == 0 || url.getPort() > MAX_PORT) {
      throw new IllegalArgumentException(
          "base URL has port " + url.getPort() + ", expected 1 to " + MAX_PORT);
    }
    requireNone("user info", url.getRawUserInfo());
    requireNone("a query", url.getRawQuery());
    requireNone("a fragment", url.getRawFragment());
    return url.toString().replaceFirst("/+$", "");
  }

  private static void requireScheme(URI url) {
    String scheme = Objects.requireNonNullElse(url.getScheme(), "").toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException(
          "base URL has scheme \"" + scheme + "\", expected http or https");
    }
  }

  private static void requireNone(String part, @Nullable String found) {
    if (found != null) {
      throw new IllegalArgumentException("base URL has " + part + ", expected none");
    }
  }
}
