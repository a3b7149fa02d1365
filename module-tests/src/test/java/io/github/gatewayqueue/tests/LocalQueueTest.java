package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@link LocalQueue} by what is exported, with the API that its module brings in. */
class LocalQueueTest {
  private static final Duration INTERVAL = Duration.ofMillis(20);

  @Test
  void request_fromVirtualThreads_releasesEachAnIntervalApart() throws Exception {
    GatewayQueue queue = new LocalQueue(INTERVAL);
    Starts.assertSpaced(INTERVAL, 5, id -> queue);
  }

  @Test
  void request_badShard_isRefused() {
    var queue = new LocalQueue(INTERVAL);
    assertThrows(IllegalArgumentException.class, () -> queue.request(5, 5));
    assertEquals(0, queue.waiting());
  }
}
