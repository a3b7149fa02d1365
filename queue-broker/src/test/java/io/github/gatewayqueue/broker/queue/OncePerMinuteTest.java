package io.github.gatewayqueue.broker.queue;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OncePerMinuteTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final OncePerMinute warnings = new OncePerMinute();

  /** The clock may begin anywhere, and run over. */
  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MAX_VALUE - 3, Long.MIN_VALUE})
  void isDue_aMinuteAfterTheLast_isAgain(long start) {
    assertTrue(warnings.isDue(start));
    assertFalse(warnings.isDue(start));
    assertFalse(warnings.isDue(start + MINUTE - 1));
    assertTrue(warnings.isDue(start + MINUTE));
    assertFalse(warnings.isDue(start + 2 * MINUTE - 1));
  }

  @Test
  void isDue_neverMind_countsFromTheLastThatWas() {
    assertTrue(warnings.isDue(0));
    for (int second = 1; second < 60; second++) {
      assertFalse(warnings.isDue(second * MINUTE / 60));
    }
    assertTrue(warnings.isDue(MINUTE));
  }
}
