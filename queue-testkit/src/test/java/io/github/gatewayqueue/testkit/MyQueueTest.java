package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;

// @start region="contract"
class MyQueueTest extends GatewayQueueContract {
  @Override
  protected GatewayQueue createQueue(Duration interval) {
    return new MyQueue(interval);
  }

  @Override
  protected int waiting(GatewayQueue queue) {
    return ((MyQueue) queue).waiting();
  }
}
// @end
