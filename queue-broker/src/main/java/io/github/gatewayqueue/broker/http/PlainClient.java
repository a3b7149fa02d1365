package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.HeldStart;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import org.jspecify.annotations.Nullable;

/**
 * A client that gets one response. It may treat any response as its release unless it checks the
 * status.
 */
final class PlainClient extends AskingClient {
  private final boolean closesOnRefusal;

  PlainClient(Exchange exchange, ShardQuery shard, boolean closesOnRefusal) {
    super(exchange, shard);
    this.closesOnRefusal = closesOnRefusal;
  }

  @Override
  public void released(int bucket, long waitedNanos, @Nullable HeldStart held) {
    exchange.answer(200, Json.TYPE, Json.object(json -> writeRelease(json, bucket, waitedNanos)));
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
