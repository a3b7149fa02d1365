package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.RecentStarts.Start;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The daily budget of session starts, as far as it is known: whether a start is left, and when the
 * limit has to be read. Plain state, without a thread or a clock in it, and guarded by itself;
 * every moment is handed in, as a value of {@link System#nanoTime}, and two of them are compared by
 * their difference only.
 *
 * <p>A <i>reading</i> is what Discord told of the limit. It is good until the limit resets; from
 * then on nothing goes before the next reading. Discord needs a while to count a start, so a
 * reading may miss the last ones: those are subtracted. If they are what exhausts the budget, the
 * reading is good for only so long as Discord may have needed to count them.
 */
final class Budget {
  /** The answer of {@link #tryCharge} that has the caller read the limit. */
  static final long READ = -1;

  /** For how long a reading is good that does not tell when the limit resets. */
  private static final long RESETLESS_GOOD_NANOS = Duration.ofSeconds(60).toNanos();

  /** For how long a reading is put off after the first failure, at most. */
  static final Duration MIN_BACKOFF = Duration.ofSeconds(1);

  private static final long MAX_BACKOFF_NANOS = Duration.ofSeconds(60).toNanos();

  private static final long MAX_WINDOW_NANOS = Duration.ofDays(1).toNanos();

  /** Far away, yet never so far that the difference to a moment overflows. */
  private static final long FOREVER_NANOS = Long.MAX_VALUE / 2;

  /** How many starts are not to be used, as it was set. */
  final int reserve;

  private final RandomGenerator random;
  private final long minBackoffNanos;
  private final RecentStarts recent = new RecentStarts();

  private @Nullable SessionStartLimit limit;

  /** Starts left, the reserve among them, as far as is known. */
  private int left;

  /** When the last reading was taken. Meaningless before the first one. */
  private long acceptedNanos;

  /** How many starts were subtracted from the last reading that it may have counted after all. */
  private int uncounted;

  /** When the limit resets, or a little before. Meaningless before the first reading. */
  private long resetNanos;

  /**
   * By how much the limit may reset before {@link #resetNanos}: the source does not tell when it
   * looked at its clock, and clocks drift. Never becomes less, since an update may bring a reading
   * from just before a reset after that reset.
   */
  private long resetSlackNanos;

  /** Until when the last reading is good. Meaningless before the first reading. */
  private long goodUntilNanos;

  /** How often in a row a reading failed. */
  private int failures;

  /** When to read again after a failure. Meaningless without one. */
  private long retryNanos;

  /** How many limits were accepted. */
  private long version;

  private boolean reading;

  /** Whether it was told that the budget is exhausted as it is. */
  private boolean exhaustionTold;

  Budget(int reserve, RandomGenerator random, long minBackoffNanos) {
    this.reserve = reserve;
    this.random = random;
    this.minBackoffNanos = minBackoffNanos;
  }

  /**
   * Charges a start if one is left, which may be used until the hold is over.
   *
   * @return 0 if a start was charged, {@link #READ} if the caller has to read the limit, otherwise
   *     the nanoseconds after which it is worth asking again, more than 0
   */
  synchronized long tryCharge(long nowNanos, long holdNanos) {
    if (beginReading(nowNanos)) {
      return READ;
    }
    if (!isGood(nowNanos)) {
      // The end of a reading wakes the heads. If its thread could not be started they look again.
      return reading ? MAX_BACKOFF_NANOS : retryNanos - nowNanos;
    }
    long delayNanos = delayNanos(nowNanos);
    if (delayNanos > 0) {
      return delayNanos;
    }
    left--;
    recent.add(new Start(nowNanos, latestUse(nowNanos, holdNanos), version), nowNanos);
    shortenIfUncertain(nowNanos);
    return 0;
  }

  /**
   * Takes note of when a start is used that was held. If that is so late that a reading came
   * without it, it is charged to that.
   */
  synchronized void used(long chargedNanos, long holdNanos, long usedNanos) {
    Start start = recent.remove(chargedNanos, latestUse(chargedNanos, holdNanos));
    if (start == null && acceptedNanos - chargedNanos >= 0) {
      left = Math.max(0, left - 1);
    }
    recent.add(new Start(chargedNanos, usedNanos, version), usedNanos);
  }

  /**
   * Takes the charge of a start back that was not used. A reading since then has settled it:
   * Discord tells there what is left.
   */
  synchronized void takeBack(long chargedNanos, long holdNanos) {
    Start start = recent.remove(chargedNanos, latestUse(chargedNanos, holdNanos));
    if (start != null && start.version() == version) {
      left++;
      exhaustionTold &= usable() <= 0;
    }
  }

  /** So that no moment is too far from the present to be compared. */
  private static long latestUse(long chargedNanos, long holdNanos) {
    return chargedNanos + Math.min(holdNanos, FOREVER_NANOS);
  }

  /**
   * Takes note that a reading begins, if the limit is not known, or no longer, and none is under
   * way or put off.
   *
   * @return whether one begins; the caller has to read the limit then
   */
  synchronized boolean beginReading(long nowNanos) {
    boolean putOff = failures > 0 && retryNanos - nowNanos > 0;
    if (isGood(nowNanos) || reading || putOff) {
      return false;
    }
    reading = true;
    return true;
  }

  /** Returns how many limits were accepted; if two calls differ, one was in between. */
  synchronized long version() {
    return version;
  }

  /** Takes note that a reading has ended, however it did, so that another one may begin. */
  synchronized void readingEnded() {
    reading = false;
  }

  /** Takes a reading. The answer to one that is under way is not to be taken any more. */
  synchronized void accept(SessionStartLimit fresh, long askedNanos, long nowNanos) {
    boolean wasExhausted = isExhausted(nowNanos);
    if (isOfAnotherWindow(fresh, askedNanos, nowNanos)) {
      recent.forgetBefore(resetNanos - resetSlackNanos);
    }
    recent.forgetBefore(askedNanos - RecentStarts.UNCOUNTED_NANOS);
    version++;
    limit = fresh;
    acceptedNanos = nowNanos;
    uncounted = Math.min(recent.count(), fresh.remaining());
    left = fresh.remaining() - uncounted;
    resetNanos = nowNanos + nanosToReset(fresh);
    resetSlackNanos = Math.max(resetSlackNanos, nowNanos - askedNanos + slackOf(fresh));
    goodUntilNanos = resetNanos;
    if (fresh.remaining() <= heldBack()) {
      fail(nowNanos); // a source that says so again and again is not asked at that pace
    } else {
      failures = 0;
      if (fresh.resetAfter().isZero()) {
        goodUntilNanos = nowNanos + RESETLESS_GOOD_NANOS;
      }
    }
    shortenIfUncertain(nowNanos);
    exhaustionTold &= wasExhausted && isExhausted(nowNanos);
  }

  /**
   * Returns whether the limit has reset since the last reading: going by the clock, and by when it
   * resets next, since a reading that was answered just before the reset tells that same reset
   * again.
   */
  private boolean isOfAnotherWindow(SessionStartLimit fresh, long askedNanos, long nowNanos) {
    long nextResetNanos = nowNanos + nanosToReset(fresh);
    return limit != null
        && !limit.resetAfter().isZero()
        && resetNanos - askedNanos <= 0
        && nextResetNanos - resetNanos > resetSlackNanos;
  }

  /** A tenth of the time to the reset, but no longer than it matters which window a start is of. */
  private static long slackOf(SessionStartLimit fresh) {
    return Math.min(nanosToReset(fresh) / 10, RecentStarts.UNCOUNTED_NANOS);
  }

  /** Of a day at most: Discord counts by days, and whatever says more is wrong. */
  private static long nanosToReset(SessionStartLimit fresh) {
    return Math.min(nanos(fresh.resetAfter()), MAX_WINDOW_NANOS);
  }

  /**
   * Takes note that a reading failed; the next one has to wait, twice as long as after the last,
   * and for as long as the source has said.
   */
  synchronized void fail(long nowNanos, Duration retryAfter) {
    long backoffNanos = Math.min(MAX_BACKOFF_NANOS, minBackoffNanos << Math.min(failures, 6));
    failures++;
    long delayNanos = backoffNanos - random.nextLong(backoffNanos / 2);
    retryNanos = nowNanos + Math.max(delayNanos, nanos(retryAfter));
  }

  synchronized void fail(long nowNanos) {
    fail(nowNanos, Duration.ZERO);
  }

  /** Forgets what a failed reading left behind, so that the next request asks anew and at once. */
  synchronized void refused() {
    failures = 0;
  }

  /**
   * Returns how long until a start can be had: 0 if one is left, {@link #READ} if that is not known
   * before the next reading.
   */
  synchronized long delayNanos(long nowNanos) {
    if (!isGood(nowNanos)) {
      return READ;
    }
    return usable() > 0 ? 0 : goodUntilNanos - nowNanos;
  }

  /** Returns whether it is known that no start is left until the limit resets. */
  synchronized boolean isExhausted(long nowNanos) {
    return isGood(nowNanos) && usable() <= 0 && goodUntilNanos == resetNanos;
  }

  /** Returns the limit as it stands if no start is left until it resets, otherwise null. */
  synchronized @Nullable SessionStartLimit limitIfExhausted(long nowNanos) {
    return isExhausted(nowNanos) ? limit(nowNanos) : null;
  }

  /** The same, but only once for as long as it is so. */
  synchronized @Nullable SessionStartLimit tellExhaustion(long nowNanos) {
    if (exhaustionTold || !isExhausted(nowNanos)) {
      return null;
    }
    exhaustionTold = true;
    return limit(nowNanos);
  }

  /** Returns the limit as it stands, or null if there was no reading yet. */
  synchronized @Nullable SessionStartLimit limit(long nowNanos) {
    SessionStartLimit known = limit;
    if (known == null) {
      return null;
    }
    Duration resetAfter = Duration.ofNanos(Math.max(0, resetNanos - nowNanos));
    return new SessionStartLimit(known.total(), left, resetAfter, known.maxConcurrency());
  }

  /** Returns how many starts are not used, which leaves at least one of a day. */
  private int heldBack() {
    SessionStartLimit known = limit;
    return known == null ? reserve : Math.min(reserve, Math.max(0, known.total() - 1));
  }

  private int usable() {
    return left - heldBack();
  }

  private boolean isGood(long nowNanos) {
    return limit != null && goodUntilNanos - nowNanos > 0;
  }

  private void shortenIfUncertain(long nowNanos) {
    long countedNanos = nowNanos + RecentStarts.UNCOUNTED_NANOS;
    boolean uncertain = usable() <= 0 && usable() + uncounted > 0;
    if (uncertain && countedNanos - goodUntilNanos < 0) {
      goodUntilNanos = countedNanos;
    }
  }

  private static long nanos(Duration duration) {
    Duration longest = Duration.ofNanos(FOREVER_NANOS);
    return duration.compareTo(longest) > 0 ? FOREVER_NANOS : duration.toNanos();
  }
}
