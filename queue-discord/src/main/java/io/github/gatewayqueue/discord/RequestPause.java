package io.github.gatewayqueue.discord;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.internal.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Until when Discord must not be asked, because it said so or refuses the token. Discord blocks an
 * address after 10,000 refused requests within ten minutes, and for longer each time if the address
 * continues after a 429. Safe for use by many threads; moments are values of {@link
 * System#nanoTime}.
 *
 * @see <a
 *     href="https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans">Discord:
 *     invalid request limit</a>
 */
final class RequestPause {
  /** After a 429 that does not say how long, or follows upon another one. */
  static final Backoff AFTER_LIMIT = new Backoff(Duration.ofMinutes(1), Duration.ofHours(1));

  /** After a refusal. Calls meanwhile get the same exception. */
  static final Backoff AFTER_REFUSAL = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10));

  private long sinceNanos;
  private long untilNanos;
  private @Nullable String reason;
  private @Nullable GatewayQueueException refusal;
  private int limits;
  private int refusals;

  /**
   * Throws if Discord must not be asked now.
   *
   * @throws SessionStartLimitUnavailableException if it has said how long not to
   * @throws GatewayQueueException if it has refused the token a moment ago
   */
  synchronized void check(long nowNanos) throws SessionStartLimitUnavailableException {
    Duration left = Duration.ofNanos(untilNanos - nowNanos);
    if (reason == null || !left.isPositive()) {
      return;
    }
    if (refusal != null) {
      throw new GatewayQueueException("" + refusal.getMessage(), refusal);
    }
    throw new SessionStartLimitUnavailableException(
        reason + ", of which " + seconds(left) + " are left", left);
  }

  /**
   * Takes note that an answer asks to wait.
   *
   * @param status its status
   * @param what what it said, for the message
   * @param asked how long, or null if it does not say
   * @return what to throw
   */
  synchronized SessionStartLimitUnavailableException limited(
      int status, String what, @Nullable Duration asked, long nowNanos) {
    Duration wait = asked == null ? Duration.ZERO : asked;
    if (status == 429) {
      int without = asked == null ? limits + 1 : limits; // how often it did not help to wait
      limits++;
      wait = without == 0 ? wait : longer(wait, AFTER_LIMIT.after(without));
    }
    refusals = 0;
    String why = what + " and asks to wait " + seconds(wait);
    pause(why, null, wait, nowNanos);
    return new SessionStartLimitUnavailableException(why, wait);
  }

  /** Takes note that the token was refused. */
  synchronized void refused(GatewayQueueException thrown, long nowNanos) {
    limits = 0;
    refusals++;
    pause("" + thrown.getMessage(), thrown, AFTER_REFUSAL.after(refusals), nowNanos);
  }

  /** Takes note of another answer, which ends a pause from before it was asked for. */
  synchronized void answered(long askedNanos) {
    if (sinceNanos - askedNanos <= 0) {
      limits = 0;
      refusals = 0;
      reason = null;
      refusal = null;
    }
  }

  /** Of two pauses, as answers to two requests may bring them, the one that ends later is kept. */
  private void pause(
      String why, @Nullable GatewayQueueException thrown, Duration pause, long nowNanos) {
    sinceNanos = nowNanos;
    long endNanos = nowNanos + pause.toNanos();
    if (reason == null || endNanos - untilNanos > 0) {
      untilNanos = endNanos;
      reason = why;
      refusal = thrown;
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** In whole seconds, as 82721 s: more than a day is rare, and must be seen. */
  private static String seconds(Duration duration) {
    return duration.plusNanos(999_999_999).toSeconds() + " s";
  }
}
