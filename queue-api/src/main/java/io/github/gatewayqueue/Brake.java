package io.github.gatewayqueue;

/**
 * Whether a queue slows down what starts again and again, such as a shard that dies right after
 * READY, or a process that crashes in a loop and would use up the session starts of the day.
 *
 * <p>It delays such a shard before that joins the line, so nobody else waits for it, and it never
 * refuses one.
 */
public enum Brake {
  /**
   * A shard that starts for the fifth time within ten minutes first waits 5 s, then twice as long
   * each time, up to 15 min. The pause counts from the first request after a start: a request that
   * is interrupted and made again waits for the rest. An hour without a start, and its starts are
   * forgotten.
   */
  ON,
  /** No shard is delayed: for tests, and for bots with a brake of their own. */
  OFF
}
