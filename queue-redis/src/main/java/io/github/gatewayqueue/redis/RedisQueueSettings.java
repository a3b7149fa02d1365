package io.github.gatewayqueue.redis;

import java.time.Duration;

/**
 * The checked settings of a queue.
 *
 * @param namespace the name of the queue, among all in the store
 * @param interval the least time between two starts of a bucket
 * @param startDelay for how long a store that knows of no start releases nothing
 * @param lease for how long a process keeps its places while the store does not hear from it
 * @param settling how long Discord may take to count a start
 * @param maxReadingAge how old a reading of the limit may become while shards ask
 * @param reserve how many starts of a day are never used
 * @param brakes whether a shard that starts again and again is delayed before it joins the line
 * @param fails whether requests fail, rather than wait, while the starts are used up
 */
record RedisQueueSettings(
    String namespace,
    Duration interval,
    Duration startDelay,
    Duration lease,
    Duration settling,
    Duration maxReadingAge,
    int reserve,
    boolean brakes,
    boolean fails) {

  /** Returns for how long a reply proves that a start is held, counted from the question. */
  long freshNanos() {
    return lease.toNanos() / 5 * 2;
  }

  /** Returns the slack, a sixth of the interval: one second of the usual six. */
  long slackNanos() {
    return interval.toNanos() / 6;
  }
}
