package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;

/** A queue that has nothing but its request: it cannot be closed, and its starts are not held. */
final class MyQueue implements GatewayQueue {
  private final ReferenceQueue queue;

  MyQueue(Duration interval) {
    queue = new ReferenceQueue(interval);
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    queue.request(id, total);
  }

  int waiting() {
    return queue.waiting();
  }
}
