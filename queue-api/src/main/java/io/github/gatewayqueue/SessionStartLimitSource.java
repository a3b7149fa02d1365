package io.github.gatewayqueue;

import java.io.IOException;

/**
 * Where a queue reads the session start limit from: Discord's REST API, a proxy in front of it, or
 * another process that keeps count.
 *
 * <p>A queue calls it again whenever its reading has run out, from a platform thread of its own,
 * and never from two threads at once. It waits for the answer however long that takes, and releases
 * nothing if the last reading has run out: a source needs a time limit of its own. One that always
 * answers the same refills the budget at each reset.
 */
@FunctionalInterface
public interface SessionStartLimitSource {

  /**
   * Reads the limit as it is now, afresh: Discord's answer may differ from call to call.
   *
   * @return the limit at the moment of the call
   * @throws IOException if the limit could not be read this time; the queue tries again with
   *     backoff
   * @throws SessionStartLimitUnavailableException if it could not, and the queue must not try again
   *     before a time that this says
   * @throws InterruptedException if the thread was interrupted while it waited for the answer
   * @throws GatewayQueueException if the limit can never be read, for instance since the token is
   *     refused; every request that waits throws one of its own, with this one as its cause
   */
  SessionStartLimit fetch() throws IOException, InterruptedException;
}
