package io.github.gatewayqueue.discord;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Until when Discord is not asked: it has said so, or it refuses the token. Discord blocks an
 * address that is refused 10,000 times within ten minutes, and one that goes on after a 429 for
 * longer and longer. Safe for use by many threads; moments are values of {@link System#nanoTime}.
 *
 * @see <a
 *     href="https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans">Discord:
 *     invalid request limit</a>
 */
final class Pause {
  /** After a 429 that does not say how long. */
  static final Duration SHORTEST_AFTER_LIMIT = Duration.ofMinutes(1);

  static final Duration LONGEST_AFTER_LIMIT = Duration.ofHours(1);

  /** After a refusal. Whoever asks meanwhile is told the same. */
  static final Duration SHORTEST_AFTER_REFUSAL = Duration.ofSeconds(5);

  static final Duration LONGEST_AFTER_REFUSAL = Duration.ofMinutes(10);

  private long untilNanos;
  private @Nullable String reason;
  private @Nullable GatewayQueueException refusal;
  private int limits;
  private int refusals;

  /**
   * Throws what is thrown instead of asking, if Discord is not to be asked now.
   *
   * @throws SessionStartLimitUnavailableException if it has said how long not to
   * @throws GatewayQueueException if it has refused the token a moment ago
   */
  synchronized void check(long nowNanos) throws SessionStartLimitUnavailableException {
    long leftNanos = untilNanos - nowNanos;
    if (reason == null || leftNanos <= 0) {
      return;
    }
    if (refusal != null) {
      throw new GatewayQueueException("" + refusal.getMessage(), refusal);
    }
    throw new SessionStartLimitUnavailableException(reason, Duration.ofNanos(leftNanos));
  }

  /**
   * Takes note that an answer asks to wait.
   *
   * @param asked how long, or null if it does not say
   * @return how long Discord is not asked
   */
  synchronized Duration limited(String why, @Nullable Duration asked, long nowNanos) {
    limits++;
    refusals = 0;
    Duration pause =
        asked == null ? doubled(SHORTEST_AFTER_LIMIT, LONGEST_AFTER_LIMIT, limits) : asked;
    pause(why, null, pause, nowNanos);
    return pause;
  }

  /** Takes note that the token was refused. */
  synchronized void refused(GatewayQueueException thrown, long nowNanos) {
    limits = 0;
    refusals++;
    Duration pause = doubled(SHORTEST_AFTER_REFUSAL, LONGEST_AFTER_REFUSAL, refusals);
    pause("" + thrown.getMessage(), thrown, pause, nowNanos);
  }

  /** Takes note of another answer, after which Discord may be asked at any time. */
  synchronized void answered() {
    limits = 0;
    refusals = 0;
    reason = null;
    refusal = null;
  }

  private void pause(
      String why, @Nullable GatewayQueueException thrown, Duration pause, long nowNanos) {
    Duration longest =
        Duration.ofNanos(Long.MAX_VALUE / 2); // a difference of moments cannot overflow
    untilNanos = nowNanos + (pause.compareTo(longest) > 0 ? longest : pause).toNanos();
    reason = why;
    refusal = thrown;
  }

  private static Duration doubled(Duration shortest, Duration longest, int times) {
    Duration pause = shortest.multipliedBy(1L << Math.min(times - 1, 10));
    return pause.compareTo(longest) > 0 ? longest : pause;
  }
}
