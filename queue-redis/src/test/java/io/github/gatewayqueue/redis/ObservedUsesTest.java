package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObservedUsesTest {
  private static final long INTERVAL = 100;
  private static final long START_DELAY = 30;

  private final ObservedUses heard = new ObservedUses(INTERVAL, START_DELAY);

  ObservedUsesTest() {
    heard.begin(1000);
  }

  @Test
  void firstUse_waitsForTheStartDelay() {
    assertEquals(1030, heard.notBeforeNanos(0));
  }

  @Test
  void nextUse_waitsForAnIntervalFromWhenTheOneBeforeWasHeardOfFirst() {
    heard.hear(0, 77, 2000);
    heard.hear(0, 77, 2050);
    assertEquals(2100, heard.notBeforeNanos(0));
    assertEquals(1030, heard.notBeforeNanos(1));
    heard.hear(0, 78, 2090);
    assertEquals(2190, heard.notBeforeNanos(0));
  }

  /** An answer tells of it first, and then a notification that says how long ago it was. */
  @Test
  void hear_whenTheUseWas_countsFromThere() {
    heard.hear(0, 77, 2000);
    heard.hear(0, 77, 1970);
    assertEquals(2070, heard.notBeforeNanos(0));
  }

  @Test
  void hear_useBeforeTheLast_changesNothing() {
    heard.hear(0, 77, 2000);
    heard.hear(0, 76, 2050);
    heard.hear(0, 0, 2050);
    assertEquals(2100, heard.notBeforeNanos(0));
  }

  /** Whatever the start delay is: the store has forgotten those uses, and this process has not. */
  @ParameterizedTest
  @CsvSource({
    "2060, 2150", // soon after the last use of any bucket: an interval after that
    "3000, 3030"
  })
  void begin_afterUses_waitsForTheStartDelayAndTheInterval(long moment, long notBefore) {
    heard.hear(0, 77, 2000);
    heard.hear(4, 78, 2050);
    heard.begin(moment);
    assertEquals(notBefore, heard.notBeforeNanos(0));
  }

  @Test
  void forget_keepsWhenTheStoreWasCold() {
    heard.hear(0, 77, 2000);
    heard.forget();
    assertEquals(1030, heard.notBeforeNanos(0));
  }
}
