package io.github.gatewayqueue.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows. */
class UsageTest {
  private final List<Integer> identified = new ArrayList<>();

  @Test
  void usage() throws InterruptedException {
    GatewayQueue queue = new LocalQueue(Duration.ofMillis(1));
    for (int shard = 0; shard < 3; shard++) {
      onHello(queue, shard, 3);
    }
    assertEquals(List.of(0, 1, 2), identified);
  }

  // @start region="usage"
  void onHello(GatewayQueue queue, int shardId, int shardCount) throws InterruptedException {
    try (SessionStart start = queue.acquire(shardId, shardCount)) { // blocks until its turn
      identify(shardId);
      start.identified(); // the next one's turn comes an interval from here
    }
  }

  // @end

  private void identify(int shardId) {
    identified.add(shardId);
  }
}
