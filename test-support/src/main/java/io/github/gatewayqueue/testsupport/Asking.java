package io.github.gatewayqueue.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request under way, on a virtual thread of its own. */
public final class Asking {
  public final long id;
  public final Thread thread;

  // Written under this object's monitor, so that an interrupt comes either before the end or not at
  // all, and the status at the end tells whether it was kept.
  private boolean interruptSent;
  private boolean interruptedStatus;
  private @Nullable Throwable thrown;
  private long endNanos;
  private volatile boolean ended;

  private Asking(GatewayQueue queue, long id, long total) {
    this.id = id;
    thread = Thread.ofVirtual().name("shard " + id).unstarted(() -> run(queue, total));
  }

  /** Starts to ask for the only shard. */
  public static Asking of(GatewayQueue queue) {
    return of(queue, 0, 1);
  }

  /** Starts to ask. */
  public static Asking of(GatewayQueue queue, long id, long total) {
    Asking asking = new Asking(queue, id, total);
    asking.thread.start();
    return asking;
  }

  private void run(GatewayQueue queue, long total) {
    Throwable caught = null;
    try {
      queue.request(id, total);
    } catch (Throwable e) { // whatever it is, the test's thread judges it
      caught = e;
    }
    end(System.nanoTime(), caught);
  }

  private synchronized void end(long nanos, @Nullable Throwable caught) {
    endNanos = nanos;
    thrown = caught;
    interruptedStatus = Thread.currentThread().isInterrupted();
    ended = true;
  }

  /** Returns whether it has ended. */
  public boolean ended() {
    return ended;
  }

  /** Interrupts the thread once, unless the request has ended. */
  public synchronized void interrupt() {
    // A second one could come after the first was thrown, and pass for a status left set.
    if (!ended && !interruptSent) {
      interruptSent = true;
      thread.interrupt();
    }
  }

  /** Waits for the end, and returns what it has thrown; null if it was released. */
  public @Nullable Throwable thrown() throws InterruptedException {
    assertTrue(thread.join(Await.HANG), () -> "the request of shard " + id + " hangs");
    return thrown;
  }

  /** Waits for the release, and returns when it was, by {@link System#nanoTime}. */
  public long awaitReturn() throws InterruptedException {
    Throwable end = thrown();
    if (end != null) {
      throw new AssertionError("shard " + id + " threw instead of being released", end);
    }
    assertStatusIsKept();
    return endNanos;
  }

  /** Waits for all to be released, and returns when they were, in the order of time. */
  public static long[] awaitReturns(List<Asking> all) throws InterruptedException {
    long[] returns = new long[all.size()];
    for (int i = 0; i < returns.length; i++) {
      returns[i] = all.get(i).awaitReturn();
    }
    Arrays.sort(returns);
    return returns;
  }

  /** Waits for an exception of exactly the type. */
  public <T extends Throwable> T awaitThrown(Class<T> type) throws InterruptedException {
    Throwable end = thrown();
    if (end == null || end.getClass() != type) {
      throw new AssertionError("shard " + id + " ended, but not by " + type, end);
    }
    return type.cast(end);
  }

  /** Waits for the end by the interrupt that was sent. */
  public void awaitInterruptedException() throws InterruptedException {
    awaitThrown(InterruptedException.class);
    assertTrue(interruptSent, () -> "shard " + id + " was never interrupted, but says so");
    assertFalse(interruptedStatus, () -> "shard " + id + " threw and left the status set");
  }

  /** Interrupts, and waits for what comes of it. */
  public void interruptAndJoin() throws InterruptedException {
    interrupt();
    awaitInterruptedException();
  }

  /** Waits for the end by release or interrupt, and tells whether it was the release. */
  public boolean awaitReturnOrInterrupt() throws InterruptedException {
    if (thrown() == null) {
      awaitReturn();
      return true;
    }
    awaitInterruptedException();
    return false;
  }

  /** Waits for the end by interrupt or by the type, and tells whether it was the interrupt. */
  public boolean awaitInterruptOr(Class<? extends Throwable> type) throws InterruptedException {
    if (thrown() instanceof InterruptedException) {
      awaitInterruptedException();
      return true;
    }
    awaitThrown(type);
    assertStatusIsKept();
    return false;
  }

  private void assertStatusIsKept() {
    assertEquals(interruptSent, interruptedStatus, () -> "interrupt status of shard " + id);
  }
}
