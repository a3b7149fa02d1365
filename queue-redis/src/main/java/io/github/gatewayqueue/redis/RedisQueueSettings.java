package io.github.gatewayqueue.redis;

import java.time.Duration;

/**
 * The checked settings of a queue.
 *
 * @param namespace which bot's queue it is, among all in the store
 * @param interval between two starts of a bucket
 * @param startDelay how long a store that knows of no start waits with the first
 * @param lease for how long a process that says nothing keeps its places
 * @param settling how long Discord may take to count a start
 * @param maxReadingAge how old a reading of the limit may become while somebody asks
 * @param reserve how many starts of a day are never used
 * @param brakes whether a shard that starts again and again waits before it joins the line
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

  /** Returns for how long after it was asked for an answer shows that a start is held. */
  long freshNanos() {
    return lease.toNanos() / 5 * 2;
  }

  /** Returns what the interval has over Discord's own five seconds, if it is the usual one. */
  long slackNanos() {
    return interval.toNanos() / 6;
  }
}
