package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A cluster of three masters, which refuses scripts whose keys are not all in one slot. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisClusterTest {
  private static final int SLOTS = 16_384;
  private static final Duration INTERVAL = Duration.ofMillis(100);

  private final List<RedisProcess> nodes = new ArrayList<>();

  @BeforeAll
  void start() {
    for (int i = 0; i < 3; i++) {
      nodes.add(RedisProcess.begin("cluster-enabled yes", "cluster-node-timeout 2000"));
    }
    for (int i = 0; i < nodes.size(); i++) {
      try (Jedis node = nodes.get(i).connect()) {
        node.clusterMeet(RedisProcess.LOOPBACK, nodes.getFirst().port());
        node.clusterAddSlotsRange(firstSlotOf(i), firstSlotOf(i + 1) - 1);
      }
    }
    for (RedisProcess node : nodes) {
      try (Jedis jedis = node.connect()) {
        Await.until(() -> jedis.clusterInfo().contains("cluster_state:ok"));
        Await.until(() -> jedis.clusterInfo().contains("cluster_known_nodes:3"));
      }
    }
  }

  @AfterAll
  void stop() {
    nodes.forEach(RedisProcess::close);
  }

  private RedisClusterClient client() {
    return RedisClusterClient.builder()
        .nodes(Set.of(new HostAndPort(RedisProcess.LOOPBACK, nodes.getFirst().port())))
        .build();
  }

  private static RedisQueue queue(RedisClusterClient client, String namespace) {
    return RedisQueue.builder(client)
        .namespace(namespace)
        .interval(INTERVAL)
        .startDelay(INTERVAL)
        .build();
  }

  /** Returns a namespace whose keys are on a node. */
  private String namespaceOn(int node) {
    String namespace = RedisProcess.newNamespace();
    while (!isOn(node, JedisClusterCRC16.getSlot(namespace))) {
      namespace = RedisProcess.newNamespace();
    }
    return namespace;
  }

  private boolean isOn(int node, int slot) {
    return slot >= firstSlotOf(node) && slot < firstSlotOf(node + 1);
  }

  private int firstSlotOf(int node) {
    return SLOTS * node / nodes.size();
  }

  @Test
  void request_onWhicheverNodeTheKeysAre_isReleased() throws Exception {
    Set<Integer> used = new HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      String namespace = namespaceOn(i);
      try (RedisClusterClient client = client();
          RedisQueue queue = queue(client, namespace)) {
        Asking.of(queue, 0, 1).awaitReturn();
        Asking.of(queue, 0, 1).awaitReturn();
        assertEquals(0, queue.snapshot().queue().buckets().getFirst().waiting());
      }
      try (Jedis node = nodes.get(i).connect()) {
        if (node.exists("{" + namespace + "}:state")) {
          used.add(i);
        }
      }
    }
    assertEquals(Set.of(0, 1, 2), used);
  }

  /** The node that has the keys then knows nothing of the time before. */
  @Test
  void request_slotIsMoved_isReleasedInOrderByTheOtherNode() throws Exception {
    String namespace = namespaceOn(0);
    try (RedisClusterClient client = client();
        RedisQueue queue = queue(client, namespace)) {
      Asking.of(queue, 0, 1).awaitReturn();
      List<Asking> requests = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        requests.add(Requests.inLine(queue, 0, 1));
      }
      move(JedisClusterCRC16.getSlot(namespace), nodes.get(0), nodes.get(1));
      Requests.awaitInOrder(requests);
      Requests.assertSpaced(INTERVAL, requests);
    }
  }

  private void move(int slot, RedisProcess from, RedisProcess to) {
    try (Jedis source = from.connect();
        Jedis target = to.connect()) {
      target.clusterSetSlotImporting(slot, source.clusterMyId());
      source.clusterSetSlotMigrating(slot, target.clusterMyId());
      for (String key : source.clusterGetKeysInSlot(slot, 100)) {
        source.migrate(RedisProcess.LOOPBACK, to.port(), key, 0, 5000);
      }
      String owner = target.clusterMyId();
      target.clusterSetSlotNode(slot, owner);
      for (RedisProcess node : nodes) {
        if (node != to) {
          try (Jedis jedis = node.connect()) {
            jedis.clusterSetSlotNode(slot, owner);
          }
        }
      }
    }
  }
}
