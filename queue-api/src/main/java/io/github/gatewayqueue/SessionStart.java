package io.github.gatewayqueue;

/**
 * A session start that is <i>held</i>: {@link GatewayQueue#acquire} has released it, and its bucket
 * waits to be told what became of it. A queue sees releases, Discord sees IDENTIFYs; this is how
 * the queue learns when one was sent, so that a slow connection, a busy machine or a failure before
 * IDENTIFY costs nobody a session.
 *
 * {@snippet file="io/github/gatewayqueue/UsageTest.java" region="acquire"}
 *
 * <p>All of this is of a queue that holds starts. With one that does not, as it does not override
 * {@code acquire}, a start counts from its release, and nothing that is said changes anything.
 *
 * <p>While a start is held, its bucket releases nobody. Then the next one is due:
 *
 * <table>
 *   <caption>What was said, and when the next start of the bucket is due</caption>
 *   <tr><th>said</th><th>due</th></tr>
 *   <tr><td>{@link #identified} at <i>t</i></td><td><i>t</i> + interval</td></tr>
 *   <tr><td>{@link #answered} at <i>t</i></td><td>the sooner of that and <i>t</i> + five sixths of
 *       the interval: Discord had the IDENTIFY before <i>t</i>, so no slack for the network is
 *       needed</td></tr>
 *   <tr><td>{@link #cancel}</td><td>as before this start was released</td></tr>
 *   <tr><td>{@link #close} alone at <i>t</i></td><td><i>t</i> + interval</td></tr>
 *   <tr><td>nothing until the hold times out at <i>t</i></td><td><i>t</i> + interval</td></tr>
 * </table>
 *
 * <p><b>Silence means sent.</b> Without a word, {@code close()} says that IDENTIFY was sent or may
 * have been: a try-with-resources also closes when identifying throws half-way. If you know that
 * nothing was sent, call {@code cancel()} before: it gives the slot and the charge back. {@code
 * close()} never means answered: say {@link #answered} once Discord has replied, or the next start
 * waits the whole interval.
 *
 * <p><b>Every hold ends.</b> It times out after a time that the queue sets, five intervals by
 * default; the queue logs a warning that names the shard, and goes on as if IDENTIFY had been sent
 * at that moment. {@link #isExpired} tells so: do not identify then, but {@link #cancel} and
 * acquire again. What is said later is still heard where it makes the next start safer: a start
 * that is closed without a word counts as sent just then.
 *
 * <p>A thread that acquires a second start of the same bucket while it holds one waits for the
 * first to be over, which it may itself have to bring about.
 *
 * <p>Safe for use by many threads, not only by the one that acquired it. What is said twice, or
 * after the end, changes nothing. No method throws, nor looks at the interrupted status, and none
 * waits for longer than it takes to get a lock.
 *
 * <p>Memory consistency effects: actions in a thread before it says anything of a start <i>happen
 * before</i> the return of every later release in the same bucket.
 */
public interface SessionStart extends AutoCloseable {

  /**
   * Says that IDENTIFY is being sent. To be called right before or right after it is: the interval
   * counts from here.
   */
  void identified();

  /**
   * Says that Discord has answered the IDENTIFY, with READY or by calling the session invalid (op
   * 9), or has closed the connection since. The start is over with it.
   */
  void answered();

  /**
   * Says that no IDENTIFY was sent for this start, and none will be. The slot is given back, and
   * the charge to the daily budget unless the limit has been read since: it is as if the start had
   * never been released. The start is over with it.
   *
   * {@snippet file="io/github/gatewayqueue/UsageTest.java" region="cancel"}
   *
   * <p>Gives nothing back once IDENTIFY {@linkplain #identified was sent}, or the hold has run out.
   */
  void cancel();

  /**
   * Tells whether the hold has run out, or was lost, before anything was said of it. If so, do not
   * identify; say {@link #cancel}, and acquire another start.
   *
   * @return whether others may have been released since
   */
  boolean isExpired();

  /** Says that the start is over. If nothing was said before, IDENTIFY counts as sent just now. */
  @Override
  void close();
}
