package io.github.gatewayqueue.micrometer;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.testkit.GatewayQueueContract;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The contract of every queue, on a {@link LargeBotQueue} that is measured. */
class MeteredQueueContractTest extends GatewayQueueContract {
  private static final SessionStartLimit LIMIT =
      new SessionStartLimit(Integer.MAX_VALUE, Integer.MAX_VALUE, Duration.ofDays(1), 1);

  private final Map<GatewayQueue, LargeBotQueue> measured = new ConcurrentHashMap<>();

  private GatewayQueue measure(LargeBotQueue queue) {
    MeteredQueue metered = new MeteredQueue(queue);
    metered.bindTo(new SimpleMeterRegistry());
    measured.put(metered, queue);
    return metered;
  }

  private static LargeBotQueue.Builder builder(Duration interval) {
    return LargeBotQueue.builder(() -> LIMIT)
        .initialLimit(LIMIT)
        .interval(interval)
        .brake(Brake.OFF);
  }

  @Override
  protected GatewayQueue createQueue(Duration interval) {
    return measure(builder(interval).build());
  }

  @Override
  protected int waiting(GatewayQueue queue) {
    return requireNonNull(measured.get(queue)).waiting();
  }

  @Override
  protected GatewayQueue createQueue(Duration interval, Duration holdTimeout) {
    return measure(builder(interval).holdTimeout(holdTimeout).build());
  }
}
