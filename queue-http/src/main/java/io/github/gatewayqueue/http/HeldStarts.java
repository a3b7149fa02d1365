package io.github.gatewayqueue.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The starts of a queue that are held, or have a report on its way to the broker. */
final class HeldStarts {
  private final Set<HeldStart> starts = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  void add(HeldStart start) {
    starts.add(start);
    if (closed) { // and close() may not have seen this one
      start.lose();
    }
  }

  void remove(HeldStart start) {
    starts.remove(start);
  }

  boolean isEmpty() {
    return starts.isEmpty();
  }

  /**
   * Waits for so long until all that was said has been told, and closes all connections but those
   * that the broker is about to end.
   */
  void close(Duration most) {
    CompletableFuture<?>[] words =
        starts.stream().map(HeldStart::told).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(words).get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // without a word they count as sent
    }
    closed = true;
    starts.forEach(HeldStart::lose);
  }
}
