package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStart;

/** What somebody who has acquired a start says of it, and the worker that is to tell the store. */
final class HeldStart implements SessionStart {
  private final StoreWorker worker;
  final Hold hold;

  HeldStart(StoreWorker worker, Hold hold) {
    this.worker = worker;
    this.hold = hold;
  }

  @Override
  public void identified() {
    tellIf(hold.identified());
  }

  @Override
  public void answered() {
    tellIf(hold.answered());
  }

  @Override
  public void cancel() {
    tellIf(hold.cancel());
  }

  @Override
  public void close() {
    tellIf(hold.close());
  }

  private void tellIf(boolean news) {
    if (news) {
      worker.said(hold);
    }
  }

  @Override
  public boolean isExpired() {
    return hold.isExpired();
  }

  @Override
  public String toString() {
    return "SessionStart[shard " + hold.ticket.shard + " of " + hold.ticket.total + "]";
  }
}
