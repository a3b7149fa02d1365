package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SilenceTimerTest {
  private static final Duration MAX = Duration.ofNanos(15);

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 7, Long.MIN_VALUE})
  void waitNanos_nothingIsHeard_lastsForAsLongAsItMay(long startNanos) {
    var silence = new SilenceTimer(MAX, startNanos);
    long nowNanos = startNanos;
    for (long nanos; (nanos = silence.waitNanos(nowNanos)) > 0; ) {
      nowNanos += nanos;
    }
    assertEquals(MAX.toNanos(), nowNanos - startNanos);
  }

  /** Such as a server that sends, but nothing that makes sense. */
  @Test
  void waitNanos_lookedAtAllTheTime_lastsForAsLongAsItMay() {
    var silence = new SilenceTimer(MAX, 0);
    for (long nowNanos = 0; nowNanos < MAX.toNanos(); nowNanos++) {
      assertTrue(silence.waitNanos(nowNanos) > 0);
    }
    assertEquals(0, silence.waitNanos(MAX.toNanos()));
  }

  /** The broker speaks every third of it. */
  @ParameterizedTest
  @ValueSource(longs = {6, 60, 1_000_000_000})
  void waitNanos_afterAStandStill_thereIsTimeToHearWhatWasSent(long frozenNanos) {
    var silence = new SilenceTimer(MAX, 0);
    assertEquals(5, silence.waitNanos(0));
    assertEquals(5, silence.waitNanos(5)); // and it just missed what comes now
    assertEquals(5, silence.waitNanos(5 + frozenNanos));
    silence.isBroken(5 + frozenNanos);
    assertEquals(5, silence.waitNanos(5 + frozenNanos));
  }

  @Test
  void waitNanos_itIsBroken_beginsAnew() {
    var silence = new SilenceTimer(MAX, 0);
    assertEquals(5, silence.waitNanos(5));
    assertEquals(5, silence.waitNanos(10));
    silence.isBroken(14);
    for (long nowNanos = 14; nowNanos < 29; nowNanos += 5) {
      assertEquals(5, silence.waitNanos(nowNanos));
    }
    assertEquals(0, silence.waitNanos(29));
  }
}
