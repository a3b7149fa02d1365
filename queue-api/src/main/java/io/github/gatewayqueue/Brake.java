package io.github.gatewayqueue;

/**
 * Whether a queue delays shards that start again and again, for instance because they die right
 * after READY, or because their process crashes in a loop. They would use up the session starts of
 * the day.
 *
 * <p>A shard is delayed before it joins the line, so no other request waits for it. It is never
 * refused.
 */
public enum Brake {
  /**
   * A shard that starts for the fifth time within ten minutes first waits 5 s, then twice as long
   * each time, up to 15 min. The pause counts from the first request after a start: a request that
   * is interrupted and made again waits for the rest. After an hour without a start, the shard's
   * starts are forgotten.
   */
  ON,
  /** No shard is delayed. For tests, and for bots with a brake of their own. */
  OFF
}
