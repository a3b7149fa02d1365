package io.github.gatewayqueue.testsupport;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;

/** A queue all of whose starts must be held, as an adapter's are. */
public interface AcquireOnly extends GatewayQueue {
  @Override
  default void request(long id, long total) {
    throw new AssertionError("not held");
  }

  @Override
  SessionStart acquire(long id, long total) throws InterruptedException;
}
