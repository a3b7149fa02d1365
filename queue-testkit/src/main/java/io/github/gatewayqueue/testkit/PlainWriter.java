package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.internal.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A thread that, round after round, writes a plain variable, makes a request and then reads the
 * variable that another such thread writes. Nothing but the queue orders the two.
 */
final class PlainWriter {
  private final GatewayQueue queue;
  private final int[] own;
  private final int[] others;
  private final FutureTask<List<Boolean>> task = new FutureTask<>(this::run);
  private volatile int rounds;
  private final Thread thread = Thread.ofVirtual().unstarted(task);

  PlainWriter(GatewayQueue queue, int[] own, int[] others) {
    this.queue = queue;
    this.own = own;
    this.others = others;
  }

  void start() {
    thread.start();
  }

  private List<Boolean> run() throws InterruptedException {
    List<Boolean> seen = new ArrayList<>();
    for (int i = 0; i < own.length; i++) {
      own[i] = 1;
      queue.request(0, 1);
      seen.add(others[i] == 1);
      rounds = i + 1;
    }
    return seen;
  }

  /**
   * Waits for the end, for each round as long as the guard allows, and tells for each whether the
   * other's write was seen.
   */
  List<Boolean> await(Duration hangGuard)
      throws InterruptedException, ExecutionException, TimeoutException {
    while (true) {
      int before = rounds;
      try {
        return task.get(hangGuard.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (rounds == before) {
          throw e;
        }
      }
    }
  }

  /** Ends the thread if it is still under way, so that it outlives no test. */
  void stop(Duration hangGuard) throws InterruptedException {
    thread.interrupt();
    if (!thread.join(hangGuard)) {
      throw new AssertionError(
          "a request hangs: waited " + DurationText.exact(hangGuard) + " in vain for its end");
    }
  }
}
