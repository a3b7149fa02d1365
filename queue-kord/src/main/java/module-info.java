import org.jspecify.annotations.NullMarked;

/**
 * {@code QueueIdentifyRateLimiter}: has the shards of a Kord bot ask a queue before they identify.
 */
// Kord has no name as a module but that of its jar.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
@NullMarked
module io.github.gatewayqueue.kord {
  requires transitive io.github.gatewayqueue;
  requires transitive kord.gateway.jvm;
  requires transitive kotlin.stdlib;
  requires transitive kotlinx.coroutines.core;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue.kord;
}
