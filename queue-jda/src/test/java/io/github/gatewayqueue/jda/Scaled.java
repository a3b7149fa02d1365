package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import java.time.Duration;

/**
 * A second for what is five in production, for tests that show what happens rather than how long it
 * takes. Discord counts IDENTIFYs, and does not judge how far apart they arrive: on a busy machine
 * that tells nothing of when they were sent. {@link CountingQueue#assertSpaced} judges that. What
 * is JDA's constant stays: a reconnect takes two seconds.
 */
final class Scaled {
  /** What a queue is given. */
  static final Duration INTERVAL = Duration.ofMillis(1_200);

  static final Timing TIMING =
      new Timing(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          Duration.ofMillis(20),
          Duration.ofSeconds(1));

  /** For shards that take their time, and a machine that does. */
  static final Timing PATIENT =
      new Timing(
          TIMING.spacing(),
          Duration.ofMinutes(2),
          TIMING.spacing(),
          TIMING.longestPause(),
          TIMING.look(),
          TIMING.fresh());

  private Scaled() {}

  static FakeDiscord.Builder discord() {
    return FakeDiscord.builder().identifyInterval(Duration.ofNanos(1));
  }
}
