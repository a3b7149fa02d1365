package io.github.gatewayqueue.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.internal.DurationText;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request under way, on a virtual thread of its own. */
final class Request {

  /**
   * How a request ended.
   *
   * @param endNanos when, read by the requesting thread right after the call
   * @param thrown what the call threw, or null if it returned
   * @param interruptSent whether the thread was interrupted before it noted the end
   * @param interruptedStatus the thread's interrupt status when it noted the end
   * @param start what the call returned, if it was one of {@code acquire}
   */
  record Outcome(
      long endNanos,
      @Nullable Throwable thrown,
      boolean interruptSent,
      boolean interruptedStatus,
      @Nullable SessionStart start) {

    boolean returned() {
      return thrown == null;
    }
  }

  private final Thread thread;
  private final String name;
  private final Duration hangGuard;

  private boolean interruptOnEntry;

  // Both written under this object's monitor, so that an interrupt comes either before the end or
  // not at all, and the status at the end tells whether it was kept.
  private boolean interruptSent;
  private volatile @Nullable Outcome outcome;

  /** Asks a queue, by one of its two methods. */
  interface Call {
    @Nullable SessionStart ask(long id, long total) throws InterruptedException;

    static Call request(GatewayQueue queue) {
      return (id, total) -> {
        queue.request(id, total);
        return null;
      };
    }
  }

  /** Creates a request; {@code onEnd} is told on its thread once it has ended. */
  Request(Call call, long id, long total, Duration hangGuard, Consumer<Request> onEnd) {
    this.name = "request(" + id + ", " + total + ")";
    this.hangGuard = hangGuard;
    this.thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(() -> {
              run(call, id, total);
              onEnd.accept(this);
            });
  }

  void start() {
    thread.start();
  }

  /** Starts a request whose thread has its interrupt status set when it calls. */
  void startInterrupted() {
    interruptOnEntry = true;
    thread.start();
  }

  private void run(Call call, long id, long total) {
    try {
      if (interruptOnEntry) {
        interrupt();
      }
      SessionStart start = call.ask(id, total);
      end(System.nanoTime(), null, start);
    } catch (Throwable thrown) { // whatever it is, the test's thread judges it
      end(System.nanoTime(), thrown, null);
    }
  }

  private synchronized void end(
      long endNanos, @Nullable Throwable thrown, @Nullable SessionStart start) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    outcome = new Outcome(endNanos, thrown, interruptSent, interrupted, start);
  }

  /** Interrupts the requesting thread once, unless the request has ended. */
  synchronized void interrupt() {
    // A second one could come after the first was thrown, and pass for a status left set.
    if (outcome == null && !interruptSent) {
      interruptSent = true;
      thread.interrupt();
    }
  }

  boolean ended() {
    return outcome != null;
  }

  /** When it ended, by {@link System#nanoTime}; it must have. */
  long endNanos() {
    return requireNonNull(outcome).endNanos();
  }

  /** Fails if something happened before it could have been due. */
  static void requireNotBefore(long dueNanos, long nanos) {
    long earlyNanos = dueNanos - nanos;
    assertTrue(earlyNanos <= 0, () -> "released " + earlyNanos + " ns too early");
  }

  /** Waits for the end, whatever it is. */
  Outcome await() throws InterruptedException {
    if (!thread.join(hangGuard)) {
      throw new AssertionError(
          name + " hangs: waited " + DurationText.exact(hangGuard) + " in vain for its end");
    }
    return requireNonNull(outcome);
  }

  /**
   * Waits for the end, which is either a return with the status as the interrupt left it or an
   * {@link InterruptedException} with the status cleared.
   *
   * @return whether the request returned
   */
  boolean awaitReturnOrInterrupt() throws InterruptedException {
    Outcome end = await();
    if (end.returned()) {
      assertEquals(
          end.interruptSent(),
          end.interruptedStatus(),
          name + " returned: is the interrupt status set exactly if it was interrupted?");
    } else {
      requireInterruptedException(end);
    }
    return end.returned();
  }

  /** Waits for the return, and says when it was. */
  long awaitReturn() throws InterruptedException {
    Outcome end = await();
    if (end.thrown() != null) {
      throw new AssertionError(name + " threw instead of being released", end.thrown());
    }
    return end.endNanos();
  }

  /** Waits for the return of a call of {@code acquire}, and says what it returned. */
  SessionStart awaitStart() throws InterruptedException {
    awaitReturn();
    return requireNonNull(await().start(), "acquire returned null");
  }

  /** Waits for the end, which is an {@link InterruptedException} with the status cleared. */
  void awaitInterruptedException() throws InterruptedException {
    Outcome end = await();
    assertFalse(end.returned(), name + " returned instead of throwing InterruptedException");
    requireInterruptedException(end);
  }

  private void requireInterruptedException(Outcome end) {
    if (!(end.thrown() instanceof InterruptedException)) {
      throw new AssertionError(name + " threw something unexpected", end.thrown());
    }
    assertAll(
        () -> assertTrue(end.interruptSent(), name + " was never interrupted, but says so"),
        () -> assertFalse(end.interruptedStatus(), name + " threw and left the status set"));
  }
}
