package io.github.gatewayqueue.local.engine;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.internal.RequestReport;
import io.github.gatewayqueue.internal.Require;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one queue, and the threads that wait in them: the engine of every queue that keeps
 * its lines in this process. Safe for use by many threads; starts none but the {@linkplain
 * BackgroundLogger log's}.
 */
public final class Buckets {
  /*
   * What it is for
   *
   * A queue with one bucket could be a lock that each thread holds while it sleeps an interval. That
   * keeps the order, and 100 shards at 6 s would come up as they should. But a thread that is
   * interrupted in the middle of such a line must be searched for in the lock's own queue; a
   * budget, once exhausted, cannot wake exactly the threads that it concerns; and nobody can be
   * moved to another bucket when Discord raises max_concurrency. So the line is a list of its own,
   * and a lock is held for moments only.
   *
   * Ordering
   *
   * A request joins when it has got its bucket's lock and is linked to the end of the line. The lock
   * is fair, so that threads which contend for it join in the order in which they came to it. Only
   * the head of the line may go; somebody who arrives at the moment at which the head is due stands
   * behind it all the same, so nobody barges. Once in line, a thread may take the lock out of turn:
   * that delays an arrival by a moment but overtakes nobody.
   *
   * Deciding and waiting
   *
   * Line decides: who is the head, when it is due, whether the budget lets it go. It is plain state
   * that is told the time, so that tests drive it through a day of 100,000 shards without waiting.
   * This class waits: it holds the locks, reads the clock and parks the threads.
   *
   * Time
   *
   * The interval is counted from the moment at which the last start was released, not from when it
   * was due, because Discord sees what was done and not what was planned. That moment is read from
   * System.nanoTime() by the released thread itself, under the lock. With an interval of 6 s, a
   * start that is released 2 ms late at 6.002 s is followed by one at 12.002 s or later. An idle
   * spell earns nothing: after a minute in which nobody asked, the first request goes at once and
   * the one behind it waits a full interval.
   *
   * Starts that are held
   *
   * A start that was acquired is a Hold, which its line waits for. What is said of it is noted in
   * the Hold, under its own monitor, and the head is woken to look again: a bucket's lock may be
   * held when that monitor is taken, never the other way round. Running out is no event: until
   * something is said, the next start is due an interval after the hold's end, and the thread
   * that looks after that end logs it. After a resize all lines that took shards from a held one wait for
   * the same Hold. What is said after others were released cannot undo that; it only delays the next
   * release of the shard's own bucket.
   *
   * Waiting threads
   *
   * The head waits on its bucket's condition with a timeout, until it is due. All others park
   * without one. A thread that leaves the head of a line, released or not, wakes the one behind it,
   * which then is the head. So each release wakes one thread, and a line of 100,000 costs no more timers
   * than one of 2. Everybody who wakes, for whatever reason, takes the lock and looks again; nothing
   * is read from the fact of having been woken. That is why a wake-up that comes late, twice or for
   * nothing does no harm. It must only never be missing: each bucket's head is either awake, or in a
   * timed wait, or about to be unparked by the thread that made it the head.
   *
   * Cancellation
   *
   * A request is released by its own thread, and interrupted in its own thread. So the two cannot
   * cross: a thread that finds its interrupt first unlinks itself and, if it was the head, wakes the
   * next; a thread that finds itself released first returns with its interrupted status still set.
   * No grant is ever handed back: spacing and budget are charged at the release, so a request that
   * leaves before has cost nothing.
   *
   * Little stack
   *
   * A caller may recurse and have hardly any stack left. An overflow in the middle could leave a lock
   * with a thread that is dead, or a waiter in line, so whatever takes a bucket's lock reaches down
   * first: see StackReserve.
   *
   * Observability
   *
   * Nothing of the user's runs between joining a line and the return: a log handler that blocks
   * would hold up the line, or a shard that is released already. So lines are logged by another
   * thread, and the logger is asked whether it logs them before the request joins.
   *
   * Several buckets
   *
   * Each bucket has a lock and a line of its own, so an idle one never waits for another. When their
   * number changes, all locks are taken, the old buckets' and the new ones', the waiters are linked to
   * new lines in order of arrival, and the new array of buckets is published before the locks are
   * released. Only the thread that does so holds more than one of them, so their order does not
   * matter. An arrival, or a waiter that woke, which gets the lock of a bucket
   * that is no longer its own sees so and takes the right one. Bucket locks come before the budget's
   * own; of other code, only the budget runs under them: no log handlers and no I/O.
   *
   * Alternatives rejected
   *
   * A condition per waiter costs 500 to 840 bytes for each and cannot be moved to another lock.
   * signalAll on one condition wakes everybody for each release, which is quadratic. A scheduler
   * thread that completes futures would be a platform thread to close, would decide for threads that
   * may be gone, and would bring back the grants to hand back.
   */

  private static final BackgroundLogger LOGGER =
      new BackgroundLogger(System.getLogger("io.github.gatewayqueue"));

  private static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

  /** Refuses bad shards, and threads that are interrupted on entry, as every queue does. */
  private static final GatewayQueue ENTRANCE = GatewayQueue.noOp();

  static {
    RequestReport.load();
    // Loads it: a class that is first needed without memory is lost for good.
    StackReserve.require();
  }

  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong arrivals = new AtomicLong();
  private final long intervalNanos;
  private final StartBudget budget;

  /** The last refusal of those who wait, if there was one. */
  private volatile @Nullable Refusal refusal;

  /** Everybody who arrived before a certain one is refused. */
  private record Refusal(long beforeArrival, String message, GatewayQueueException cause) {}

  /** Replaced as a whole, under the locks of all buckets in it. Its elements never change. */
  private volatile Bucket[] buckets;

  /**
   * Creates the buckets of a queue.
   *
   * @param interval the shortest time between two releases of one bucket, from 1 ns to {@link
   *     Long#MAX_VALUE} ns
   * @param startDelay how long from now no bucket releases anybody, from zero to {@code
   *     Long.MAX_VALUE} ns
   * @param count how many buckets there are, at least 1
   * @param budget what each release is charged to
   * @throws IllegalArgumentException if a number or a duration is out of its range
   */
  public Buckets(Duration interval, Duration startDelay, int count, StartBudget budget) {
    this.intervalNanos = Require.positive("interval", interval).toNanos();
    this.budget = budget;
    long notBeforeNanos =
        System.nanoTime() + Require.notNegative("startDelay", startDelay).toNanos();
    Line[] lines = new Line[requirePositive(count)];
    Arrays.setAll(lines, i -> new Line(intervalNanos, budget, notBeforeNanos));
    buckets = bucketsOf(lines);
  }

  /**
   * Returns how long a start is held at most unless it is said otherwise: five intervals, or the
   * longest time that there is.
   *
   * @param interval the shortest time between two releases of one bucket
   * @return the time
   */
  public static Duration defaultHoldTimeout(Duration interval) {
    Duration fiveIntervals = interval.multipliedBy(5);
    return fiveIntervals.compareTo(MAX) < 0 ? fiveIntervals : MAX;
  }

  private static int requirePositive(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "the number of buckets is " + count + ", expected at least 1");
    }
    return count;
  }

  private static Bucket[] bucketsOf(Line[] lines) {
    Bucket[] buckets = new Bucket[lines.length];
    Arrays.setAll(buckets, i -> new Bucket(i, lines[i]));
    return buckets;
  }

  /**
   * Blocks until the request is released, as {@link GatewayQueue#request} says.
   *
   * @param id the shard's id
   * @param total how many shards the bot runs
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   */
  public void request(long id, long total) throws InterruptedException {
    await(id, total, null);
  }

  /**
   * Blocks until the request is released, as {@link GatewayQueue#acquire} says.
   *
   * @param id the shard's id
   * @param total how many shards the bot runs
   * @param timeout how long its bucket waits to be told what became of the start, more than zero
   * @return the start, which is held
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   */
  public SessionStart acquire(long id, long total, Duration timeout) throws InterruptedException {
    Hold hold = new Hold(id, total, timeout.toNanos(), intervalNanos);
    SessionStart start = new HeldStart(this, hold); // first: nothing may fail once it is released
    await(id, total, hold);
    return start;
  }

  /** The frames from here to {@code park} are copied to the heap for each that waits: few. */
  private void await(long id, long total, @Nullable Hold hold) throws InterruptedException {
    ENTRANCE.request(id, total);
    StackReserve.require();
    boolean logs = LOGGER.isLoggable(DEBUG); // before joining: the first call loads the logger
    RequestReport report = RequestReport.beginIfWatched(id, total, logs ? Buckets::logDebug : null);
    Waiter waiter = new Waiter(id, Thread.currentThread(), hold);
    try {
      boolean released = joinAndTry(waiter);
      if (!released && report != null) {
        report.waits();
      }
      if (!released && !awaitRelease(waiter)) {
        throw new InterruptedException(); // not where it waited: in a storm each frame counts
      }
    } catch (Throwable e) {
      leave(waiter);
      if (report != null) {
        reportBucket(report, waiter);
        report.gaveUp(e);
      }
      throw e;
    }
    if (report != null) {
      reportBucket(report, waiter);
      report.released(waiter.releaseNanos);
    }
  }

  private static void logDebug(Supplier<String> line) {
    LOGGER.log(DEBUG, line);
  }

  private static void reportBucket(RequestReport report, Waiter waiter) {
    Bucket last = waiter.bucket;
    if (last != null) {
      report.isInBucket(last.index);
    }
  }

  private static void warnOf(Hold expired) {
    try {
      LOGGER.log(
          WARNING,
          () ->
              "the start of shard "
                  + expired.shard
                  + " of "
                  + expired.total
                  + " ran out: nothing was said of it; the next start of its bucket is due an"
                  + " interval after that");
    } catch (Error e) {
      // no memory to begin with: the line goes on all the same
    }
  }

  /**
   * Returns how many requests are in line now, in all buckets together.
   *
   * @return the number at the moment of the call
   */
  public int waiting() {
    return waiting.get();
  }

  /**
   * Returns how each bucket stands. Each is looked at for itself, one after the other.
   *
   * @return one state per bucket, in the order of their indexes
   */
  public List<BucketState> states() {
    return ofEachLine(Buckets::stateOf);
  }

  /**
   * Returns who waits in each bucket, in the order of its line. Each is looked at for itself, one
   * after the other.
   *
   * @return the waiting threads of each bucket, in the order of their indexes
   */
  public List<List<Thread>> lines() {
    return ofEachLine(Line::threads);
  }

  private static BucketState stateOf(Line line) {
    long nowNanos = System.nanoTime();
    List<BucketState.Held> held = new ArrayList<>();
    for (Hold hold : line.holds()) {
      if (hold.runsOutInNanos(nowNanos).isPresent()) {
        held.add(new BucketState.Held(hold.shard, hold.releaseNanos()));
      }
    }
    return new BucketState(
        line.size(), line.lastReleaseNanos(), line.notBeforeNanos(nowNanos), List.copyOf(held));
  }

  /** Looks at every line, under its bucket's lock, and once more at all if they were replaced. */
  @SuppressWarnings("ReferenceEquality") // another array stands for other buckets
  private <T> List<T> ofEachLine(Function<Line, T> look) {
    StackReserve.require();
    while (true) {
      Bucket[] current = buckets;
      List<T> seen = new ArrayList<>();
      for (Bucket bucket : current) {
        bucket.lock.lock();
        try {
          seen.add(look.apply(bucket.line));
        } finally {
          bucket.lock.unlock();
        }
      }
      if (current == buckets) { // otherwise some were looked at before they were moved, some after
        return List.copyOf(seen);
      }
    }
  }

  /**
   * Makes everybody who is in line now fail, with an exception of its own. Later arrivals are not
   * affected. One thread at a time may call it.
   *
   * @param cause why; each request throws a {@link GatewayQueueException} with its message
   */
  public void refuseWaiting(GatewayQueueException cause) {
    refusal = new Refusal(arrivals.get(), messageOf(cause), cause);
    wakeHeads();
  }

  /**
   * Asked for once, and here: under the lock of a bucket, an exception of the user's may not run.
   */
  private static String messageOf(GatewayQueueException cause) {
    try {
      String message = cause.getMessage();
      return message == null ? cause.toString() : message;
    } catch (RuntimeException
        | Error e) { // an override that fails: those who wait are told all the same
      return cause.getClass().getName();
    }
  }

  /**
   * Has the head of every line look again whether it may go, because something has changed that it
   * was not told of: see {@link StartBudget}.
   */
  public void wakeHeads() {
    StackReserve.require();
    for (Bucket bucket : buckets) {
      bucket.lock.lock();
      try {
        bucket.headLooksAgain.signal();
      } finally {
        bucket.lock.unlock();
      }
    }
  }

  /**
   * Has those look again that wait for a start of which something was said: the line of its shard
   * and, if the lines were replaced since it was released, all that may have taken shards from its
   * own.
   */
  void hear(Hold hold) {
    if (hearAtHome(hold)) {
      wakeHeads();
    }
  }

  /** Returns whether others may have to hear of it, too. */
  @SuppressWarnings("ReferenceEquality") // another array stands for other buckets
  private boolean hearAtHome(Hold hold) {
    while (true) {
      Bucket[] current = buckets;
      Bucket bucket = current[(int) (hold.shard % current.length)];
      bucket.lock.lock();
      try {
        if (current == buckets) {
          bucket.line.hear(hold, System.nanoTime());
          bucket.headLooksAgain.signal();
          return hold.isShared();
        }
      } finally {
        bucket.lock.unlock();
      }
    }
  }

  /** Tells the budget that a start is used. */
  void used(Hold hold, long nowNanos) {
    budget.used(hold.releaseNanos(), hold.holdNanos(), nowNanos);
  }

  /** Gives the charge of a start back, and has everybody look who may go now. */
  void takeBack(Hold hold) {
    budget.takeBack(hold.releaseNanos(), hold.holdNanos());
    wakeHeads();
  }

  /**
   * Changes the number of buckets. Everybody who waits keeps its place among those of its new
   * bucket; no bucket starts anybody earlier than an interval after the last start in any of the
   * old ones from which it takes shards. To be called by one thread at a time.
   *
   * @param count how many buckets there are from now on, at least 1
   * @throws IllegalArgumentException if {@code count < 1}; nothing changes
   */
  public void resize(int count) {
    requirePositive(count);
    StackReserve.require();
    Bucket[] old = buckets;
    if (old.length != count) {
      replace(old, count);
    }
  }

  /**
   * Everything that may fail comes first, and everybody is moved under all locks, the old ones and
   * the new: a waiter that wakes meanwhile must not touch a line that is being linked.
   */
  private void replace(Bucket[] old, int count) {
    lock(old);
    try {
      Line[] from = new Line[old.length];
      Arrays.setAll(from, i -> old[i].line);
      Line[] to = Line.successorsOf(from, count, System.nanoTime());
      Bucket[] fresh = bucketsOf(to);
      lock(fresh);
      try {
        Line.moveWaiters(from, to);
        for (Bucket bucket : fresh) {
          bucket.adoptWaiters();
        }
        buckets = fresh;
        for (Bucket bucket : old) {
          bucket.headLooksAgain.signal();
        }
        for (Bucket bucket : fresh) {
          wakeHead(bucket);
        }
      } finally {
        unlock(fresh);
      }
    } finally {
      unlock(old);
    }
  }

  private static void lock(Bucket[] buckets) {
    for (Bucket bucket : buckets) {
      bucket.lock.lock();
    }
  }

  private static void unlock(Bucket[] buckets) {
    for (Bucket bucket : buckets) {
      bucket.lock.unlock();
    }
  }

  /**
   * Joins the line, and goes at once if nobody stands before it and a start is due.
   *
   * @return whether the waiter was released
   */
  @SuppressWarnings("ReferenceEquality") // another array stands for other buckets
  private boolean joinAndTry(Waiter waiter) throws InterruptedException {
    while (true) {
      Bucket[] current = buckets;
      Bucket bucket = current[(int) (waiter.id % current.length)];
      bucket.lock.lockInterruptibly();
      try {
        if (current == buckets) {
          waiter.arrival = arrivals.getAndIncrement();
          waiter.bucket = bucket;
          bucket.line.join(waiter);
          waiting.incrementAndGet();
          return bucket.line.head() == waiter && tryRelease(bucket, waiter) <= 0;
        }
      } finally {
        bucket.lock.unlock();
      }
    }
  }

  /**
   * Waits for the release.
   *
   * @return whether the waiter was released; if not, the thread was interrupted, and its status is
   *     cleared
   */
  private boolean awaitRelease(Waiter waiter) {
    try {
      while (!awaitReleaseAsHead(waiter)) {
        LockSupport.park(this);
        if (Thread.interrupted()) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /**
   * Waits for the release while the waiter is the head of its line.
   *
   * @return whether the waiter was released; if not, it is not the head
   */
  private boolean awaitReleaseAsHead(Waiter waiter) throws InterruptedException {
    Bucket bucket = lockBucketOf(waiter);
    try {
      while (bucket.line.head() == waiter) {
        long delayNanos = tryRelease(bucket, waiter);
        if (delayNanos <= 0) {
          return true;
        }
        bucket.headLooksAgain.awaitNanos(delayNanos);
        if (waiter.bucket != bucket) { // moved meanwhile
          bucket.lock.unlock();
          bucket = lockBucketOf(waiter);
        }
      }
      return false;
    } finally {
      bucket.lock.unlock();
    }
  }

  /** Releases the head of the bucket, whose lock is held, or tells how long it has to wait. */
  private long tryRelease(Bucket bucket, Waiter head) {
    Refusal refused = refusal;
    if (refused != null && head.arrival < refused.beforeArrival) {
      throw new GatewayQueueException(refused.message, refused.cause);
    }
    long nowNanos = System.nanoTime();
    for (Hold hold; (hold = bucket.line.takeExpired(nowNanos)) != null; ) {
      warnOf(hold);
    }
    long delayNanos = bucket.line.tryReleaseHead(nowNanos);
    if (delayNanos <= 0) {
      waiting.decrementAndGet();
      wakeHead(bucket);
    }
    return delayNanos;
  }

  /** Takes the waiter out of the line, if it stands in one. */
  private void leave(Waiter waiter) {
    if (waiter.bucket == null) {
      return;
    }
    Bucket bucket = lockBucketOf(waiter);
    try {
      if (!bucket.line.contains(waiter)) {
        wakeHead(bucket); // it was released, but to wake the next may have had no memory
        return;
      }
      boolean wasHead = bucket.line.head() == waiter;
      bucket.line.leave(waiter);
      waiting.decrementAndGet();
      if (wasHead) {
        wakeHead(bucket);
      }
    } finally {
      bucket.lock.unlock();
    }
  }

  /** Wakes the one that has become the head of the bucket, whose lock is held. */
  private static void wakeHead(Bucket bucket) {
    Waiter head = bucket.line.head();
    if (head != null) {
      LockSupport.unpark(head.thread);
    }
  }

  /** Locks the bucket that the waiter stands in, which may change until the lock is had. */
  @SuppressWarnings("LockNotBeforeTry") // the caller unlocks
  private static Bucket lockBucketOf(Waiter waiter) {
    while (true) {
      Bucket bucket = requireNonNull(waiter.bucket);
      if (!bucket.lock.tryLock()) { // out of turn if it can: see Ordering
        bucket.lock.lock();
      }
      if (bucket == waiter.bucket) {
        return bucket;
      }
      bucket.lock.unlock();
    }
  }
}
