package io.github.gatewayqueue.discord4j;

import discord4j.core.shard.ShardCoordinator;
import discord4j.gateway.ShardInfo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An IDENTIFY on its way to the socket. It has two references: as it is passed on, with which it
 * arrives, or without if it was discarded. Were it discarded twice, there would be none.
 */
final class TestIdentify {
  private final ByteBuf payload = Unpooled.buffer().retain();
  private final AtomicReference<@Nullable ByteBuf> sent = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Disposable connection;

  TestIdentify(ShardCoordinator coordinator, int id, int total, int maxConcurrency) {
    // The source does not complete, and what is discarded is released: as in DefaultGatewayClient.
    this.connection =
        Flux.just(payload)
            .concatWith(Mono.never())
            .transform(coordinator.getIdentifyLimiter(ShardInfo.create(id, total), maxConcurrency))
            .doOnDiscard(ByteBuf.class, ByteBuf::release)
            .subscribe(sent::set, failure::set);
  }

  void cancel() {
    connection.dispose();
  }

  boolean isSent() {
    return sent.get() != null;
  }

  int references() {
    return payload.refCnt();
  }

  @Nullable Throwable failure() {
    return failure.get();
  }
}
