package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;

/**
 * The contract on a broken queue; run by {@link BrokenQueuesTest} only. Hangs are many here, and
 * are given up soon. Some mistakes show only if the machine's own delays are shorter than the
 * interval: {@link #scale} is raised for those that were not caught.
 */
class BrokenQueueContract extends CloseableGatewayQueueContract {
  static volatile Class<? extends ReferenceQueue> broken = ReferenceQueue.class;
  static volatile int scale = 1;

  @Override
  protected Duration interval() {
    return Duration.ofMillis(20).multipliedBy(scale);
  }

  @Override
  protected ReferenceQueue createQueue(Duration interval) {
    ReferenceQueue queue;
    try {
      queue = broken.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
    queue.setInterval(interval);
    return queue;
  }

  @Override
  protected ReferenceQueue createQueue(Duration interval, Duration holdTimeout) {
    ReferenceQueue queue = createQueue(interval);
    queue.holdNanos = holdTimeout.toNanos();
    return queue;
  }

  @Override
  protected int waiting(GatewayQueue queue) {
    return ((ReferenceQueue) queue).waiting();
  }

  @Override
  protected Duration hangGuard() {
    return interval().multipliedBy(20);
  }
}
