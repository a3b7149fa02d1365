package io.github.gatewayqueue.fakediscord;

import java.util.UUID;

/** A session, which outlives its socket so that it can be resumed. Used by the event loop alone. */
final class Session {
  private final String id = UUID.randomUUID().toString().replace("-", "");
  private final long shardId;
  private final long shardTotal;
  private int seq;

  Session(long shardId, long shardTotal) {
    this.shardId = shardId;
    this.shardTotal = shardTotal;
  }

  String id() {
    return id;
  }

  long shardId() {
    return shardId;
  }

  long shardTotal() {
    return shardTotal;
  }

  /** The number of the last event that was sent, 0 before the first. */
  int seq() {
    return seq;
  }

  int nextSeq() {
    return ++seq;
  }
}
