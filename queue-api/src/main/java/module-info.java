import org.jspecify.annotations.NullMarked;

/**
 * The interface that every queue for session starts implements, and Discord's session start limit.
 *
 * <p>A shard asks before it may identify, and the call returns when it is that shard's turn:
 *
 * {@snippet :
 * queue.request(shardId, shardCount); // blocks; on a virtual thread that costs next to nothing
 * identify();
 * }
 */
// "module": the modules that internals are open to come later in the build than this one
@SuppressWarnings("module")
@NullMarked
module io.github.gatewayqueue {
  requires jdk.jfr;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue;
  exports io.github.gatewayqueue.internal to
      io.github.gatewayqueue.broker,
      io.github.gatewayqueue.discord,
      io.github.gatewayqueue.discord4j,
      io.github.gatewayqueue.http,
      io.github.gatewayqueue.jda,
      io.github.gatewayqueue.large,
      io.github.gatewayqueue.local,
      io.github.gatewayqueue.redis,
      io.github.gatewayqueue.testkit;
}
