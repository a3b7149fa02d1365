package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.Client;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import tools.jackson.core.JsonGenerator;

/** A client that asks over HTTP, in either form. */
abstract class AskingClient implements Client {
  final Exchange exchange;
  final ShardQuery shard;

  AskingClient(Exchange exchange, ShardQuery shard) {
    this.exchange = exchange;
    this.shard = shard;
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

  final void writeRelease(JsonGenerator json, int bucket, long waitedNanos) {
    json.writeStringProperty("message", "shard " + shard.shard() + " may identify now");
    writeShard(json, bucket);
    Json.millis(json, "waitedMillis", waitedNanos);
  }

  final void writeShard(JsonGenerator json, int bucket) {
    Json.shard(json, shard.shard(), shard.total());
    json.writeNumberProperty("bucket", bucket);
  }
}
