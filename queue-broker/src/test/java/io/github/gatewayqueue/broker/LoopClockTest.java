package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoopClockTest {
  private static final long BEGIN = Long.MAX_VALUE - 5; // System.nanoTime() may overflow

  private final LoopClock clock = new LoopClock(BEGIN);

  @Test
  void isPast_tickByTick_notBeforeTheDuration() {
    long deadline = clock.nanosAfter(Duration.ofSeconds(10));
    for (int second = 1; second <= 10; second++) {
      tickAt(second);
      assertFalse(clock.isPast(deadline), "after " + second + " s");
    }
    tickAt(11);
    assertTrue(clock.isPast(deadline));
  }

  @Test
  void isPast_loopHeldUp_goesOnWhereItWas() {
    tickAt(1);
    long deadline = clock.nanosAfter(Duration.ofSeconds(10));
    tickAt(61); // two seconds of a minute
    tickAt(62);
    tickAt(69);
    assertFalse(clock.isPast(deadline));
  }

  private void tickAt(long second) {
    clock.tick(BEGIN + Duration.ofSeconds(second).toNanos());
  }
}
