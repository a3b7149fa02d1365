package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;

/** A cluster of one node, which refuses scripts whose keys are not all in one slot. */
class RedisClusterTest {
  @TempDir Path directory;

  @Test
  void request_onCluster_isReleased() throws Exception {
    try (TestRedis redis =
        new TestRedis("cluster-enabled yes", "dir " + directory, "cluster-node-timeout 1000")) {
      var address = new HostAndPort("127.0.0.1", redis.uri().getPort());
      try (Jedis node = new Jedis(address)) {
        node.clusterAddSlotsRange(0, 16_383);
        Asking.until(() -> node.clusterInfo().contains("cluster_state:ok"));
      }
      try (RedisClusterClient client = RedisClusterClient.builder().nodes(Set.of(address)).build();
          RedisQueue queue =
              RedisQueue.builder(client)
                  .interval(Duration.ofMillis(100))
                  .margin(Duration.ofMinutes(1))
                  .startDelay(Duration.ZERO)
                  .build()) {
        new Asking(queue, 0, 1).awaitReturn();
        new Asking(queue, 0, 1).awaitReturn();
        assertEquals(0, queue.snapshot().buckets().getFirst().waiting());
      }
    }
  }
}
