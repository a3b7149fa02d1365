package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.GatewayQueue;
import java.util.function.IntSupplier;

/** A queue of this project; its subclasses change it or close it. */
class QueuePacer implements Pacer {
  private final GatewayQueue queue;
  private final IntSupplier waiting;

  QueuePacer(GatewayQueue queue, IntSupplier waiting) {
    this.queue = queue;
    this.waiting = waiting;
  }

  @Override
  public final void acquire(long shard) throws InterruptedException {
    queue.request(shard, Long.MAX_VALUE);
  }

  @Override
  public final int waiting() {
    return waiting.getAsInt();
  }
}
