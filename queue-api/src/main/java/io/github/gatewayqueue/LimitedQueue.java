package io.github.gatewayqueue;

import java.time.Duration;
import java.util.Optional;

/**
 * A queue that keeps to Discord's session start limit, and reports its state, for metrics and
 * monitors. The methods below may be called as often as you like: none blocks for longer than it
 * takes to get a lock, and none asks Discord or a server.
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
   * Returns how many requests of this process the {@linkplain Brake brake} delays now. They are not
   * in line yet.
   *
   * @return the number of requests that are paused
   */
  int paused();

  /**
   * Returns the limit as it stands now: the last reading, with the starts since then subtracted
   * from {@code remaining}.
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
   * Returns how many session starts of the bot this queue did not release, as far as readings of
   * the limit have shown. The number only grows, unless the queue loses its state.
   *
   * @return the number of starts
   */
  long usedElsewhere();
}
