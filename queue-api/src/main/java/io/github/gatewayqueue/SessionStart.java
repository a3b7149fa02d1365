package io.github.gatewayqueue;

/**
 * A session start that is <i>held</i>: {@link GatewayQueue#acquire} has released it, and its bucket
 * waits until the caller reports what became of it. A queue sees releases, Discord sees IDENTIFYs.
 * Through this interface the queue learns when IDENTIFY was sent. So a slow connection, a busy
 * machine or a failure before IDENTIFY costs no session.
 *
 * {@snippet file="io/github/gatewayqueue/UsageTest.java" region="acquire"}
 *
 * <p>This describes queues that hold starts. With a queue that does not override {@code acquire}, a
 * start counts from its release, and nothing that is reported has an effect.
 *
 * <p>While a start is held, its bucket releases no other start. Then the next one is due:
 *
 * <table>
 *   <caption>What was called, and when the next start of the bucket is due</caption>
 *   <tr><th>called</th><th>due</th></tr>
 *   <tr><td>{@link #identified} at <i>t</i></td><td><i>t</i> + interval</td></tr>
 *   <tr><td>{@link #answered} at <i>t</i></td><td>the sooner of that and <i>t</i> + five sixths of
 *       the interval: Discord had the IDENTIFY before <i>t</i>, so no slack for the network is
 *       needed</td></tr>
 *   <tr><td>{@link #cancel}</td><td>as before this start was released</td></tr>
 *   <tr><td>{@link #close} alone at <i>t</i></td><td><i>t</i> + interval</td></tr>
 *   <tr><td>nothing until the hold times out at <i>t</i></td><td><i>t</i> + interval</td></tr>
 * </table>
 *
 * <p><b>Silence means sent.</b> {@code close()} alone means that IDENTIFY was sent or may have
 * been, because a try-with-resources also closes when sending it throws half-way. If you know that
 * it was not sent, call {@code cancel()} first: that gives back the slot and the charge. {@code
 * close()} never means answered: call {@link #answered} once Discord has replied, or the next start
 * waits for the whole interval.
 *
 * <p><b>Every hold ends.</b> It times out after a time that the queue sets, five intervals by
 * default. The queue then logs a warning that names the shard, and continues as if IDENTIFY had
 * been sent at that moment. {@link #isExpired} returns true from then on: do not identify, but
 * {@link #cancel} and acquire again. A later call still counts where it makes the next start safer:
 * a start that is only closed counts as sent at its close.
 *
 * <p>A thread that holds a start and acquires another one of the same bucket waits until the first
 * is over. If that same thread must end the first, it waits until an interval after the hold has
 * timed out.
 *
 * <p>Safe for use by many threads, not only by the one that acquired the start. A call that repeats
 * another one, or comes after the end, has no effect. No method throws or looks at the interrupted
 * status, and none blocks for longer than it takes to get a lock.
 *
 * <p>Memory consistency effects: actions in a thread before it calls a method of a start <i>happen
 * before</i> the return of every later release in the same bucket.
 */
public interface SessionStart extends AutoCloseable {

  /**
   * Reports that IDENTIFY is being sent. Call it right before or right after that: the interval
   * counts from this call.
   */
  void identified();

  /**
   * Reports that Discord has answered the IDENTIFY, with READY or with op 9 (invalid session), or
   * has closed the connection after it. This ends the start.
   */
  void answered();

  /**
   * Reports that no IDENTIFY was sent for this start, and none will be. The slot is given back, as
   * if the start had never been released. So is the charge to the daily budget, unless the limit
   * has been read since. This ends the start.
   *
   * {@snippet file="io/github/gatewayqueue/UsageTest.java" region="cancel"}
   *
   * <p>Gives nothing back once IDENTIFY {@linkplain #identified was sent}, or the hold has timed
   * out.
   */
  void cancel();

  /**
   * Returns whether the hold has timed out, or was lost, before anything was reported. If so, do
   * not identify, but {@link #cancel} and acquire another start.
   *
   * @return whether other requests of the bucket may have been released by now
   */
  boolean isExpired();

  /** Ends the start. If nothing was reported before, IDENTIFY counts as sent just now. */
  @Override
  void close();
}
