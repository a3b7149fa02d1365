package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;

// @start region="contract"
class ReferenceQueueTest extends CloseableGatewayQueueContract {
  @Override
  protected GatewayQueue createQueue(Duration interval) {
    return new ReferenceQueue(interval);
  }

  @Override
  protected int waiting(GatewayQueue queue) {
    return ((ReferenceQueue) queue).waiting();
  }

  @Override
  protected GatewayQueue createQueue(Duration interval, Duration holdTimeout) {
    ReferenceQueue queue = new ReferenceQueue(interval);
    queue.holdNanos = holdTimeout.toNanos();
    return queue;
  }
}
// @end
