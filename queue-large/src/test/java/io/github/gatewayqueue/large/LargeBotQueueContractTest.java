package io.github.gatewayqueue.large;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testkit.GatewayQueueContract;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/** The contract of every queue, on {@link LargeBotQueue} with few and with many buckets. */
class LargeBotQueueContractTest {

  @Nested
  @Thorough("half a minute; 16 buckets are tested by default, and the contract knows of one")
  class OneBucket extends Contract {
    OneBucket() {
      super(1);
    }
  }

  @Nested
  class SixteenBuckets extends Contract {
    SixteenBuckets() {
      super(16);
    }
  }

  @Nested
  @Thorough("as OneBucket")
  class SixtyFourBuckets extends Contract {
    SixtyFourBuckets() {
      super(64);
    }
  }

  abstract static class Contract extends GatewayQueueContract {
    private final SessionStartLimit limit;

    Contract(int maxConcurrency) {
      limit =
          new SessionStartLimit(
              Integer.MAX_VALUE, Integer.MAX_VALUE, Duration.ofDays(1), maxConcurrency);
    }

    @Override
    protected GatewayQueue createQueue(Duration interval) {
      return builder(interval).build();
    }

    private LargeBotQueue.Builder builder(Duration interval) {
      return LargeBotQueue.builder(() -> limit)
          .initialLimit(limit)
          .interval(interval)
          .brake(Brake.OFF);
    }

    @Override
    protected int waiting(GatewayQueue queue) {
      return ((LargeBotQueue) queue).waiting();
    }

    @Override
    protected GatewayQueue createQueue(Duration interval, Duration holdTimeout) {
      return builder(interval).holdTimeout(holdTimeout).build();
    }
  }
}
