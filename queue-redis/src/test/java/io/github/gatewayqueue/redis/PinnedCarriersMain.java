package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import java.net.URI;
import java.time.Duration;

/** What a process does all of whose carriers are pinned. */
final class PinnedCarriersMain {
  private PinnedCarriersMain() {}

  /**
   * Runs it.
   *
   * @param arguments where the store is
   */
  public static void main(String[] arguments) throws InterruptedException {
    PinnedCarriers carriers = PinnedCarriers.pin();
    try (RedisQueue queue =
        RedisQueue.builder(URI.create(arguments[0]))
            .interval(Duration.ofMillis(1))
            .startDelay(Duration.ZERO)
            .settling(Duration.ZERO)
            .limits(() -> new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1))
            .build()) {
      queue.request(0, 1);
      queue.request(0, 1); // after the release before
    }
    carriers.end();
  }
}
