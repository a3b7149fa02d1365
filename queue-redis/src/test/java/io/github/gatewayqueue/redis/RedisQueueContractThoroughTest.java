package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.testsupport.Thorough;

@Thorough("ten times the rounds of RedisQueueContractTest")
class RedisQueueContractThoroughTest extends RedisQueueContractTest {
  @Override
  protected int rounds() {
    return 200;
  }
}
