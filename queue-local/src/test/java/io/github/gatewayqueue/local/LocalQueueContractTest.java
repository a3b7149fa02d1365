package io.github.gatewayqueue.local;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.testkit.GatewayQueueContract;
import java.time.Duration;

/** The contract of every queue, on {@link LocalQueue}. */
class LocalQueueContractTest extends GatewayQueueContract {
  @Override
  protected GatewayQueue createQueue(Duration interval) {
    return new LocalQueue(interval);
  }

  @Override
  protected int waiting(GatewayQueue queue) {
    return ((LocalQueue) queue).waiting();
  }

  @Override
  protected GatewayQueue createQueue(Duration interval, Duration holdTimeout) {
    return new LocalQueue(interval, holdTimeout);
  }
}
