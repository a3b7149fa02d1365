package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStart;

/**
 * The {@link SessionStart} that a caller has acquired. It passes each call on to the worker, which
 * reports it to the store.
 */
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
