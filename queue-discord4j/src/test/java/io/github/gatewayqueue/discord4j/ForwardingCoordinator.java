package io.github.gatewayqueue.discord4j;

import discord4j.core.shard.ShardCoordinator;
import discord4j.gateway.SessionInfo;
import discord4j.gateway.ShardInfo;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A coordinator that leaves all but the limiter to another one. */
interface ForwardingCoordinator extends ShardCoordinator {
  ShardCoordinator coordinator();

  @Override
  default Mono<Void> publishConnected(ShardInfo shard) {
    return coordinator().publishConnected(shard);
  }

  @Override
  default Mono<Void> publishDisconnected(ShardInfo shard, @Nullable SessionInfo session) {
    return coordinator().publishDisconnected(shard, session);
  }

  @Override
  default Mono<Integer> getConnectedCount() {
    return coordinator().getConnectedCount();
  }
}
