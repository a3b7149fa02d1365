package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.io.IOException;
import java.time.Duration;

/** The queues of this project. */
final class Ours {
  /** More starts than anything here uses. */
  private static final int STARTS = 1_000_000_000;

  /** Longer than anything here takes. */
  private static final Duration RESET = Duration.ofDays(1);

  private Ours() {}

  static Pacer local(int buckets, Duration interval) {
    LocalQueue queue = new LocalQueue(interval);
    return new QueuePacer(queue, queue::waiting);
  }

  static Pacer large(int buckets, Duration interval) {
    LargeBotQueue queue = largeBotQueue(interval, limit(STARTS, buckets));
    return new QueuePacer(queue, queue::waiting) {
      @Override
      public void setConcurrency(int count) {
        queue.update(limit(STARTS, count));
      }
    };
  }

  static LargeBotQueue largeBotQueue(Duration interval, SessionStartLimit limit) {
    return LargeBotQueue.builder(
            () -> {
              throw new IOException("nobody should have to ask within a day");
            })
        .interval(interval)
        .reserve(0)
        .initialLimit(limit)
        .brake(Brake.OFF) // one shard starts again and again
        .build();
  }

  static SessionStartLimit limit(int remaining, int maxConcurrency) {
    return new SessionStartLimit(STARTS, remaining, RESET, maxConcurrency);
  }
}
