package io.github.gatewayqueue.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.local.LocalQueue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows. */
class UsageTest {

  @Test
  void plain_isMeasured() throws InterruptedException {
    MeterRegistry registry = new SimpleMeterRegistry();
    measured(registry).request(0, 1);
    assertEquals(1, registry.get("gateway.queue.wait").timer().count());
  }

  // @start region="plain"
  MeteredQueue measured(MeterRegistry registry) {
    MeteredQueue queue = new MeteredQueue(new LocalQueue()); // or any other queue
    queue.bindTo(registry);
    return queue; // the shards ask this one
  }

  // @end
}
