package io.github.gatewayqueue.local.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Requests of actors, which must end whatever happens: JCStress waits for them for ever. */
final class Requests {
  private static final Map<Thread, Long> SINCE = new ConcurrentHashMap<>();

  /** Whether a request was not woken. Then no other in this JVM waits as long to show the same. */
  private static volatile boolean broken;

  static {
    Thread.ofPlatform().daemon().name("watchdog").start(Requests::watch);
  }

  private Requests() {}

  /** Interrupts those that have waited for longer than a head does: nobody else will. */
  private static void watch() {
    while (true) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      SINCE.forEach((thread, since) -> {
        if (System.nanoTime() - since > Engine.PATIENCE_NANOS) {
          thread.interrupt();
        }
      });
    }
  }

  /** Makes a request, and tells whether it was released, interrupted, or not woken in time. */
  static String request(Engine engine, long id) {
    long since = System.nanoTime();
    String end = broken ? "not woken" : end(engine, id);
    if (System.nanoTime() - since < Engine.PATIENCE_NANOS) {
      return end;
    }
    broken = true;
    Thread.interrupted(); // the watchdog's
    return "not woken";
  }

  private static String end(Engine engine, long id) {
    Thread thread = Thread.currentThread();
    SINCE.put(thread, System.nanoTime());
    try {
      engine.buckets.request(id, Long.MAX_VALUE);
      return "released";
    } catch (InterruptedException e) {
      return "interrupted";
    } finally {
      SINCE.remove(thread);
    }
  }

  /** Waits until somebody stands in line, and perhaps looks already whether it may go. */
  static void awaitArrival(Engine engine) {
    while (!broken && engine.buckets.waiting() == 0) {
      Thread.onSpinWait();
    }
  }

  /** Waits until a head has found no start as it joined, and is about to look again. */
  static void awaitFirstLook(Engine engine) {
    while (!broken && engine.refused() < 1) {
      Thread.onSpinWait();
    }
  }

  /** Waits until a head keeps its bucket's lock only until it sleeps. */
  static void awaitSleep(Engine engine) {
    while (!broken && engine.refused() < 2) {
      Thread.onSpinWait();
    }
  }
}
