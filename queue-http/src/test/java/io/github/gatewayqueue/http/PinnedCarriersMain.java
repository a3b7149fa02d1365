package io.github.gatewayqueue.http;

import io.github.gatewayqueue.testsupport.PinnedCarriers;
import java.net.URI;
import java.time.Duration;

/** What a process does all of whose carriers are pinned. */
final class PinnedCarriersMain {
  private PinnedCarriersMain() {}

  /**
   * Runs it.
   *
   * @param arguments where the broker is
   */
  public static void main(String[] arguments) throws InterruptedException {
    PinnedCarriers carriers = PinnedCarriers.pin();
    try (HttpQueue queue =
        HttpQueue.builder(URI.create(arguments[0]))
            .margin(Duration.ofMinutes(1)) // a slow machine is not the subject
            .build()) {
      queue.request(0, 1);
    }
    carriers.end();
  }
}
