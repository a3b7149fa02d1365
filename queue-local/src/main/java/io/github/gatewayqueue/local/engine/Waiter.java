package io.github.gatewayqueue.local.engine;

import org.jspecify.annotations.Nullable;

/** A request in line, and its own link in that line. */
final class Waiter {
  final long id;
  final Thread thread;

  /**
   * The bucket that the request stands in; null until it joins. Written under the bucket's lock.
   */
  volatile @Nullable Bucket bucket;

  /**
   * Position among all arrivals of the queue, whatever the bucket. Guarded by the bucket's lock.
   */
  long arrival;

  /** The moment of release, by {@link System#nanoTime}; set when it is released. */
  long releaseNanos;

  /** The waiters before and behind while this one is in line. Guarded by the bucket's lock. */
  @Nullable Waiter previous;

  @Nullable Waiter next;

  /** The start that acquire returns, or null for request, whose release is the start. */
  final @Nullable Hold hold;

  Waiter(long id, Thread thread, @Nullable Hold hold) {
    this.id = id;
    this.thread = thread;
    this.hold = hold;
  }
}
