package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.testsupport.Thorough;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@Thorough("it waits the six seconds that are the default; the example is compiled in any case")
class UsageTest {

  // @start region="usage"
  void startShards(URI redis, int firstShard, int lastShard, int shardCount)
      throws InterruptedException {
    try (RedisQueue queue = RedisQueue.builder(redis).namespace("my-bot").build()) {
      for (int id = firstShard; id <= lastShard; id++) {
        queue.request(id, shardCount); // after HELLO, immediately before IDENTIFY
        identify(id);
      }
    }
  }

  // @end

  private int identified;

  void identify(int id) {
    assertEquals(identified, id);
    identified++;
  }

  @Test
  void usage_asShown_releasesEachShard() throws InterruptedException {
    try (RedisProcess redis = RedisProcess.begin();
        RedisQueue warm =
            RedisQueue.builder(redis.uri())
                .namespace("my-bot")
                .interval(Duration.ofMillis(10))
                .startDelay(Duration.ZERO)
                .build()) {
      warm.request(0, 1);
      startShards(redis.uri(), 0, 0, 1);
    }
    assertEquals(1, identified);
  }
}
