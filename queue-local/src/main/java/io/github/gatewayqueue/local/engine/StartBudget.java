package io.github.gatewayqueue.local.engine;

import io.github.gatewayqueue.GatewayQueueException;

/**
 * What a session start needs besides its bucket's spacing: a share of a budget that all buckets
 * have in common. The heads of several buckets call it at once, each under its bucket's lock. The
 * methods must not block, nor take the lock of a bucket.
 *
 * <p>Code that makes a start available earlier than a head was told, or makes requests fail, must
 * call {@link Buckets#wakeHeads()} afterwards.
 */
public interface StartBudget {
  /** A budget that never runs out. */
  StartBudget UNLIMITED = (nowNanos, holdNanos) -> 0;

  /**
   * Throws for the request at the head, due or not, if requests must not wait now. Does nothing by
   * default.
   *
   * @param nowNanos the present, by {@link System#nanoTime}
   * @throws GatewayQueueException if no request is to wait
   */
  default void check(long nowNanos) {}

  /**
   * Charges one start if there is one.
   *
   * @param nowNanos the present, by {@link System#nanoTime}
   * @param holdNanos how long it may take until the start is used, at least 0
   * @return 0 if a start was charged; otherwise the nanoseconds after which it is worth asking
   *     again, more than 0
   */
  long tryCharge(long nowNanos, long holdNanos);

  /**
   * Takes note that a start is used: that it will be counted. Called once at most for each charge
   * that is not taken back, and without any lock; not called for one that is used at its release.
   * Does nothing by default.
   *
   * @param chargedNanos the moment at which it was charged
   * @param holdNanos how long it might have taken, as it was said then
   * @param usedNanos when it is used, by {@link System#nanoTime}; later than that time allows if it
   *     had run out
   */
  default void used(long chargedNanos, long holdNanos, long usedNanos) {}

  /**
   * Takes note that a start was given back: it was not used and will not be. Called once at most
   * for each charge, and without any lock; the heads of all buckets look again afterwards. Does
   * nothing by default.
   *
   * @param chargedNanos the moment at which it was charged
   * @param holdNanos how long it might have taken, as it was said then
   */
  default void takeBack(long chargedNanos, long holdNanos) {}
}
