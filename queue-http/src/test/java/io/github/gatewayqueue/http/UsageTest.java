package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** The samples in the Javadoc and in the documentation. */
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
        System.out.println("shard 3 cannot be released: " + e.getMessage());
      }
      // @end
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void ownAuthority_isReleased() throws Exception {
    try (var server = new FakeBroker(FakeBroker.releasing());
        HttpQueue queue = trusting(SSLContext.getDefault(), server.url())) {
      ask(queue, 3, 16);
      String request = server.requests().getFirst();
      assertFalse(request.contains("Upgrade"), request); // to HTTP/2, as such a client would
    }
  }

  static HttpQueue usual() {
    // @start region="queue"
    HttpQueue queue =
        HttpQueue.builder(URI.create("https://queue.example.org/bot/"))
            .token(System.getenv("GATEWAY_QUEUE_TOKEN"))
            .build();
    // @end
    return queue;
  }

  private static void ask(GatewayQueue queue, int shardId, int shardCount)
      throws InterruptedException {
    // @start region="ask"
    queue.request(shardId, shardCount);
    // @end
  }

  @Test
  void acquire_isReleased() throws Exception {
    try (var server = new FakeBroker(FakeBroker.holdingStart("x"))) {
      try (HttpQueue queue = server.queue().build()) {
        bringUp(queue, 3, 16);
      }
      assertEquals(List.of("POST x/identified", "POST x/answered"), server.words());
    }
  }

  private static void bringUp(HttpQueue queue, int shardId, int shardCount)
      throws InterruptedException {
    // @start region="acquire"
    try (SessionStart start = queue.acquire(shardId, shardCount)) {
      identify(shardId);
      start.identified();
      awaitReadyOrOp9(shardId);
      start.answered(); // the next one is due a second sooner
    } // anything else counts as an IDENTIFY that was sent
    // @end
  }

  private static void identify(int shardId) {
    assertEquals(3, shardId);
  }

  private static void awaitReadyOrOp9(int shardId) {
    assertEquals(3, shardId);
  }

  private static HttpQueue trusting(SSLContext trustingOurAuthority, URI broker)
      throws NoSuchAlgorithmException {
    // @start region="authority"
    HttpClient client =
        HttpClient.newBuilder()
            .sslContext(trustingOurAuthority)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    HttpQueue queue = HttpQueue.builder(broker).httpClient(client).build();
    // @end
    return queue;
  }
}
