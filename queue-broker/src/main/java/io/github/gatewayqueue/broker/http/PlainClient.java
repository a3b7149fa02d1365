package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.Client;
import io.github.gatewayqueue.broker.requests.HeldStart;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A client that gets one answer, and takes any for its release unless it looks at the status. */
final class PlainClient implements Client {
  private final Exchange exchange;
  private final ShardQuery shard;
  private final boolean closesOnRefusal;

  PlainClient(Exchange exchange, ShardQuery shard, boolean closesOnRefusal) {
    this.exchange = exchange;
    this.shard = shard;
    this.closesOnRefusal = closesOnRefusal;
  }

  @Override
  public long askedNanos() {
    return exchange.receivedNanos();
  }

  @Override
  public boolean isOpen() {
    return exchange.isOpen();
  }

  @Override
  public void whenGone(Runnable action) {
    exchange.response().closeHandler(closed -> action.run());
  }

  @Override
  public void released(int bucket, long waitedNanos, @Nullable HeldStart held) {
    exchange.answer(
        200, Json.TYPE, Json.object(json -> writeRelease(json, shard, bucket, waitedNanos)));
  }

  static void writeRelease(JsonGenerator json, ShardQuery shard, int bucket, long waitedNanos) {
    json.writeStringProperty("message", "shard " + shard.shard() + " may identify now");
    writeShard(json, shard, bucket);
    Json.millis(json, "waitedMillis", waitedNanos);
  }

  static void writeShard(JsonGenerator json, ShardQuery shard, int bucket) {
    json.writeNumberProperty("shard", shard.shard());
    json.writeNumberProperty("total", shard.total());
    json.writeNumberProperty("bucket", bucket);
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

  @Override
  public void hangUp() {
    exchange.hangUp();
  }
}
