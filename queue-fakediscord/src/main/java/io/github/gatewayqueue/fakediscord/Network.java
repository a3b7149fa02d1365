package io.github.gatewayqueue.fakediscord;

import java.time.Duration;
import java.util.Random;

/**
 * How long messages are on their way between a client and this Discord. Safe for use by many
 * threads.
 */
final class Network {
  private final Random random;

  // Both are guarded by this.
  private long roundTripNanos;
  private long jitterNanos;

  Network(Duration roundTrip, Duration jitter, long seed) {
    this.roundTripNanos = roundTrip.toNanos();
    this.jitterNanos = jitter.toNanos();
    this.random = new Random(seed);
  }

  synchronized void roundTrip(Duration roundTrip) {
    roundTripNanos = roundTrip.toNanos();
  }

  synchronized void jitter(Duration jitter) {
    jitterNanos = jitter.toNanos();
  }

  /** How long the next message is under way: half a round trip, and up to half of the jitter. */
  synchronized long nextDelayNanos() {
    long most = jitterNanos / 2;
    return roundTripNanos / 2 + (most == 0 ? 0 : random.nextLong(most + 1));
  }
}
