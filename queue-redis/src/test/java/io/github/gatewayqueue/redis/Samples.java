package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.List;

/** Settings and replies for tests of what has no store. */
final class Samples {
  private Samples() {}

  static RedisQueueSettings settings(Duration interval) {
    return new RedisQueueSettings(
        "test",
        interval,
        Duration.ZERO,
        Duration.ofSeconds(15),
        Duration.ofSeconds(10),
        Duration.ofMinutes(10),
        1,
        true,
        false);
  }

  /** Returns a reply that says something of the limit and nothing else. */
  static StepReply reply(SessionStartLimit limit, long exhaustedNanos, StepReply.Budget budget) {
    return new StepReply(
        1,
        1,
        1,
        false,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        limit,
        exhaustedNanos,
        0,
        budget,
        List.of());
  }
}
