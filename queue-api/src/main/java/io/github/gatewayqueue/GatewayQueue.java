package io.github.gatewayqueue;

/**
 * What every shard of a Discord bot asks before it may start a session.
 *
 * <p>Discord allows one session start per five seconds and <i>bucket</i> ({@code shard id %
 * max_concurrency}) and a limited number per day; a bot that breaks the first rule has its session
 * invalidated, and one that breaks the second has its token reset. A queue keeps a bot within both
 * by making its shards wait: {@link #request} returns when that shard may identify.
 *
 * <p><b>Where to call it.</b> After the gateway's HELLO, immediately before IDENTIFY, and for
 * nothing else: a RESUME starts no session. A shard that asks before it connects identifies late by
 * as long as the connection took, and if the shard behind it connects faster the two arrive at
 * Discord closer together than they were released.
 *
 * <h2>Ordering</h2>
 *
 * Within one bucket, requests are released in the order in which they joined the line. Each
 * implementation says what its joining point is. Threads that are started one after another do not
 * join in that order by themselves. A caller that wants an order must wait for each request to be
 * in line before it makes the next one, or make the requests from one thread.
 *
 * <p>Requests are never merged: the same shard may ask again, also while it waits, since Discord
 * allows several sessions for one shard id.
 *
 * <h2>Interruption</h2>
 *
 * A request that is interrupted leaves the line wherever it stands, and leaves no trace there: it
 * takes no slot, is not charged to the daily budget and delays nobody behind it. (An implementation
 * that asks a server may spend the slot if the interrupt races the release.)
 *
 * <h2>Failure</h2>
 *
 * A queue that cannot know that a release is safe, for instance since Discord does not answer, goes
 * on waiting and tries again. It never lets a shard through to find out.
 *
 * <p>A queue that holds resources is {@link AutoCloseable}: requests that wait when it is closed
 * throw {@link GatewayQueueException}, later ones {@link IllegalStateException}.
 *
 * <h2>Threads</h2>
 *
 * Implementations are safe for use by many threads. A queue in this process needs none of its own
 * to release a request that is due. What it has to have done by another thread, such as reading the
 * session start limit, it does on a platform thread that is a daemon, is started when it is needed
 * and does not outlive its work. A virtual thread will not do: before Java 24, requests that wait
 * inside {@code synchronized}, and on every version those inside a class initializer, keep the
 * carriers on which it would run.
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
   * <p>If nobody is in line in the shard's bucket and a start is due there, this method returns at
   * once. Otherwise the calling thread lies dormant until one of:
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
   * @throws IllegalStateException if this queue is one that can be closed, and is
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   * @throws GatewayQueueException if this request can never be released, or the queue is closed
   *     while it waits
   */
  void request(long id, long total) throws InterruptedException;

  /**
   * Blocks like {@link #request}, and has the bucket wait afterwards until the caller says what
   * became of the start: the interval then counts from IDENTIFY rather than from the release, and a
   * connection that fails before it costs nothing.
   *
   * <p>By default the start counts from its release, as with {@link #request}, and nothing that is
   * said of it changes anything: so for a queue that does not know holds.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @return the start; to be closed, best by a try-with-resources
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
   * Returns a queue that releases everything at once, for a bot behind a gateway proxy that queues
   * by itself, or for tests. It checks its arguments and honours interrupts like every other queue,
   * but it has no line and so no memory consistency effects.
   *
   * @return a queue without a line
   */
  static GatewayQueue noOp() {
    return NoOpQueue.INSTANCE;
  }
}
