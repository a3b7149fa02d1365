package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.TestProxy;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A replica takes over that does not know what its master heard last. */
@Thorough("two servers, and seconds for them to agree; a cold store is in RedisQueueTest")
class RedisFailoverTest {
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final Duration START_DELAY = Duration.ofSeconds(1);

  @Test
  void request_placesAreLost_isReleasedInOrderAfterAStartDelay() throws Exception {
    String namespace = RedisProcess.newNamespace();
    try (RedisProcess master = RedisProcess.begin();
        RedisProcess replica = RedisProcess.begin("repl-diskless-sync-delay 0");
        TestProxy replication = new TestProxy(master.port());
        TestProxy network = new TestProxy(master.port());
        RedisQueue a = queue(network, namespace);
        RedisQueue b = queue(network, namespace)) {
      replica.follow(replication.uri("redis").getPort());
      Asking.of(a, 0, 1).awaitReturn();
      replication.stall(true);
      List<Asking> requests = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        requests.add(Requests.inLine(i % 2 == 0 ? a : b, 0, 1));
      }
      master.kill();
      long lostNanos = System.nanoTime();
      replica.promote();
      try (Jedis jedis = replica.connect()) {
        assertTrue(jedis.zcard("{" + namespace + "}:line:0") <= 1, "somebody is in line there");
      }
      network.forwardTo(replica.port());
      network.drop();
      Requests.awaitInOrder(requests);
      for (Asking request : requests) {
        long after = Requests.usedNanos(request) - lostNanos;
        assertTrue(after <= 0 || after >= START_DELAY.toNanos(), "not for a start delay");
      }
      long last = Requests.usedNanos(requests.getLast());
      assertTrue(last - lostNanos > 0, "some were released by the replica");
      Requests.assertSpaced(INTERVAL, requests);
    }
  }

  private static RedisQueue queue(TestProxy network, String namespace) {
    return RedisQueue.builder(network.uri("redis"))
        .namespace(namespace)
        .interval(INTERVAL)
        .startDelay(START_DELAY)
        .build();
  }
}
