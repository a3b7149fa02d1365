import org.jspecify.annotations.NullMarked;

/**
 * {@link io.github.gatewayqueue.redis.RedisQueue}: the queue for a bot whose processes run on
 * several machines, kept in a Redis or Valkey.
 *
 * {@snippet :
 * try (RedisQueue queue = RedisQueue.builder(URI.create("redis://127.0.0.1:6379")).build()) {
 *   queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
 * }
 * }
 */
// Jedis has a name as a module, but no descriptor.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
@NullMarked
module io.github.gatewayqueue.redis {
  requires transitive io.github.gatewayqueue;
  requires jdk.jfr;
  requires static transitive org.jspecify;
  requires transitive redis.clients.jedis;

  exports io.github.gatewayqueue.redis;
}
