package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.internal.Backoff;
import io.github.gatewayqueue.internal.LimitText;
import io.github.gatewayqueue.internal.LowStarts;
import io.github.gatewayqueue.internal.ReadingAge;
import io.github.gatewayqueue.large.RecentStarts.Start;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The daily budget of session starts, as far as it is known: whether a start is left, and when the
 * limit must be read. Plain state, without a thread or a clock, guarded by itself. Every moment is
 * handed in, as a value of {@link System#nanoTime}, and two of them are compared by their
 * difference only.
 *
 * <p>A <i>reading</i> is the limit as Discord reported it once. It is used until the limit resets;
 * after that no start is released before the next reading. A reading that has reached its maximum
 * age is renewed in the background. At twice that age it is <i>stale</i>, and the next start waits
 * for its renewal.
 *
 * <p>Discord needs some seconds to count a start, so a reading may miss the last ones: those are
 * subtracted. If they are what exhausts the budget, the reading is used only until Discord must
 * have counted them. If charges since the reading exhaust it, it is read again as soon as it is no
 * longer young, because not every charge becomes a start.
 */
final class Budget {
  /** The answer of {@link #tryCharge} that has the caller read the limit. */
  static final long READ = -1;

  private static final long MIN_READING_AGE_NANOS = ReadingAge.MIN.toNanos();

  /** For how long a reading is good that does not tell when the limit resets. */
  private static final long RESETLESS_GOOD_NANOS = Duration.ofSeconds(60).toNanos();

  /** For how long, at most, a start waits for the reading that renews a stale one. */
  static final long LONGEST_RENEWAL_NANOS = Duration.ofSeconds(30).toNanos();

  /**
   * How many starts of a bucket a predecessor may have made that Discord has not counted yet: one
   * by each process that lives for a second, and fewer by those that live longer.
   */
  private static final int PREDECESSOR_STARTS =
      (int) (RecentStarts.UNCOUNTED_NANOS / 1_000_000_000);

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
  private final Backoff backoff;

  /** How old a reading may become before it is renewed. */
  private final long maxReadingAgeNanos;

  /** Until when a reading may miss the starts of a process that ran before this one, if any did. */
  private final long predecessorUntilNanos;

  private final boolean predecessor;
  private final LowStarts low = new LowStarts();
  private final RecentStarts recent = new RecentStarts();

  private @Nullable SessionStartLimit limit;

  /**
   * Starts left, the reserve among them, as far as is known. Below zero if more were charged than
   * Discord knew of.
   */
  private int left;

  /** When the last reading was asked for, and when it was taken. Meaningless before the first. */
  private long askedNanos;

  private long acceptedNanos;

  /**
   * How many starts of a predecessor the last reading may have missed; they are no part of left.
   */
  private int missed;

  /** How many starts were used that nobody charged here. */
  private long usedElsewhere;

  /** How many of them were told. */
  private long usedElsewhereTold;

  /** How many starts were subtracted from the last reading that it may have counted after all. */
  private int uncounted;

  /** When the limit resets, or a little before. Meaningless before the first reading. */
  private long resetNanos;

  /**
   * By how much the limit may reset before {@link #resetNanos}: the source does not tell when it
   * looked at its clock, and clocks drift. Never becomes less, because an update may bring a
   * reading from just before a reset after that reset.
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

  /** When the reading began that is under way. */
  private long readingNanos;

  /** Whether it was told that the budget is exhausted as it is. */
  private boolean exhaustionTold;

  /**
   * Creates a budget.
   *
   * @param predecessor whether a process may have started sessions until now that is not known of
   */
  Budget(
      int reserve,
      RandomGenerator random,
      long minBackoffNanos,
      long maxReadingAgeNanos,
      boolean predecessor,
      long nowNanos) {
    this.reserve = reserve;
    this.random = random;
    this.minBackoffNanos = minBackoffNanos;
    Duration first = Duration.ofNanos(Math.min(minBackoffNanos, MAX_BACKOFF_NANOS));
    this.backoff = new Backoff(first, Duration.ofNanos(MAX_BACKOFF_NANOS));
    this.maxReadingAgeNanos = maxReadingAgeNanos;
    this.predecessor = predecessor;
    this.predecessorUntilNanos = nowNanos + RecentStarts.UNCOUNTED_NANOS;
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
    if (usable() <= 0) {
      return Math.min(delayNanos(nowNanos), nanosToRenewal(nowNanos));
    }
    if (isStale(nowNanos) && reading && nowNanos - readingNanos < LONGEST_RENEWAL_NANOS) {
      return readingNanos + LONGEST_RENEWAL_NANOS - nowNanos;
    }
    left--;
    low.used(1, nowNanos);
    recent.add(new Start(nowNanos, latestUse(nowNanos, holdNanos), version), oldestAsked(nowNanos));
    shortenIfUncertain(nowNanos);
    return 0;
  }

  /** So that a head looks again when the reading must be renewed that leaves no start. */
  private long nanosToRenewal(long nowNanos) {
    if (reading) {
      return MAX_WINDOW_NANOS; // the end of a reading wakes the heads
    }
    long ageNanos = mayBeUnused() ? MIN_READING_AGE_NANOS : maxReadingAgeNanos;
    long dueNanos = askedNanos + ageNanos - nowNanos;
    return Math.max(1, Math.max(dueNanos, putOffNanos(nowNanos)));
  }

  /** The earliest moment at which a limit was asked for that may still come. */
  private long oldestAsked(long nowNanos) {
    long updateNanos = nowNanos - LargeBotQueue.UPDATE_AGE.toNanos();
    return reading && readingNanos - updateNanos < 0 ? readingNanos : updateNanos;
  }

  /** Takes note of a start of another process, before the first reading. */
  synchronized void remember(long startedNanos, long usedNanos, long nowNanos) {
    recent.add(new Start(startedNanos, usedNanos, version), nowNanos);
  }

  /**
   * Takes note of when a start is used that was held. If that is so late that a reading came
   * without it, it is charged to that.
   */
  synchronized void used(long chargedNanos, long holdNanos, long usedNanos) {
    Start start = recent.remove(chargedNanos, latestUse(chargedNanos, holdNanos));
    if (start == null && acceptedNanos - chargedNanos >= 0) {
      left--;
    }
    recent.add(new Start(chargedNanos, usedNanos, version), oldestAsked(usedNanos));
  }

  /**
   * Takes the charge of a start back that was not used. It was subtracted from the last reading,
   * unless that was of another day.
   */
  synchronized void takeBack(long chargedNanos, long holdNanos) {
    Start start = recent.remove(chargedNanos, latestUse(chargedNanos, holdNanos));
    if (start != null) {
      left++;
      if (start.version() != version) {
        uncounted--;
      }
      exhaustionTold &= usable() <= 0;
    }
  }

  /** So that no moment is too far from the present to be compared. */
  private static long latestUse(long chargedNanos, long holdNanos) {
    return chargedNanos + Math.min(holdNanos, FOREVER_NANOS);
  }

  /**
   * Takes note that a reading begins, if the limit is not known, or no longer, or it is doubtful
   * that no start is left, or the last reading is stale, and none is under way or put off.
   *
   * @return whether one begins; the caller has to read the limit then
   */
  synchronized boolean beginReading(long nowNanos) {
    return (!isGood(nowNanos) || isDoubtful(nowNanos) || isStale(nowNanos)) && begin(nowNanos);
  }

  /**
   * The same if the last reading, good or not, is as old as may be. One that may have missed a
   * predecessor's starts hides as many that are used elsewhere, and is soon renewed.
   */
  synchronized boolean beginRenewal(long nowNanos) {
    return beginIfOlder(missed > 0 ? MIN_READING_AGE_NANOS : maxReadingAgeNanos, nowNanos);
  }

  /** The same for callers that need the limit as it is now. */
  synchronized boolean beginRefresh(long nowNanos) {
    return beginIfOlder(MIN_READING_AGE_NANOS, nowNanos);
  }

  private boolean beginIfOlder(long ageNanos, long nowNanos) {
    return (!isGood(nowNanos) || nowNanos - askedNanos >= ageNanos) && begin(nowNanos);
  }

  /** The same, however young the last reading is. */
  synchronized boolean begin(long nowNanos) {
    if (reading || putOffNanos(nowNanos) > 0) {
      return false;
    }
    reading = true;
    readingNanos = nowNanos;
    return true;
  }

  /** Returns for how long no reading begins: 0 if one may. */
  synchronized long putOffNanos(long nowNanos) {
    return failures > 0 ? Math.max(0, retryNanos - nowNanos) : 0;
  }

  synchronized boolean isReading() {
    return reading;
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
    boolean wasExhausted = isExhaustedIfRight(nowNanos);
    if (isOfAnotherWindow(fresh, askedNanos, nowNanos)) {
      recent.forgetBefore(resetNanos - resetSlackNanos);
    } else if (isOfSameWindow(fresh, askedNanos)) {
      usedElsewhere += Math.max(0, left - missed - fresh.remaining());
    }
    recent.forgetBefore(askedNanos - RecentStarts.UNCOUNTED_NANOS);
    version++;
    limit = fresh;
    acceptedNanos = nowNanos;
    this.askedNanos = askedNanos;
    uncounted = recent.count();
    left = fresh.remaining() - uncounted;
    boolean misses = predecessor && askedNanos - predecessorUntilNanos < 0;
    missed = misses ? PREDECESSOR_STARTS * fresh.maxConcurrency() : 0;
    resetNanos = nowNanos + nanosToReset(fresh);
    resetSlackNanos = Math.max(resetSlackNanos, nowNanos - askedNanos + slackOf(fresh));
    goodUntilNanos = resetNanos;
    if (fresh.remaining() <= heldBack() || resetsAtOnce(fresh)) {
      fail(nowNanos, Duration.ofNanos(minBackoffNanos)); // or a stuck source is asked at its pace
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
   * resets next, because a reading that was answered just before the reset tells that same reset
   * again.
   */
  private boolean isOfAnotherWindow(SessionStartLimit fresh, long askedNanos, long nowNanos) {
    long nextResetNanos = nowNanos + nanosToReset(fresh);
    return limit != null
        && !limit.resetAfter().isZero()
        && resetNanos - askedNanos <= 0
        && nextResetNanos - resetNanos > resetSlackNanos;
  }

  /** Returns whether a smaller number is due to starts, as far as can be said. */
  private boolean isOfSameWindow(SessionStartLimit fresh, long askedNanos) {
    return limit != null
        && limit.total() == fresh.total()
        && !limit.resetAfter().isZero()
        && resetNanos - resetSlackNanos - askedNanos > 0;
  }

  /** Returns whether the last reading was never good for any time worth mentioning. */
  private boolean isMomentary() {
    return limit != null
        && goodUntilNanos == resetNanos
        && resetNanos - acceptedNanos < minBackoffNanos;
  }

  private boolean resetsAtOnce(SessionStartLimit fresh) {
    return !fresh.resetAfter().isZero() && nanosToReset(fresh) < minBackoffNanos;
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
   * Takes note that a reading failed: the next one must wait twice as long as after the last, and
   * at least as long as the source has said.
   */
  synchronized void fail(long nowNanos, Duration retryAfter) {
    failures++;
    long delayNanos = backoff.after(failures, random).toNanos();
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
   * Returns how long until a start is allowed: 0 if one is left, {@link #READ} if that is not known
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
    return isExhaustedIfRight(nowNanos) && !isDoubtful(nowNanos);
  }

  /** The same, whether or not the last reading is doubtful. */
  private boolean isExhaustedIfRight(long nowNanos) {
    return isGood(nowNanos) && usable() <= 0 && goodUntilNanos == resetNanos;
  }

  /** Returns the limit as it stands if no start is left until it resets, otherwise null. */
  synchronized @Nullable SessionStartLimit limitIfExhausted(long nowNanos) {
    return isExhausted(nowNanos) ? limit(nowNanos) : null;
  }

  /**
   * What an operator should hear of how few starts are left.
   *
   * @param usedUp whether no start is allowed until the limit resets
   */
  record Few(boolean usedUp, String text) {}

  /**
   * Returns what an operator should hear of how much is left, or null; the same only once while it
   * is so.
   */
  synchronized @Nullable Few tell(long nowNanos) {
    SessionStartLimit known = limit(nowNanos);
    if (known == null) {
      return null;
    }
    if (!isExhausted(nowNanos)) {
      String text = low.tell(known, reserve, usable(), nowNanos);
      return text == null ? null : new Few(false, text);
    }
    boolean told = exhaustionTold;
    exhaustionTold = true;
    low.usedUp();
    return told ? null : new Few(true, LimitText.left(known, reserve));
  }

  /** Returns how many starts were used elsewhere since it was last told. */
  synchronized long tellUsedElsewhere() {
    long untold = usedElsewhere - usedElsewhereTold;
    usedElsewhereTold = usedElsewhere;
    return untold;
  }

  /** Returns how many starts of the bot were used, as far as is known, that were none of these. */
  synchronized long usedElsewhere() {
    return usedElsewhere;
  }

  /**
   * Returns how long until it is known whether so many starts are left: 0 if that is known, {@link
   * #READ} if another reading is needed first.
   */
  synchronized long delayNanosToKnow(int starts, long nowNanos) {
    boolean fewer = usable() + uncounted + missed < starts;
    if (isMomentary() && nowNanos - acceptedNanos < minBackoffNanos) {
      return 0; // another reading would be over as soon
    }
    // One that leaves none itself is put off, for the longest backoff at most.
    long youngNanos = fewer && !mayBeUnused() ? MAX_BACKOFF_NANOS : MIN_READING_AGE_NANOS;
    if (!isGood(nowNanos) || nowNanos - acceptedNanos >= youngNanos) {
      return READ;
    }
    if (fewer || usable() >= starts) {
      return 0;
    }
    long countedNanos = acceptedNanos + RecentStarts.UNCOUNTED_NANOS - nowNanos;
    return countedNanos > 0 ? countedNanos : READ;
  }

  /** Returns the limit as it stands if it allows fewer starts than that, otherwise null. */
  synchronized @Nullable SessionStartLimit limitIfFewer(int starts, long nowNanos) {
    return usable() >= starts ? null : limit(nowNanos);
  }

  /** Returns the limit as it stands, or null if there was no reading yet. */
  synchronized @Nullable SessionStartLimit limit(long nowNanos) {
    SessionStartLimit known = limit;
    if (known == null) {
      return null;
    }
    Duration resetAfter = Duration.ofNanos(Math.max(0, resetNanos - nowNanos));
    return new SessionStartLimit(
        known.total(), Math.max(0, left), resetAfter, known.maxConcurrency());
  }

  /** Returns how old the last reading is, or -1 if there was none yet. */
  synchronized long readingAgeNanos(long nowNanos) {
    return limit == null ? -1 : Math.max(0, nowNanos - askedNanos);
  }

  /** Returns how many buckets there are, as far as is known. */
  synchronized int buckets() {
    return limit == null ? 1 : limit.maxConcurrency();
  }

  /** Returns how many starts are not used, which leaves at least one of a day. */
  private int heldBack() {
    SessionStartLimit known = limit;
    return known == null ? reserve : LimitText.heldBack(known, reserve);
  }

  /** Returns how many starts are allowed now; zero or less if none is. */
  private int usable() {
    return left - missed - heldBack();
  }

  /**
   * Returns whether Discord had starts left when it was last asked, so that what was charged here
   * may not have become a start.
   */
  private boolean mayBeUnused() {
    return limit != null && limit.remaining() > heldBack();
  }

  private boolean isGood(long nowNanos) {
    return limit != null && goodUntilNanos - nowNanos > 0;
  }

  /** Returns whether a reading may show that there are starts left after all. */
  private boolean isDoubtful(long nowNanos) {
    return usable() <= 0 && mayBeUnused() && nowNanos - askedNanos >= MIN_READING_AGE_NANOS;
  }

  /**
   * Returns whether nobody has asked for so long that others may have used many starts since the
   * last reading. If the next one has failed, that one has to do.
   */
  private boolean isStale(long nowNanos) {
    return limit != null && failures == 0 && (nowNanos - askedNanos) / 2 >= maxReadingAgeNanos;
  }

  private void shortenIfUncertain(long nowNanos) {
    boolean dueToPredecessor = usable() + missed > 0;
    long countedNanos =
        nowNanos
            + (dueToPredecessor
                ? Math.max(0, predecessorUntilNanos - nowNanos)
                : RecentStarts.UNCOUNTED_NANOS);
    boolean uncertain = usable() <= 0 && usable() + uncounted + missed > 0;
    if (uncertain && countedNanos - goodUntilNanos < 0) {
      goodUntilNanos = countedNanos;
    }
  }

  private static long nanos(Duration duration) {
    Duration longest = Duration.ofNanos(FOREVER_NANOS);
    return duration.compareTo(longest) > 0 ? FOREVER_NANOS : duration.toNanos();
  }
}
