package io.github.gatewayqueue.local.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Line} has to do, in the plainest words: a list that is searched, and the moments of
 * all releases kept for ever.
 */
final class LineModel {
  private final long intervalNanos;
  private final long startNanos;
  private final List<Long> releases = new ArrayList<>();
  final List<Waiter> waiting = new ArrayList<>();

  LineModel(long intervalNanos, long startNanos) {
    this.intervalNanos = intervalNanos;
    this.startNanos = startNanos;
  }

  /** How long the first one has to wait, 0 if it may go. */
  long delayNanos(long nowNanos) {
    long dueNanos = releases.isEmpty() ? startNanos : releases.getLast() + intervalNanos;
    return Math.max(0, dueNanos - nowNanos);
  }

  @Nullable Waiter release(long nowNanos) {
    if (waiting.isEmpty() || delayNanos(nowNanos) > 0) {
      return null;
    }
    releases.add(nowNanos);
    return waiting.removeFirst();
  }
}
