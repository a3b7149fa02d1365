package io.github.gatewayqueue.redis;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.internal.Backoff;
import io.github.gatewayqueue.internal.SafeLogger;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the session start limit when the store assigns that to this process: one reading at a time,
 * on a thread of its own, and with a delay after failures. Used by the worker, except for the
 * result that the reading thread hands over.
 */
final class LimitReader {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.redis"));

  private static final int MAX_BUCKETS = 65_536;

  /** Discord counts by days, and whatever says more is wrong. */
  private static final Duration MAX_WINDOW = Duration.ofDays(1);

  /** How long the first pause is, and that after a limit which is good for less. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** The longest pause. The store's numbers cannot hold more than some hundred years. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final Backoff BACKOFF = new Backoff(SHORTEST, Duration.ofSeconds(60));

  private final @Nullable SessionStartLimitSource source;
  private final int reserve;
  private final QueueThreadFactory threads;
  private final SplittableRandom random;
  private final Consumer<Runnable> worker;
  private final Results results;

  /** The thread that reads, or did so last. */
  private @Nullable Thread reader;

  private boolean reading;

  /** How many readings in a row have brought nothing. */
  private int failures;

  /**
   * When the next reading may begin after one that brought nothing, and whether that is to come.
   */
  private long notBeforeNanos;

  private boolean triesAgain;

  /** What comes of readings, told on the worker's thread. */
  interface Results {
    void read(Step.Reading reading);

    /** It could not be read this time; Discord asks to be left alone for so long. */
    void failed(@Nullable Throwable failure, Duration retryAfter);

    /** The source refuses for good. */
    void refused(GatewayQueueException refusal, long failedNanos);
  }

  /**
   * Creates a reader.
   *
   * @param source where the limit is read from, if the process can do so
   * @param worker runs tasks on the worker's thread
   */
  LimitReader(
      @Nullable SessionStartLimitSource source,
      int reserve,
      QueueThreadFactory threads,
      SplittableRandom random,
      Consumer<Runnable> worker,
      Results results) {
    this.source = source;
    this.reserve = reserve;
    this.threads = threads;
    this.random = random;
    this.worker = worker;
    this.results = results;
  }

  /** Returns whether a reading is under way, or is not to be tried again yet. */
  boolean isBusy() {
    return reading || (failures > 0 && notBeforeNanos - System.nanoTime() > 0);
  }

  /** Returns in how many nanoseconds a reading that failed may be tried again. */
  long delayNanos(long nowNanos) {
    return triesAgain ? notBeforeNanos - nowNanos : Long.MAX_VALUE;
  }

  /** Returns whether a reading that failed may be tried again now; once. */
  boolean takeRetry(long nowNanos) {
    boolean now = triesAgain && notBeforeNanos - nowNanos <= 0;
    triesAgain &= !now;
    return now;
  }

  /**
   * Begins to read, unless it is busy.
   *
   * @param number the store's, for the reading
   */
  void begin(long number) {
    SessionStartLimitSource limits = source;
    if (limits == null || isBusy()) {
      return;
    }
    try {
      Thread next = threads.unstarted("session-start-limit", () -> read(limits, number));
      reading = true;
      reader = next;
      next.start();
    } catch (Throwable e) { // such as that there is no memory for a thread
      failed(Duration.ZERO);
      LOGGER.log(WARNING, "could not begin to read the session start limit, trying again: " + e);
    }
  }

  /** Ends a reading whose thread found no memory to tell of its end. */
  void endIfDead(boolean nothingTold) {
    Thread last = reader;
    if (reading && last != null && !last.isAlive() && nothingTold) {
      failed(Duration.ZERO);
    }
  }

  /** Interrupts a reading: nobody wants to know any more. */
  void stop() {
    Thread last = reader;
    if (last != null) {
      last.interrupt();
    }
  }

  private void failed(Duration retryAfter) {
    reading = false;
    triesAgain = true;
    failures++;
    long backoffNanos = BACKOFF.after(failures, random).toNanos();
    notBeforeNanos = System.nanoTime() + Math.max(backoffNanos, retryAfter.toNanos());
  }

  private void read(SessionStartLimitSource limits, long number) {
    SessionStartLimit fresh = null;
    Duration retryAfter = Duration.ZERO;
    Throwable failure = null;
    try {
      fresh = usable(limits.fetch());
    } catch (GatewayQueueException e) {
      LOGGER.log(WARNING, "the session start limit cannot be read, requests fail: " + e);
      long failedNanos = System.nanoTime();
      worker.accept(() -> results.refused(e, failedNanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) { // an Error, too, or it would never be read again
      if (e instanceof SessionStartLimitUnavailableException unavailable) {
        retryAfter = unavailable.retryAfter();
      }
      failure = e;
      LOGGER.log(WARNING, "could not read the session start limit, trying again: " + e);
    }
    SessionStartLimit limit = fresh;
    Duration wait = retryAfter;
    Throwable thrown = failure;
    worker.accept(() -> end(number, limit, thrown, wait));
  }

  private void end(
      long number,
      @Nullable SessionStartLimit limit,
      @Nullable Throwable failure,
      Duration retryAfter) {
    if (limit == null) {
      Duration bounded = retryAfter.compareTo(LONGEST) > 0 ? LONGEST : retryAfter;
      failed(bounded);
      results.failed(failure, bounded);
      return;
    }
    boolean resetsAtOnce =
        !limit.resetAfter().isZero() && limit.resetAfter().compareTo(SHORTEST) < 0;
    if (usableStarts(limit) > 0 && !resetsAtOnce) {
      reading = false;
      failures = 0;
    } else {
      failed(SHORTEST); // a source that says so again and again is not asked at that pace
    }
    results.read(new Step.Reading(number, limit));
  }

  /** Returns the limit, or null for one that is as good as a reading that failed. */
  private @Nullable SessionStartLimit usable(SessionStartLimit limit) throws IOException {
    if (limit.maxConcurrency() > MAX_BUCKETS) {
      LOGGER.log(
          WARNING,
          "max_concurrency is " + limit.maxConcurrency() + ", expected at most " + MAX_BUCKETS);
      return null;
    }
    if (usableStarts(limit) <= 0 && limit.resetAfter().isZero()) {
      throw new IOException("no session start is left, and the limit does not say when it resets");
    }
    return limit.resetAfter().compareTo(MAX_WINDOW) <= 0
        ? limit
        : new SessionStartLimit(
            limit.total(), limit.remaining(), MAX_WINDOW, limit.maxConcurrency());
  }

  private int usableStarts(SessionStartLimit limit) {
    return limit.remaining() - Math.min(reserve, Math.max(0, limit.total() - 1));
  }
}
