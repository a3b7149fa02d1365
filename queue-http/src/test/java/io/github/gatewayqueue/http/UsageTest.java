package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.GatewayQueueException;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** The sample in the Javadoc. */
class UsageTest {

  @Test
  void sample_isReleased() throws IOException, InterruptedException {
    try (var server = new FakeBroker(FakeBroker.releasing())) {
      URI broker = server.url();
      String token = "k9Xh2";
      // @start region="usage"
      try (HttpQueue queue = HttpQueue.builder(broker).token(token).build()) { // for all shards
        queue.request(3, 16); // blocks until it is this shard's turn
        System.out.println("shard 3 may identify now");
      } catch (GatewayQueueException e) {
        System.out.println("shard 3 can not be released: " + e.getMessage());
      }
      // @end
      assertEquals(1, server.requests().size());
    }
  }
}
