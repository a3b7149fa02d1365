package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class HeardTest {
  private static final long INTERVAL = 100;
  private static final long START_DELAY = 30;

  private final Heard heard = new Heard(INTERVAL, START_DELAY);

  HeardTest() {
    heard.begin(1000);
  }

  @Test
  void firstRelease_waitsForTheStartDelay() {
    assertEquals(1030, heard.notBeforeNanos(0));
    assertEquals(1030, heard.usableFromNanos(0, 1, 1010));
  }

  @Test
  void nextRelease_waitsForAnIntervalFromWhenTheOneBeforeWasHeardOf() {
    heard.hear(0, 1, 2000);
    heard.hear(0, 1, 2050);
    assertEquals(2100, heard.notBeforeNanos(0));
    assertEquals(2100, heard.usableFromNanos(0, 2, 2090));
    assertEquals(2190, heard.notBeforeNanos(0));
  }

  @Test
  void releaseBehindOneNeverHeardOf_waitsForAnIntervalFromNow() {
    heard.hear(0, 1, 2000);
    assertEquals(5100, heard.usableFromNanos(0, 3, 5000));
    assertEquals(6100, heard.usableFromNanos(1, 7, 6000));
  }

  @Test
  void releaseHeardOfBeforeItsAnswer_goesByTheOneBefore() {
    heard.hear(0, 1, 2000);
    heard.hear(0, 2, 2150);
    assertEquals(2100, heard.usableFromNanos(0, 2, 2160));
  }

  @Test
  void releaseThatIsNotTheLastAnyMore_waitsForAnIntervalFromNow() {
    heard.hear(0, 2, 2000);
    assertEquals(3100, heard.usableFromNanos(0, 1, 3000));
    assertEquals(3100, heard.usableFromNanos(0, 0, 3000));
  }

  @Test
  void hearAll_knownNumbers_changeNothing() {
    heard.hear(3, 5, 2000);
    heard.hearAll(List.of(3L, 5L, 4L, 1L), 2500);
    assertEquals(2100, heard.notBeforeNanos(3));
    assertEquals(2600, heard.notBeforeNanos(4));
  }

  @Test
  void begin_forgetsTheNumbers() {
    heard.hear(0, 5, 2000);
    heard.begin(3000);
    assertEquals(3030, heard.usableFromNanos(0, 1, 3001));
  }

  /**
   * Whatever the start delay is: the store has forgotten that release, and this process has not.
   */
  @Test
  void begin_soonAfterARelease_waitsForTheInterval() {
    heard.hear(3, 5, 2000);
    heard.hear(4, 1, 2050);
    heard.begin(2060);
    assertEquals(2150, heard.usableFromNanos(0, 1, 2061));
  }

  @Test
  void forget_keepsWhenTheStoreWasCold() {
    heard.hear(0, 5, 2000);
    heard.forget();
    assertEquals(1030, heard.notBeforeNanos(0));
  }
}
