import org.jspecify.annotations.NullMarked;

/**
 * {@link io.github.gatewayqueue.redis.RedisQueue}: the queue for a bot whose processes run on
 * several machines, kept in a Redis or Valkey.
 *
 * {@snippet :
 * RedisQueue queue = RedisQueue.builder(redis).build(); // for all shards; close it in the end
 * queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
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
