import org.jspecify.annotations.NullMarked;

/** A Discord4J bot whose shards ask a queue. */
// Discord4J has names as modules, but no descriptors.
@SuppressWarnings("requires-automatic")
@NullMarked
module io.github.gatewayqueue.examples.discord4j {
  requires discord4j.rest;
  requires io.github.gatewayqueue.discord;
  requires io.github.gatewayqueue.discord4j;
  requires io.github.gatewayqueue.fakediscord;
  requires io.github.gatewayqueue.large;
  requires static org.jspecify;
}
