package io.github.gatewayqueue.local;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;

/** A request on a virtual thread of its own. */
public final class Asking {

  /** How a request ended. */
  public enum Outcome {
    /** It returned, and the interrupted status was clear. */
    RETURNED,
    /** It returned, and the interrupted status was set. */
    RETURNED_INTERRUPTED,
    /** It threw {@link InterruptedException}, and the interrupted status was clear. */
    THREW
  }

  private final FutureTask<Outcome> task;
  private final Thread thread;

  private Asking(GatewayQueue queue, long id, long total) {
    task = new FutureTask<>(() -> ask(queue, id, total));
    thread = Thread.startVirtualThread(task);
  }

  /** Starts to ask. */
  public static Asking start(GatewayQueue queue, long id, long total) {
    return new Asking(queue, id, total);
  }

  private static Outcome ask(GatewayQueue queue, long id, long total) {
    try {
      queue.request(id, total);
      return Thread.interrupted() ? Outcome.RETURNED_INTERRUPTED : Outcome.RETURNED;
    } catch (InterruptedException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("threw, and the interrupted status is set", e);
      }
      return Outcome.THREW;
    }
  }

  /** Returns the thread that asks. */
  public Thread thread() {
    return thread;
  }

  /** Interrupts the thread that asks. */
  public void interrupt() {
    thread.interrupt();
  }

  /** Waits for the end. A failure of the request is thrown again, as the cause. */
  public Outcome outcome() throws InterruptedException, ExecutionException {
    thread.join();
    return task.get();
  }

  /** Waits until a condition holds that is about to, and looks often, since many tests wait. */
  public static void until(Callable<Boolean> condition) {
    Awaitility.with()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofNanos(20_000))
        .await()
        .atMost(Duration.ofMinutes(5))
        .until(condition);
  }

  /** Returns whether it has ended. */
  public boolean isDone() {
    return task.isDone();
  }
}
