package io.github.gatewayqueue.local;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.internal.Require;
import io.github.gatewayqueue.local.engine.Buckets;
import io.github.gatewayqueue.local.engine.StartBudget;
import java.time.Duration;

/**
 * A queue for a bot that runs in one process and has one bucket: it releases one shard after the
 * other, in the order in which they asked, at least an {@link #DEFAULT_INTERVAL interval} apart.
 *
 * <p>Share one queue between all shards of a bot; two queues know nothing of each other. Bots with
 * a {@code max_concurrency} above 1 start faster on a queue with several buckets, and only a queue
 * that knows the session start limit keeps a bot within its daily budget.
 *
 * {@snippet file="io/github/gatewayqueue/local/UsageTest.java" region="usage"}
 *
 * <h2>Ordering</h2>
 *
 * The joining point is inside {@link #request}, when the calling thread has acquired the queue's
 * lock and is linked to the end of the line. The lock is fair: threads that contend for it acquire
 * it in the order in which they came. A request that {@link #waiting()} has counted is in line, and
 * later calls of {@code request} stand behind it. Releases happen in the order of the line. No
 * request barges past others, not even one that arrives at the moment at which a start is due.
 *
 * <h2>Spacing</h2>
 *
 * Two releases are never less than the interval apart. The interval counts from the moment of the
 * earlier release, on the clock of {@link System#nanoTime()}, so a step of the wall clock changes
 * nothing. After an idle time of an interval or more the first request is released at once, and the
 * one behind it waits for a full interval.
 *
 * <p>A start that was {@linkplain #acquire acquired} holds the queue until its holder reports what
 * became of it, for at most five intervals. The interval then counts from that report: see {@link
 * SessionStart}.
 *
 * <h2>Interruption</h2>
 *
 * An interrupted request leaves the line at once, wherever it stands, in constant time. It takes no
 * slot and does not delay the requests behind it. If the interrupt races the release, either {@code
 * request} returns and the interrupted status stays set, or it throws and the slot goes to the next
 * in line.
 *
 * <h2>Threads</h2>
 *
 * Safe for use by many threads, virtual or not. The only thread that the queue starts is one for
 * its log, while there is something to log. It needs no closing. A virtual thread that waits here
 * costs a few hundred bytes; 100,000 may wait at once.
 */
public final class LocalQueue implements GatewayQueue {

  /**
   * Six seconds: the five that Discord requires between two session starts, and one for the jitter
   * of the network between release and arrival.
   */
  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(6);

  private final Duration interval;
  private final Duration holdTimeout;
  private final Buckets bucket;

  /** Creates a queue that releases one shard per {@link #DEFAULT_INTERVAL}. */
  public LocalQueue() {
    this(DEFAULT_INTERVAL);
  }

  /**
   * Creates a queue that releases one shard per interval.
   *
   * @param interval the shortest time between two releases, from 1 ns to {@link Long#MAX_VALUE} ns
   * @throws IllegalArgumentException if the interval is zero, negative or too long
   */
  public LocalQueue(Duration interval) {
    this(interval, Buckets.defaultHoldTimeout(Require.positive("interval", interval)));
  }

  /** For tests: with a hold time-out of their choice. */
  LocalQueue(Duration interval, Duration holdTimeout) {
    this.interval = interval;
    this.holdTimeout = holdTimeout;
    this.bucket = new Buckets(interval, Duration.ZERO, 1, StartBudget.UNLIMITED);
  }

  /**
   * Blocks until shard {@code id} of {@code total} may start a session, as {@link
   * GatewayQueue#request} says.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @throws IllegalArgumentException if {@code total < 1}, {@code id < 0} or {@code id >= total};
   *     nothing joins the line
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   */
  @Override
  public void request(long id, long total) throws InterruptedException {
    bucket.request(id, total);
  }

  /**
   * Blocks like {@link #request}, and holds the bucket until the caller reports what became of the
   * start, for at most five intervals: see {@link SessionStart}.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @return the start, which is held
   * @throws IllegalArgumentException if {@code total < 1}, {@code id < 0} or {@code id >= total};
   *     nothing joins the line
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   */
  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    return bucket.acquire(id, total, holdTimeout);
  }

  /**
   * Returns how many requests are in line now: those that have neither been released nor left. The
   * number may be out of date as soon as it is returned. But a request that it has counted is in
   * line, and later requests stand behind it.
   *
   * @return the number of requests in line
   */
  public int waiting() {
    return bucket.waiting();
  }

  /** Returns the interval and how many wait, for people to read. */
  @Override
  public String toString() {
    return "LocalQueue[interval=" + interval + ", waiting=" + waiting() + "]";
  }
}
