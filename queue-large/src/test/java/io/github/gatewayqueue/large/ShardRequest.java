package io.github.gatewayqueue.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gatewayqueue.GatewayQueue;
import org.jspecify.annotations.Nullable;

/** A request under way, on a virtual thread of its own. */
final class ShardRequest {
  final long id;
  private final Thread thread;

  // Written under this object's monitor, so that an interrupt comes either before the end or not at
  // all, and the status at the end tells whether it was kept.
  private boolean interruptSent;
  private boolean interruptedStatus;
  private boolean ended;
  private @Nullable Throwable thrown;

  ShardRequest(GatewayQueue queue, long id, long total, Runnable onEnd) {
    this.id = id;
    thread = Thread.ofVirtual().name("shard " + id).unstarted(() -> run(queue, total, onEnd));
  }

  void start() {
    thread.start();
  }

  private void run(GatewayQueue queue, long total, Runnable onEnd) {
    Throwable caught = null;
    try {
      queue.request(id, total);
    } catch (Throwable e) { // whatever it is, the test's thread judges it
      caught = e;
    }
    end(caught);
    onEnd.run();
  }

  private synchronized void end(@Nullable Throwable caught) {
    ended = true;
    thrown = caught;
    interruptedStatus = Thread.currentThread().isInterrupted();
  }

  /** Interrupts the request, unless it has ended. */
  synchronized void interrupt() {
    if (!ended && !interruptSent) {
      interruptSent = true;
      thread.interrupt();
    }
  }

  /** Waits for the end, and returns what the request threw, if it did. */
  @Nullable Throwable join() throws InterruptedException {
    thread.join();
    return thrown;
  }

  /** Waits for the release. */
  void awaitReleased() throws InterruptedException {
    Throwable end = join();
    if (end != null) {
      throw new AssertionError("shard " + id + " was not released", end);
    }
    assertEquals(interruptSent, interruptedStatus, "status of shard " + id + ", released");
  }

  /** Waits for the end, by an exception of exactly the type. */
  <T extends Throwable> T awaitThrown(Class<T> type) throws InterruptedException {
    Throwable end = join();
    if (end == null || end.getClass() != type) {
      throw new AssertionError("shard " + id + " ended, but not by " + type, end);
    }
    return assertInstanceOf(type, end);
  }

  /** Waits for the end by the interrupt that was sent. */
  void awaitInterrupted() throws InterruptedException {
    awaitThrown(InterruptedException.class);
    assertEquals(true, interruptSent, "shard " + id + " was never interrupted, but says so");
    assertFalse(interruptedStatus, "shard " + id + " threw and left the status set");
  }

  /** Waits for the end by interrupt or by the type, and tells whether it was the interrupt. */
  boolean awaitInterruptedOrThrown(Class<? extends Throwable> type) throws InterruptedException {
    if (join() instanceof InterruptedException) {
      awaitInterrupted();
      return true;
    }
    awaitThrown(type);
    assertEquals(interruptSent, interruptedStatus, "status of shard " + id + ", failed");
    return false;
  }

  /** Waits for the end by release or interrupt, and tells whether it was the release. */
  boolean awaitReleasedOrInterrupted() throws InterruptedException {
    if (join() == null) {
      awaitReleased();
      return true;
    }
    awaitInterrupted();
    return false;
  }
}
