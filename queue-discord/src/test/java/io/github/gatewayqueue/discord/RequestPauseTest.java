package io.github.gatewayqueue.discord;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Two calls may be under way at once, and their answers come in any order. */
class RequestPauseTest {
  private static final long T0 = Long.MAX_VALUE - 7; // moments may overflow
  private static final Duration BAN = Duration.ofSeconds(82_721);

  private final RequestPause pause = new RequestPause();

  private void limited(Duration asked, long nowNanos) {
    var unused = pause.limited(429, "answered 429", asked, nowNanos);
  }

  private void assertLeft(Duration left, long nowNanos) {
    var thrown =
        assertThrows(SessionStartLimitUnavailableException.class, () -> pause.check(nowNanos));
    assertEquals(left, thrown.retryAfter());
  }

  @Test
  void limited_shorterAfterLonger_theLongerIsKept() {
    limited(BAN, T0);
    limited(Duration.ofSeconds(1), T0 + 1);
    assertLeft(BAN.minusNanos(2), T0 + 2);
  }

  @Test
  void limited_longerAfterShorter_isKept() {
    limited(Duration.ofSeconds(1), T0);
    limited(BAN, T0);
    assertLeft(BAN, T0);
  }

  @Test
  void answered_askedBeforeThePause_doesNotEndIt() {
    limited(BAN, T0 + 5);
    pause.answered(T0);
    assertLeft(BAN, T0 + 5);
    pause.answered(T0 + 5);
    assertDoesNotThrow(() -> pause.check(T0 + 5));
  }
}
