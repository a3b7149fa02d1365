import org.jspecify.annotations.NullMarked;

/**
 * {@link io.github.gatewayqueue.http.HttpQueue}: the queue for a bot that runs in several
 * processes, which all ask one broker.
 *
 * {@snippet :
 * HttpQueue queue = HttpQueue.of(URI.create("http://127.0.0.1:8080")); // for all shards; close it
 * queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
 * }
 */
@NullMarked
module io.github.gatewayqueue.http {
  requires transitive io.github.gatewayqueue;
  requires transitive java.net.http;
  requires static transitive org.jspecify;
  requires jdk.jfr;
  requires tools.jackson.core;

  exports io.github.gatewayqueue.http;
}
