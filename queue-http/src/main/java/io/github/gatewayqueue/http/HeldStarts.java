package io.github.gatewayqueue.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The starts of a queue that are held, or have a report on its way to the broker. */
final class HeldStarts {
  /** Each with what completes when its last report has been made. */
  private final Map<HeldStart, CompletableFuture<Void>> starts = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /** Adds a start, or has one stay until a later report has been made. */
  void add(HeldStart start, CompletableFuture<Void> told) {
    starts.put(start, told);
    if (closed) { // and close() may not have seen this one
      start.lose();
    }
  }

  void remove(HeldStart start) {
    starts.remove(start);
  }

  /** Removes a start when this report has been made, unless a later one has been added by then. */
  void removeOnceTold(HeldStart start, CompletableFuture<Void> told) {
    var unused = told.whenComplete((done, thrown) -> starts.remove(start, told));
  }

  boolean isEmpty() {
    return starts.isEmpty();
  }

  /**
   * Waits up to the given time until all reports are made, and closes all connections except those
   * that the broker is about to end.
   */
  void close(Duration most) {
    CompletableFuture<?>[] words = starts.values().toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(words).get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // without a word they count as sent
    }
    closed = true;
    starts.keySet().forEach(HeldStart::lose);
  }
}
