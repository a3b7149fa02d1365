import org.jspecify.annotations.NullMarked;

/**
 * {@link io.github.gatewayqueue.discord4j.QueueShardCoordinator}: has the shards of a Discord4J bot
 * ask a queue before they identify.
 *
 * {@snippet :
 * Mono<GatewayDiscordClient> login =
 *     client.gateway().setShardCoordinator(new QueueShardCoordinator(queue)).login();
 * }
 */
// Discord4J and Reactor have names as modules, but no descriptors.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
@NullMarked
module io.github.gatewayqueue.discord4j {
  requires discord4j.common;
  requires transitive discord4j.core;
  requires transitive discord4j.gateway;
  requires transitive io.github.gatewayqueue;
  requires io.netty.buffer;
  requires static transitive org.jspecify;
  requires org.reactivestreams;
  requires transitive reactor.core;

  exports io.github.gatewayqueue.discord4j;
}
