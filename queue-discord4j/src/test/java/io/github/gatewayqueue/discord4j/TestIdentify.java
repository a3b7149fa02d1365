package io.github.gatewayqueue.discord4j;

import discord4j.core.shard.ShardCoordinator;
import discord4j.gateway.ShardInfo;
import io.github.gatewayqueue.testsupport.Await;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
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
  private final BaseSubscriber<ByteBuf> socket;

  TestIdentify(ShardCoordinator coordinator, int id, int total, int maxConcurrency) {
    this(coordinator, ShardInfo.create(id, total), maxConcurrency, true);
  }

  private TestIdentify(
      ShardCoordinator coordinator, ShardInfo shard, int maxConcurrency, boolean takes) {
    socket =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            if (takes) {
              requestUnbounded();
            }
          }

          @Override
          protected void hookOnNext(ByteBuf buffer) {
            sent.set(buffer);
          }

          @Override
          protected void hookOnError(Throwable thrown) {
            failure.set(thrown);
          }
        };
    // The source does not complete, and what is discarded is released: as in DefaultGatewayClient.
    Flux.just(payload)
        .concatWith(Mono.never())
        .transform(coordinator.getIdentifyLimiter(shard, maxConcurrency))
        .doOnDiscard(ByteBuf.class, ByteBuf::release)
        .subscribe(socket);
  }

  /** Returns one that the socket does not take before {@link #take}. */
  static TestIdentify untaken(ShardCoordinator coordinator, int id, int total, int maxConcurrency) {
    return new TestIdentify(coordinator, ShardInfo.create(id, total), maxConcurrency, false);
  }

  /** Has the socket take it. */
  void take() {
    socket.requestUnbounded();
  }

  void cancel() {
    socket.cancel();
  }

  void cancelOnce(Predicate<TestIdentify> condition) {
    Await.until(() -> condition.test(this));
    cancel();
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
