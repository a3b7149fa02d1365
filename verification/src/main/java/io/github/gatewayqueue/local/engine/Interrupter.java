package io.github.gatewayqueue.local.engine;

import org.jspecify.annotations.Nullable;

/** Where one actor makes a request that the other interrupts. */
final class Interrupter {
  private volatile @Nullable Thread target;
  private volatile boolean done;

  /**
   * Makes a request and waits until it has been interrupted, before, meanwhile or afterwards.
   *
   * @return how it ended, and whether the interrupted status is set; it is clear from now on
   */
  String request(Engine engine, long id) {
    target = Thread.currentThread();
    String end = Requests.request(engine, id);
    while (!done) {
      Thread.onSpinWait();
    }
    return end + (Thread.interrupted() ? ", status set" : ", status clear");
  }

  void interrupt() {
    Thread thread = target;
    while (thread == null) {
      Thread.onSpinWait();
      thread = target;
    }
    thread.interrupt();
    done = true;
  }
}
