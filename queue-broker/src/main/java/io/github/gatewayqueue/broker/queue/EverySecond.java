package io.github.gatewayqueue.broker.queue;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Repeats a task every second, on a virtual thread of its own. Safe for use by many threads. */
final class EverySecond implements AutoCloseable {
  private static final long PERIOD_MILLIS = 1000;

  private final String name;
  private final BooleanSupplier task;
  private volatile @Nullable Thread thread;

  /**
   * Creates one that is not started yet.
   *
   * @param name the thread's name
   * @param task returns whether it must be repeated
   */
  EverySecond(String name, BooleanSupplier task) {
    this.name = name;
    this.task = task;
  }

  void start() {
    thread =
        Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).start(this::repeat);
  }

  private void repeat() {
    try {
      while (mustRepeat()) {
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      // it is closed
    }
  }

  private boolean mustRepeat() {
    try {
      return task.getAsBoolean();
    } catch (RuntimeException | Error e) {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, e);
      return true; // no memory for a thread, for instance: there may be in a second
    }
  }

  /** Interrupts the task, and ends the thread. */
  @Override
  public void close() {
    Thread started = thread;
    if (started != null) {
      started.interrupt();
    }
  }
}
