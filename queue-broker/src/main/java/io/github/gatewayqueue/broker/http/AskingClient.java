package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.Client;
import io.github.gatewayqueue.broker.requests.HeldStart;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import org.jspecify.annotations.Nullable;

/**
 * A client that asks over HTTP. It gets one response, which it may treat as its release whatever
 * the status is, unless it is an {@link EventClient}.
 */
class AskingClient implements Client {
  final Exchange exchange;
  final ShardQuery shard;
  private final boolean closesOnRefusal;

  AskingClient(Exchange exchange, ShardQuery shard, boolean closesOnRefusal) {
    this.exchange = exchange;
    this.shard = shard;
    this.closesOnRefusal = closesOnRefusal;
  }

  @Override
  public final long askedNanos() {
    return exchange.receivedNanos();
  }

  @Override
  public final boolean isOpen() {
    return exchange.isOpen();
  }

  @Override
  public final void whenGone(Runnable action) {
    exchange.response().closeHandler(closed -> action.run());
  }

  @Override
  public final void hangUp() {
    exchange.hangUp();
  }

  final Json release(int bucket, long waitedNanos) {
    return new Json()
        .with("message", "shard " + shard.shard() + " may identify now")
        .withShard(shard.shard(), shard.total())
        .with("bucket", bucket)
        .withMillis("waitedMillis", waitedNanos);
  }

  @Override
  public void released(int bucket, long waitedNanos, @Nullable HeldStart held) {
    exchange.answer(200, Json.TYPE, release(bucket, waitedNanos).toString());
  }

  @Override
  public void refused(Problem problem) {
    if (closesOnRefusal) {
      hangUp();
    } else {
      exchange.refuse(problem);
    }
  }

  @Override
  public void stopping() {
    hangUp();
  }
}
