package io.github.gatewayqueue.fakediscord;

import java.util.UUID;

/** A session, which outlives its socket so that it can be resumed. Used by the event loop alone. */
final class Session {
  final String id = UUID.randomUUID().toString().replace("-", "");
  final long shardId;
  final long shardTotal;

  /** The number of the last event that was sent, 0 before the first. */
  int seq;

  Session(long shardId, long shardTotal) {
    this.shardId = shardId;
    this.shardTotal = shardTotal;
  }
}
