package io.github.gatewayqueue.local.engine;

import io.github.gatewayqueue.SessionStart;

/** A start of an {@link Engine} that is held, and that tells it before anything is said of it. */
final class Held {
  private final Engine engine;
  private final SessionStart start;
  private final Hold hold;
  private boolean over;

  Held(Engine engine, SessionStart start, Hold hold) {
    this.engine = engine;
    this.start = start;
    this.hold = hold;
  }

  void identified() {
    end();
    start.identified();
  }

  void answered() {
    end();
    start.answered();
  }

  void cancel() {
    end();
    start.cancel();
  }

  void close() {
    end();
    start.close();
  }

  /**
   * Has the hold run out, which no clock does under Lincheck: it was released longer ago from now
   * on. The head wakes after that, as it would when its wait times out. The engine is spared the
   * warning, for which it would start a thread that nobody joins.
   */
  void runOut() {
    end();
    synchronized (hold) {
      long nowNanos = System.nanoTime();
      hold.release(nowNanos - hold.holdNanos());
      hold.tellExpiry(nowNanos);
    }
    engine.buckets.wakeHeads();
  }

  /** Returns whether it ran out before anything was said. */
  boolean isExpired() {
    return start.isExpired();
  }

  /** Under a monitor: the second caller must find it reported. */
  private synchronized void end() {
    if (!over) {
      over = true;
      engine.noLongerHeld();
    }
  }
}
