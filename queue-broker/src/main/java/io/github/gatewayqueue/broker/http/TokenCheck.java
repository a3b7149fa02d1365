package io.github.gatewayqueue.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Checks the token of a client, if the broker requires one. */
final class TokenCheck {
  private static final String BEARER = "Bearer ";
  private static final String BASIC = "Basic ";

  private final byte @Nullable [] token;

  TokenCheck(@Nullable String token) {
    this.token = token == null ? null : token.getBytes(UTF_8);
  }

  /**
   * Returns whether a client is let in.
   *
   * @param authorization its header Authorization
   * @param basic whether the token may come as the password of HTTP Basic, too
   */
  boolean admits(@Nullable String authorization, boolean basic) {
    if (token == null) {
      return true;
    }
    if (authorization == null) {
      return false;
    }
    if (startsWith(authorization, BEARER)) {
      return matches(authorization.substring(BEARER.length()).strip().getBytes(UTF_8));
    }
    return basic
        && startsWith(authorization, BASIC)
        && matches(password(authorization.substring(BASIC.length()).strip()));
  }

  private static boolean startsWith(String text, String scheme) {
    return text.regionMatches(true, 0, scheme, 0, scheme.length());
  }

  private static byte[] password(String credentials) {
    try {
      String decoded = new String(Base64.getDecoder().decode(credentials), UTF_8);
      return decoded.substring(decoded.indexOf(':') + 1).getBytes(UTF_8);
    } catch (IllegalArgumentException e) { // no Base64
      return new byte[0];
    }
  }

  /** Takes as long for a token that is nearly right as for one that is all wrong. */
  private boolean matches(byte[] shown) {
    return MessageDigest.isEqual(shown, token);
  }
}
