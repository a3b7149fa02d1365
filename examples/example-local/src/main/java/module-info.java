import org.jspecify.annotations.NullMarked;

/** An application that starts the shards of a bot through a queue in its own process. */
@NullMarked
module io.github.gatewayqueue.examples.local {
  requires io.github.gatewayqueue.local;
}
