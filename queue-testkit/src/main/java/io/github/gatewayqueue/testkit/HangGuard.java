package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.internal.DurationText;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Ends a wait that would last for ever, counted from its creation. It is not a limit on speed: it
 * is so long that only a wait that nothing will end reaches it. Each wait has its own; a test as a
 * whole has none.
 *
 * <p>Awaitility could poll, but it has no module name, and a published module cannot depend on one
 * that is derived from a file's name.
 */
final class HangGuard {
  private static final long POLL_NANOS = 20_000;

  private final Duration duration;
  private final long startNanos = System.nanoTime();

  HangGuard(Duration duration) {
    this.duration = duration;
  }

  /** Polls until the condition holds. */
  void await(String expectation, BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      check(expectation);
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Returns whether the wait has become hopeless. */
  boolean isOver() {
    return System.nanoTime() - startNanos > duration.toNanos();
  }

  /** Fails if the wait for the expectation has become hopeless. */
  void check(String expectation) {
    if (isOver()) {
      throw new AssertionError(
          "waited " + DurationText.exact(duration) + " in vain: " + expectation);
    }
  }
}
