package io.github.gatewayqueue.local;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.testkit.GatewayQueueContract;
import java.time.Duration;

/** The contract of every queue, on {@link LocalQueue}. */
// @start region="contract"
class LocalQueueContractTest extends GatewayQueueContract {
  @Override
  protected GatewayQueue createQueue(Duration interval) {
    return new LocalQueue(interval);
  }

  @Override
  protected int waiting(GatewayQueue queue) {
    return ((LocalQueue) queue).waiting();
  }
}
// @end
