package io.github.gatewayqueue.local.engine;

import io.github.gatewayqueue.GatewayQueueException;
import org.jspecify.annotations.Nullable;

/** A platform thread that makes one request, and how that ended. */
final class Shard implements Runnable {
  private final Engine engine;
  private final long id;
  private final boolean holds;
  private final Thread thread = new Thread(this);

  private boolean released;
  private @Nullable Throwable failure;

  private Shard(Engine engine, long id, boolean holds) {
    this.engine = engine;
    this.id = id;
    this.holds = holds;
  }

  static Shard start(Engine engine, long id) {
    return started(new Shard(engine, id, false));
  }

  /** Starts one that acquires its start, and says that it is answered. */
  static Shard startHolding(Engine engine, long id) {
    return started(new Shard(engine, id, true));
  }

  private static Shard started(Shard shard) {
    shard.thread.start();
    return shard;
  }

  @Override
  public void run() {
    long since = System.nanoTime();
    try {
      if (holds) {
        engine.acquire(id).answered();
      } else {
        engine.buckets.request(id, Long.MAX_VALUE);
      }
      released = true;
      if (System.nanoTime() - since >= Engine.PATIENCE_NANOS) {
        failure = new AssertionError("not woken");
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** Interrupts the request, wherever it stands. */
  void interrupt() {
    engine.buckets.waiting(); // Lincheck lets others run before a shared read, not before interrupt
    thread.interrupt();
  }

  /** Joins the thread; returns what its request threw, or null if it was released. */
  private @Nullable Throwable end() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts the main thread", e);
    }
    if (!released && failure == null) {
      throw new AssertionError("neither released nor thrown");
    }
    return failure;
  }

  /** Joins the thread, whose request must have been released. */
  void endReleased() {
    Throwable thrown = end();
    if (thrown != null) {
      throw new AssertionError("not released: " + thrown, thrown); // Lincheck shows no cause
    }
  }

  /**
   * Joins the thread, which somebody interrupted: either it was released and its interrupted status
   * stays set, or it threw and the status is clear.
   *
   * @return whether it was released
   */
  boolean endInterrupted() {
    Throwable thrown = end();
    if (thrown != null && !(thrown instanceof InterruptedException)) {
      throw new AssertionError("not interrupted", thrown);
    }
    if (thread.isInterrupted() != released) {
      throw new AssertionError("released " + released + ", interrupted " + thread.isInterrupted());
    }
    return released;
  }

  /**
   * Joins the thread, which was refused or released.
   *
   * @return whether it was refused
   */
  boolean endRefused() {
    Throwable thrown = end();
    if (thrown != null && !(thrown instanceof GatewayQueueException)) {
      throw new AssertionError("neither refused nor released", thrown);
    }
    return thrown != null;
  }
}
