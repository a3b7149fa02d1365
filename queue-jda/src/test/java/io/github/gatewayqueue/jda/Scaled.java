package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import java.time.Duration;

/**
 * A second for what is five in production, for tests that show what happens rather than how long it
 * takes. Discord counts IDENTIFYs, and does not judge how far apart they arrive: on a busy machine
 * that tells nothing of when they were sent. {@link CountingQueue#assertSpaced} judges that.
 */
final class Scaled {
  /** What a queue is given. */
  static final Duration INTERVAL = Duration.ofMillis(1_200);

  /** From an answer to the next release: five sixths of the interval. */
  static final Duration SPACING = Duration.ofSeconds(1);

  static final Duration PAUSE = Duration.ofMillis(500);

  private Scaled() {}

  static FakeDiscord.Builder discord() {
    return FakeDiscord.builder().identifyInterval(Duration.ofNanos(1));
  }

  /** For shards that take their time, and a machine that does. */
  static QueueSessionController controller(GatewayQueue queue) {
    return QueueSessionController.builder(queue)
        .patience(Duration.ofMinutes(2))
        .pauses(PAUSE, Duration.ofSeconds(2))
        .build();
  }
}
