package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.testkit.CloseableGatewayQueueContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisQueueContractTest extends CloseableGatewayQueueContract {
  private RedisProcess redis;

  @BeforeAll
  void startRedis() {
    redis = RedisProcess.begin();
  }

  @AfterAll
  void stopRedis() {
    if (redis != null) { // there is one for this system
      redis.close();
    }
  }

  /** The store is empty, and nobody else has started a session of this bot before. */
  @Override
  protected GatewayQueue createQueue(Duration interval) {
    return builder(interval).build();
  }

  @Override
  protected GatewayQueue createQueue(Duration interval, Duration holdTimeout) {
    return builder(interval).holdTimeout(holdTimeout).build();
  }

  private RedisQueue.Builder builder(Duration interval) {
    return RedisQueue.builder(redis.uri())
        .namespace(RedisProcess.newNamespace())
        .interval(interval)
        .startDelay(Duration.ZERO)
        .brake(Brake.OFF);
  }

  @Override
  protected int waiting(GatewayQueue queue) {
    return ((RedisQueue) queue).waiting();
  }

  @Override
  protected boolean remote() {
    return true;
  }

  @Override
  protected int rounds() {
    return 20;
  }
}
