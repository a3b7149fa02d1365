package io.github.gatewayqueue.large;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code that the documentation shows. */
class UsageTest {
  private final List<Integer> identified = new ArrayList<>();

  @Test
  void usage() throws InterruptedException {
    GatewayQueue queue = create(() -> new SessionStartLimit(1000, 1000, Duration.ofDays(1), 16));
    for (int shard = 0; shard < 16; shard++) {
      onHello(queue, shard, 16);
    }
    assertEquals(16, identified.size());
  }

  // @start region="usage"
  GatewayQueue create(SessionStartLimitSource source) {
    return LargeBotQueue.builder(source).build(); // reads the limit when it is first needed
  }

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
