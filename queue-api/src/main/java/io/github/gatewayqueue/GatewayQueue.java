package io.github.gatewayqueue;

/**
 * What every shard of a Discord bot asks before it may start a session.
 *
 * <p>Discord allows one session start per five seconds and <i>bucket</i> ({@code shard id %
 * max_concurrency}), and a limited number per day. It invalidates the session of a bot that breaks
 * the first rule, and resets the token of a bot that breaks the second. A queue keeps a bot within
 * both by making its shards wait: {@link #request} returns when that shard may identify.
 *
 * <p><b>Where to call it.</b> After the gateway's HELLO, immediately before IDENTIFY, and nowhere
 * else: a RESUME starts no session. A shard that asks before it connects sends its IDENTIFY late,
 * by the time that connecting takes. If the next shard connects faster, the two IDENTIFYs reach
 * Discord closer together than the shards were released.
 *
 * <h2>Ordering</h2>
 *
 * Within one bucket, requests are released in the order in which they joined the line. Each
 * implementation documents its joining point. Threads that are started one after another do not
 * necessarily join in that order. A caller that needs an order must make the requests from one
 * thread, or wait until each request is in line before it makes the next one.
 *
 * <p>Requests are never merged: the same shard may ask again, also while it waits, because Discord
 * allows several sessions for one shard id.
 *
 * <h2>Interruption</h2>
 *
 * A request that is interrupted leaves the line, wherever it stands. It takes no slot, is not
 * charged to the daily budget and does not delay the requests behind it. (An implementation that
 * asks a server may spend the slot if the interrupt races the release.)
 *
 * <h2>Failure</h2>
 *
 * While a queue cannot know that a release is safe, for instance because Discord does not answer,
 * its requests wait and it tries again. It never releases a shard to find out.
 *
 * <p>A queue that holds resources is {@link AutoCloseable}: requests that wait when it is closed
 * throw {@link GatewayQueueException}, later ones {@link IllegalStateException}.
 *
 * <h2>Threads</h2>
 *
 * Implementations are safe for use by many threads. A queue in this process needs no thread of its
 * own to release a request that is due. Work for another thread, such as reading the session start
 * limit, runs on a platform thread: a daemon that is started when it is needed and ends with its
 * work. It is not a virtual thread, because that might get no carrier: a request that waits inside
 * a class initializer pins its carrier, and before Java 24 also one inside {@code synchronized}.
 *
 * @see <a
 *     href="https://discord.com/developers/docs/events/gateway#session-start-limit-object">Discord:
 *     session start limit</a>
 */
@FunctionalInterface
public interface GatewayQueue {

  /**
   * Blocks until shard {@code id} of {@code total} may start a session.
   *
   * <p>If no request is in line in the shard's bucket and a start is due there, this method returns
   * at once. Otherwise the calling thread lies dormant until one of:
   *
   * <ul>
   *   <li>the request is the first in its bucket's line and a start is due, in which case the start
   *       is the caller's and this method returns;
   *   <li>some other thread {@linkplain Thread#interrupt interrupts} the current thread;
   *   <li>the queue learns that the request can never be released.
   * </ul>
   *
   * <p>If the current thread has its interrupted status set on entry to this method, or is
   * interrupted while it waits, then {@link InterruptedException} is thrown and the interrupted
   * status is cleared. If an interrupt races the release, either this method returns normally and
   * the interrupted status stays set, or it throws and the start goes to the next in line (unless a
   * server decides: see Interruption).
   *
   * <p>Memory consistency effects: actions in a thread before it calls this method <i>happen
   * before</i> the return of every later release in the same bucket.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @throws IllegalArgumentException if {@code total < 1}, {@code id < 0} or {@code id >= total};
   *     nothing joins the line
   * @throws IllegalStateException if this queue has been closed
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   * @throws GatewayQueueException if this request can never be released, or the queue is closed
   *     while it waits
   */
  void request(long id, long total) throws InterruptedException;

  /**
   * Blocks like {@link #request}, and then holds the bucket until the caller reports what became of
   * the start: the interval counts from IDENTIFY rather than from the release, and a connection
   * that fails before IDENTIFY costs nothing.
   *
   * <p>The default implementation is for queues without holds: the start counts from its release,
   * as with {@link #request}, and the methods of the returned start have no effect.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @return the start, which the caller must close, best by a try-with-resources
   * @throws IllegalArgumentException as {@link #request}
   * @throws IllegalStateException as {@link #request}
   * @throws InterruptedException as {@link #request}
   * @throws GatewayQueueException as {@link #request}
   */
  default SessionStart acquire(long id, long total) throws InterruptedException {
    request(id, total);
    return CountedStart.INSTANCE;
  }

  /**
   * Returns a queue that releases every request at once, for tests, or for a bot behind a gateway
   * proxy that has a queue itself. It checks its arguments and responds to interrupts like every
   * other queue, but it has no line and so no memory consistency effects.
   *
   * @return a queue without a line
   */
  static GatewayQueue noOp() {
    return NoOpQueue.INSTANCE;
  }
}
