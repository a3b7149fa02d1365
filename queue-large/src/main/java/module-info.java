import org.jspecify.annotations.NullMarked;

/**
 * {@link io.github.gatewayqueue.large.LargeBotQueue}: the queue for a bot with a {@code
 * max_concurrency} above 1, or for any that must not run out of its daily session starts.
 *
 * {@snippet :
 * GatewayQueue queue = LargeBotQueue.builder(source).build();
 * queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
 * }
 */
@NullMarked
module io.github.gatewayqueue.large {
  requires transitive io.github.gatewayqueue;
  requires io.github.gatewayqueue.local;
  requires jdk.jfr;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue.large;
}
