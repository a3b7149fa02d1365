package io.github.gatewayqueue;

import java.io.IOException;

/**
 * Where a queue reads the session start limit from: Discord's REST API, a proxy in front of it, or
 * another process that keeps count.
 *
 * <p>A queue calls its source whenever it needs a new reading, from a platform thread of the queue
 * or, in a builder that reads the limit itself, on its caller's thread; never from two threads at
 * once. While the source does not return, the queue waits, and releases nothing once its last
 * reading has run out. So a source needs a time limit of its own. A source that always returns the
 * same limit refills the budget at each reading.
 */
@FunctionalInterface
public interface SessionStartLimitSource {

  /**
   * Reads the limit as it is now. Do not cache it: Discord's answer may differ from call to call.
   *
   * @return the limit at the moment of the call
   * @throws IOException if the limit could not be read this time; the queue tries again with
   *     backoff
   * @throws SessionStartLimitUnavailableException if it could not be read, and the queue must not
   *     try again before the time in this exception
   * @throws InterruptedException if the thread was interrupted while it waited for the answer
   * @throws GatewayQueueException if the limit can never be read, for instance because the token is
   *     refused; every request that waits throws an exception of its own with this one as its cause
   */
  SessionStartLimit fetch() throws IOException, InterruptedException;
}
