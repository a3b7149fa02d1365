package io.github.gatewayqueue.local.engine;

import io.github.gatewayqueue.GatewayQueueException;

/**
 * What a session start needs besides its bucket's spacing: a share of a budget that all buckets
 * have in common. Both methods are called by the head of a line under its bucket's lock, by the
 * heads of several buckets at once; they must not block, nor take any bucket's lock.
 *
 * <p>Whoever makes a start available earlier than a head was told, or makes requests fail, calls
 * {@link Buckets#wakeHeads()} afterwards.
 */
public interface StartBudget {
  /** A budget that never runs out. */
  StartBudget UNLIMITED = nowNanos -> 0;

  /**
   * Fails the request that stands at the head, whether or not it is due, if no request is to wait
   * at present. Does nothing by default.
   *
   * @param nowNanos the present, by {@link System#nanoTime}
   * @throws GatewayQueueException if no request is to wait
   */
  default void check(long nowNanos) {}

  /**
   * Charges one start if there is one.
   *
   * @param nowNanos the present, by {@link System#nanoTime}
   * @return 0 if a start was charged; otherwise the nanoseconds after which it is worth asking
   *     again, more than 0
   */
  long tryCharge(long nowNanos);
}
