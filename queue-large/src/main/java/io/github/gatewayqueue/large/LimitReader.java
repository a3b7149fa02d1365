package io.github.gatewayqueue.large;

import static java.lang.System.Logger.Level.WARNING;
import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.internal.LimitText;
import io.github.gatewayqueue.local.engine.BackgroundLogger;
import io.github.gatewayqueue.local.engine.Buckets;
import io.github.gatewayqueue.local.engine.StackReserve;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings the session start limit to the budget and the buckets, from the source or from an update.
 * Each reading has a thread of its own. The budget decides when to read, and that there is one
 * reading at a time.
 *
 * <p>Safe for use by many threads. The source is called under no lock.
 */
final class LimitReader {
  /** Many times what Discord gives to anybody; a larger number is a mistake, and costs memory. */
  private static final int MAX_BUCKETS = 65_536;

  private static final BackgroundLogger LOGGER =
      new BackgroundLogger(System.getLogger("io.github.gatewayqueue.large"));

  /**
   * Makes the threads that read: no virtual ones, as those who wait may have pinned every carrier.
   */
  static final ThreadFactory THREADS =
      Thread.ofPlatform()
          .daemon()
          .name("session-start-limit")
          .inheritInheritableThreadLocals(false)
          .factory();

  private final SessionStartLimitSource source;
  private final ThreadFactory threads;
  private final Runnable reading = this::read; // linked now: later there may be no memory for it
  private final Budget budget;
  private final Buckets buckets;

  /** Held while a new limit is applied, so that budget and buckets are those of the same one. */
  private final ReentrantLock updates = new ReentrantLock();

  /** For threads that wait for a reading. A lock of its own, under which no other is taken. */
  private final ReentrantLock waits = new ReentrantLock();

  private final Condition readingOver = waits.newCondition();

  /** Why the last reading failed, if it did. */
  private volatile @Nullable Throwable failure;

  LimitReader(
      SessionStartLimitSource source, ThreadFactory threads, Budget budget, Buckets buckets) {
    this.source = source;
    this.threads = threads;
    this.budget = budget;
    this.buckets = buckets;
  }

  /** Returns how many buckets a limit gives, if a queue can have as many. */
  static int bucketsOf(SessionStartLimit limit) {
    int count = limit.maxConcurrency();
    if (count > MAX_BUCKETS) {
      throw new IllegalArgumentException(
          "maxConcurrency is " + count + ", expected at most " + MAX_BUCKETS);
    }
    return count;
  }

  /** Takes a limit, and discards the reading that is under way. */
  void update(SessionStartLimit limit, long askedNanos) {
    bucketsOf(limit);
    StackReserve.require();
    updates.lock();
    try {
      failure = null;
      accept(limit, askedNanos);
    } finally {
      updates.unlock();
      buckets.wakeHeads();
    }
    warnOf(limit);
  }

  /** Begins a reading if the limit is not known. */
  void readIfUnknown() {
    StackReserve.require();
    if (budget.beginReading(System.nanoTime())) {
      start();
    }
  }

  /** Begins a reading unless the last one is young. */
  void refresh() {
    StackReserve.require();
    if (budget.beginRefresh(System.nanoTime())) {
      start();
    }
  }

  /**
   * Begins a reading if the last one has come of age. What it is that fails, nobody has to know.
   */
  void renewIfOld(long nowNanos) {
    if (!budget.beginRenewal(nowNanos)) {
      return;
    }
    try {
      start();
    } catch (RuntimeException | Error e) {
      // no memory for a thread: the last reading is still good, and it is tried again
    }
  }

  /** Starts the reading that the budget has taken note of. */
  void start() {
    try {
      threads.newThread(reading).start();
    } catch (Throwable e) {
      budget.fail(System.nanoTime());
      failure = e;
      readingEnded();
      throw e;
    }
  }

  private void readingEnded() {
    budget.readingEnded();
    waits.lock();
    try {
      readingOver.signalAll();
    } finally {
      waits.unlock();
    }
  }

  /** Returns, or throws, as soon as it is known whether so many starts are left. */
  void require(int starts) throws IOException, InterruptedException {
    if (starts < 1) {
      throw new IllegalArgumentException("starts is " + starts + ", expected at least 1");
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    StackReserve.require();
    boolean waited = false;
    while (true) {
      long nowNanos = System.nanoTime();
      long delayNanos;
      SessionStartLimit fewer;
      synchronized (budget) { // of the same reading
        delayNanos = budget.delayNanosToKnow(starts, nowNanos);
        fewer = budget.limitIfFewer(starts, nowNanos);
      }
      if (delayNanos == Budget.READ) {
        readAgain();
      } else if (fewer == null) {
        return;
      } else if (delayNanos == 0 || waited) { // a start that is held stays uncertain for long
        throw exceeded(fewer, starts);
      } else {
        Thread.sleep(Duration.ofNanos(delayNanos));
        waited = true;
      }
    }
  }

  /** Has the limit read, and waits for that. */
  private void readAgain() throws IOException, InterruptedException {
    if (budget.begin(System.nanoTime())) {
      start();
    } else if (!budget.isReading() && failure == null) { // the last one left none, and is put off
      Thread.sleep(Duration.ofNanos(budget.putOffNanos(System.nanoTime())));
      return;
    }
    waits.lockInterruptibly();
    try {
      while (budget.isReading()) {
        readingOver.await();
      }
    } finally {
      waits.unlock();
    }
    Throwable thrown = failure;
    if (thrown instanceof GatewayQueueException refusal) {
      throw new GatewayQueueException(String.valueOf(refusal.getMessage()), refusal);
    }
    if (thrown != null) {
      throw new IOException("the session start limit could not be read: " + thrown, thrown);
    }
  }

  /** What a request throws if fewer starts than so many are left. */
  SessionStartLimitExceededException exceeded(SessionStartLimit limit, int starts) {
    return new SessionStartLimitExceededException(
        limit, budget.reserve, starts, Instant.now().plus(limit.resetAfter()));
  }

  /** Whatever goes wrong, the reading ends and the heads look again: nothing else wakes them. */
  private void read() {
    Reading reading;
    boolean taken;
    try {
      long version = budget.version();
      reading = fetch();
      taken = take(reading, version);
    } catch (Throwable e) { // such as that there is no memory even to note what was thrown
      budget.fail(System.nanoTime());
      failure = e;
      throw e;
    } finally {
      readingEnded(); // at last: a head that looks before it was taken would read once more
      buckets.wakeHeads();
    }
    if (taken) {
      warn(reading);
    }
  }

  /** What came of asking the source: a limit, or else what it threw. */
  private record Reading(
      long askedNanos, @Nullable SessionStartLimit limit, @Nullable Throwable thrown) {}

  private Reading fetch() {
    long askedNanos = System.nanoTime();
    try {
      SessionStartLimit limit = requireNonNull(source.fetch(), "the source returned null");
      bucketsOf(limit);
      return new Reading(askedNanos, limit, null);
    } catch (Throwable e) { // whatever the source throws, the requests go on waiting
      return new Reading(askedNanos, null, e);
    }
  }

  /** Takes what came of a reading, unless an update was faster; returns whether it did. */
  private boolean take(Reading reading, long version) {
    updates.lock();
    try {
      if (budget.version() != version) {
        return false;
      }
      failure = reading.thrown;
      if (reading.limit != null) {
        accept(reading.limit, reading.askedNanos);
      } else if (reading.thrown instanceof GatewayQueueException refusal) {
        budget.refused();
        buckets.refuseWaiting(refusal);
      } else {
        budget.fail(System.nanoTime(), retryAfter(reading.thrown));
      }
      return true;
    } finally {
      updates.unlock();
    }
  }

  private static Duration retryAfter(@Nullable Throwable thrown) {
    return thrown instanceof SessionStartLimitUnavailableException unavailable
        ? unavailable.retryAfter()
        : Duration.ZERO;
  }

  /** Called under the lock of updates; the caller wakes the heads afterwards. */
  private void accept(SessionStartLimit limit, long askedNanos) {
    buckets.resize(limit.maxConcurrency());
    synchronized (budget) { // no start is charged after this moment and yet before the limit counts
      budget.accept(limit, askedNanos, System.nanoTime());
    }
  }

  private void warn(Reading reading) {
    if (reading.limit != null) {
      warnOf(reading.limit);
    } else if (reading.thrown instanceof GatewayQueueException refusal) {
      warn("the session start limit cannot be read, requests fail: ", refusal);
    } else {
      warn("could not read the session start limit, trying again: ", reading.thrown);
    }
  }

  /** Tells the operator what a new limit brings that is bad. */
  private void warnOf(SessionStartLimit limit) {
    if (budget.reserve >= limit.total() && limit.total() > 0) {
      warn(
          "the reserve of " + budget.reserve + " leaves nothing of the total of " + limit.total(),
          ", and is lowered to one less");
    }
    long elsewhere = budget.tellUsedElsewhere();
    if (elsewhere > 0) {
      warn(
          elsewhere + " session starts were used elsewhere, by another program or an old process: ",
          LimitText.left(limit, budget.reserve));
    }
    warnIfLow();
  }

  /** Warns once if few starts are left, or none. */
  void warnIfLow() {
    Budget.Few few = budget.tell(System.nanoTime());
    if (few != null && few.usedUp()) {
      warn("the session starts are used up: ", few.text());
    } else if (few != null) {
      warn("the session starts run low: ", few.text());
    }
  }

  private static void warn(String line, @Nullable Object detail) {
    LOGGER.log(WARNING, () -> line + detail);
  }
}
