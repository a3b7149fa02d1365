import org.jspecify.annotations.NullMarked;

/**
 * {@code QueueIdentifyRateLimiter}: has the shards of a Kord bot ask a queue before they identify;
 * and suspending functions for any other bot in Kotlin.
 *
 * {@snippet :
 * val limiter = QueueIdentifyRateLimiter(queue, shards.totalShards, maxConcurrency)
 * val gateways = shards.indices.map { DefaultGateway { identifyRateLimiter = limiter } }
 * }
 */
// Kord has no name as a module but that of its jar, and the suspending functions do without it.
@SuppressWarnings("requires-automatic")
@NullMarked
module io.github.gatewayqueue.kord {
  requires transitive io.github.gatewayqueue;
  requires static kord.gateway.jvm;
  requires transitive kotlin.stdlib;
  requires transitive kotlinx.coroutines.core;
  requires static transitive org.jspecify;

  exports io.github.gatewayqueue.kord;
}
