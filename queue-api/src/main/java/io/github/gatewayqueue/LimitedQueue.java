package io.github.gatewayqueue;

import java.time.Duration;
import java.util.Optional;

/**
 * A queue that keeps to Discord's session start limit, and reports how it stands, for metrics and
 * monitors. No method blocks for longer than it takes to get a lock, and none reads anything from
 * elsewhere, so each may be called at any pace.
 *
 * <p>Safe for use by many threads.
 */
public interface LimitedQueue extends GatewayQueue {

  /**
   * Returns how many requests of this process are in line now, in all buckets together.
   *
   * @return the number of requests in line
   */
  int waiting();

  /**
   * Returns how many requests of this process the brake holds back now: they are in no line yet.
   *
   * @return the number of requests that are paused
   */
  int paused();

  /**
   * Returns the limit as it stands now: as it was last read, with the starts since then taken off
   * {@code remaining}.
   *
   * @return the limit, or nothing if it is not known
   */
  Optional<SessionStartLimit> limit();

  /**
   * Returns how long ago the last reading of the limit was begun.
   *
   * @return the age of the reading that {@link #limit()} is based on, or nothing if there is none
   */
  Optional<Duration> readingAge();

  /**
   * Returns how many session starts of the bot were used that this queue did not release, as far as
   * readings of the limit have shown. It only grows, unless the queue forgets what it knew.
   *
   * @return the number of starts
   */
  long usedElsewhere();
}
