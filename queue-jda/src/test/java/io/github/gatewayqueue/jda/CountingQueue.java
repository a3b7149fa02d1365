package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.GatewayQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A queue, and how often it was asked and has released somebody. */
final class CountingQueue implements GatewayQueue {
  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger released = new AtomicInteger();
  private final GatewayQueue queue;

  CountingQueue(GatewayQueue queue) {
    this.queue = queue;
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    asked.incrementAndGet();
    queue.request(id, total);
    released.incrementAndGet();
  }
}
