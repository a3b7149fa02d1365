package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** The samples in the Javadoc and in the documentation. */
class UsageTest {
  private static final String HERE = "src/test/java/io/github/gatewayqueue/http/UsageTest.java";
  private static final Pattern SHOWN = Pattern.compile("(?s)```java\n(.*?)```");
  private static final Pattern COMPILED =
      Pattern.compile("(?s)// in the documentation\n(.*?)\n *// end");

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

  @Test
  void documentation_showsWhatIsCompiledHere() throws IOException {
    List<String> shown = all(SHOWN, Files.readString(Path.of("../docs/http-queue.md")));
    assertEquals(3, shown.size());
    assertEquals(all(COMPILED, Files.readString(Path.of(HERE))), shown);
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(UsageTest::withoutMargin).toList();
  }

  private static String withoutMargin(MatchResult found) {
    return found.group(1).stripIndent().strip();
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
    // in the documentation
    HttpQueue queue =
        HttpQueue.builder(URI.create("https://queue.example.org/bot/"))
            .token(System.getenv("GATEWAY_QUEUE_TOKEN"))
            .build();
    // end
    return queue;
  }

  private static void ask(GatewayQueue queue, int shardId, int shardCount)
      throws InterruptedException {
    // in the documentation
    queue.request(shardId, shardCount);
    // end
  }

  private static HttpQueue trusting(SSLContext trustingOurAuthority, URI broker)
      throws NoSuchAlgorithmException {
    // in the documentation
    HttpClient client =
        HttpClient.newBuilder()
            .sslContext(trustingOurAuthority)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    HttpQueue queue = HttpQueue.builder(broker).httpClient(client).build();
    // end
    return queue;
  }
}
