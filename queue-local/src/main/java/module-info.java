import org.jspecify.annotations.NullMarked;

/**
 * {@link io.github.gatewayqueue.local.LocalQueue}: the queue for a bot that runs in one process and
 * has one bucket, as all but the largest bots do.
 *
 * {@snippet :
 * GatewayQueue queue = new LocalQueue();
 * queue.request(shardId, shardCount); // after HELLO, immediately before IDENTIFY
 * }
 *
 * <p>The engine that makes threads wait is open to the project's own queues and to nobody else; it
 * may change with every version.
 */
// "module": the modules that the engine is open to come later in the build than this one
@SuppressWarnings("module")
@NullMarked
module io.github.gatewayqueue.local {
  requires transitive io.github.gatewayqueue;
  requires jdk.jfr;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue.local;
  exports io.github.gatewayqueue.local.engine to
      io.github.gatewayqueue.broker,
      io.github.gatewayqueue.large;
}
