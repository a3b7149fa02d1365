package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisSentinelClient;

/** A master, a replica, and a sentinel that has the replica take over. */
@Thorough("a sentinel takes seconds to have a replica take over; a cold store is in RedisQueueTest")
class RedisSentinelTest {
  private static final String NAME = "bot";
  private static final Duration INTERVAL = Duration.ofMillis(300);

  @Test
  void request_masterDies_isReleasedInOrderByTheNext() throws Exception {
    try (RedisProcess master = RedisProcess.begin();
        RedisProcess replica = RedisProcess.begin("repl-diskless-sync-delay 0")) {
      replica.follow(master.port());
      try (RedisProcess sentinel = RedisProcess.sentinel(NAME, master)) {
        awaitReplicaKnown(sentinel);
        try (RedisSentinelClient client = client(sentinel);
            RedisQueue queue =
                RedisQueue.builder(client).interval(INTERVAL).startDelay(INTERVAL).build()) {
          Asking.of(queue, 0, 1).awaitReturn();
          List<Asking> requests = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            requests.add(Requests.inLine(queue, 0, 1));
          }
          master.kill();
          Requests.awaitInOrder(requests);
          assertEquals(replica.port(), client.getCurrentMaster().getPort());
          Requests.assertSpaced(INTERVAL, requests);
        }
      }
    }
  }

  private static void awaitReplicaKnown(RedisProcess sentinel) {
    try (Jedis jedis = sentinel.connect()) {
      Await.until(() -> {
        List<String> flags =
            jedis.sentinelReplicas(NAME).stream().map(replica -> replica.get("flags")).toList();
        return flags.equals(List.of("slave"));
      });
    }
  }

  private static RedisSentinelClient client(RedisProcess sentinel) {
    return RedisSentinelClient.builder()
        .masterName(NAME)
        .sentinels(Set.of(new HostAndPort(RedisProcess.LOOPBACK, sentinel.port())))
        .build();
  }
}
