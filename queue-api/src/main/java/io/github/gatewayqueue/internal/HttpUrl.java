package io.github.gatewayqueue.internal;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks the URL of a server. The messages repeat only parts that hold no secrets. */
public final class HttpUrl {
  private static final int MAX_PORT = 65_535;

  private HttpUrl() {}

  /**
   * Returns a URL without the slashes at its end.
   *
   * @param name what the URL is called in a message
   * @param url the URL
   * @return its text
   * @throws IllegalArgumentException if a path cannot simply be appended to it
   */
  public static String checked(String name, URI url) {
    String scheme = Objects.requireNonNullElse(url.getScheme(), "").toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException(
          name + " has scheme \"" + scheme + "\", expected http or https");
    }
    if (url.getHost() == null) {
      throw new IllegalArgumentException(
          name + " has no proper host, expected letters, digits, '-' and '.' or an address");
    }
    if (url.getPort() == 0 || url.getPort() > MAX_PORT) {
      throw new IllegalArgumentException(
          name + " has port " + url.getPort() + ", expected 1 to " + MAX_PORT);
    }
    requireNone(name, "user info", url.getRawUserInfo());
    requireNone(name, "a query", url.getRawQuery());
    requireNone(name, "a fragment", url.getRawFragment());
    return url.toString().replaceFirst("/+$", "");
  }

  private static void requireNone(String name, String part, @Nullable String found) {
    if (found != null) {
      throw new IllegalArgumentException(name + " has " + part + ", expected none");
    }
  }
}
