package io.github.gatewayqueue.broker;

import java.time.Duration;

/**
 * Time as an event loop lives through it: it stands still while the loop is held up. Advances with
 * each tick, by no more than the tick should have taken and as much again. Used by one thread.
 */
final class LoopClock {
  /** From one tick to the next, if the loop is not held up. */
  static final Duration TICK = Duration.ofSeconds(1);

  private long tickedNanos;
  private long nanos;

  LoopClock(long nowNanos) {
    tickedNanos = nowNanos;
  }

  void tick(long nowNanos) {
    nanos += Math.min(nowNanos - tickedNanos, TICK.multipliedBy(2).toNanos());
    tickedNanos = nowNanos;
  }

  /** Returns a moment that is so far away, or up to a tick more. */
  long nanosAfter(Duration duration) {
    return nanos + TICK.plus(duration).toNanos();
  }

  boolean isPast(long moment) {
    return nanos >= moment;
  }
}
