package io.github.gatewayqueue.broker.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCheckTest {
  private static final TokenCheck ACCESS = new TokenCheck("s3cret");

  @Test
  void admits_noTokenAskedFor_everybody() {
    assertTrue(new TokenCheck(null).admits(null, false));
    assertTrue(new TokenCheck(null).admits("Bearer other", false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer s3cret", "bearer s3cret", "BEARER  s3cret "})
  void admits_theToken_inAnyCaseOfTheScheme(String authorization) {
    assertTrue(ACCESS.admits(authorization, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "s3cret", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3crett", "Basic !!"})
  void admits_anythingElse_nobody(String authorization) {
    assertFalse(ACCESS.admits(authorization, false));
    assertFalse(ACCESS.admits(authorization, true));
    assertFalse(ACCESS.admits(null, true));
  }

  @Test
  void admits_asAPassword_onlyWhereThatIsAllowed() {
    String right = basic("anybody:s3cret");
    assertTrue(ACCESS.admits(right, true));
    assertFalse(ACCESS.admits(right, false));
    assertFalse(ACCESS.admits(basic("s3cret:other"), true));
  }

  private static String basic(String credentials) {
    return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
  }
}
