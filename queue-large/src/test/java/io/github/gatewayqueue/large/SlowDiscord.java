package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Counts each start when it is told to, but not later than the end of its day. */
final class SlowDiscord {
  final long dayNanos;
  final List<Long> countedAt = new ArrayList<>();
  int total;
  int maxConcurrency = 1;
  long resetNanos;

  SlowDiscord(int total, long dayNanos, long resetNanos) {
    this.total = total;
    this.dayNanos = dayNanos;
    this.resetNanos = resetNanos;
  }

  void passTo(long nowNanos) {
    while (resetNanos - nowNanos <= 0) {
      resetNanos += dayNanos;
      countedAt.clear();
    }
  }

  /** Returns how many starts there were today, counted or not. */
  int used() {
    return countedAt.size();
  }

  void start(long countedNanos) {
    countedAt.add(countedNanos);
  }

  SessionStartLimit read(long nowNanos) {
    int counted = (int) countedAt.stream().filter(at -> at - nowNanos <= 0).count();
    Duration resetAfter = Duration.ofNanos(resetNanos - nowNanos);
    return new SessionStartLimit(total, total - counted, resetAfter, maxConcurrency);
  }
}
