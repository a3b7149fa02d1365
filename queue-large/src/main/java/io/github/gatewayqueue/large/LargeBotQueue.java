package io.github.gatewayqueue.large;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.LimitedQueue;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.internal.ReadingAge;
import io.github.gatewayqueue.internal.Require;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.local.engine.BucketState;
import io.github.gatewayqueue.local.engine.Buckets;
import io.github.gatewayqueue.local.engine.EngineAccess;
import io.github.gatewayqueue.local.engine.StackReserve;
import io.github.gatewayqueue.local.engine.StartBudget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A queue for large bots: one line for each of the {@code max_concurrency} buckets, and one daily
 * budget of session starts for all of them together.
 *
 * <p>Each bucket releases its shards in order, at least an interval apart, and never waits for
 * another bucket. Each release is charged to the budget as it happens. When only the {@linkplain
 * Builder#reserve reserve} is left, requests {@linkplain WhenExhausted wait or fail}. When the
 * limit has reset, it is read again from the {@link SessionStartLimitSource} before the next
 * release.
 *
 * {@snippet file="io/github/gatewayqueue/large/UsageTest.java" region="usage"}
 *
 * <h2>Ordering</h2>
 *
 * Within one bucket ({@code id % max_concurrency}) as for {@link LocalQueue}: the joining point is
 * inside {@link #request}, when the calling thread has acquired its bucket's fair lock and is
 * linked to the end of the line. A request that the {@linkplain Builder#brake brake} delays joins
 * after its pause. Between buckets there is no order. When an {@linkplain #update update} changes
 * the number of buckets, the requests in line keep their order of arrival in their new buckets. A
 * new bucket releases its first shard no earlier than an interval after the last release in any old
 * bucket that it takes shards from.
 *
 * <h2>Starts that are held</h2>
 *
 * A start that was {@linkplain #acquire acquired} holds its bucket until its holder reports what
 * became of it, for at most the {@linkplain Builder#holdTimeout hold time-out}. The interval then
 * counts from that report: see {@link SessionStart}. After an update all buckets that take shards
 * from a bucket that is held wait for it.
 *
 * <h2>The limit</h2>
 *
 * The limit is read again:
 *
 * <ul>
 *   <li>before the next release, once {@code resetAfter} has passed. If Discord sent 0, as it does
 *       at times, a reading that leaves a start is used for a minute. No reading is used for more
 *       than a day;
 *   <li>in the background, at the next request, once the reading is older than the {@linkplain
 *       Builder#maxReadingAge maximum age};
 *   <li>before the next release, once it is twice that old, because others may have used many
 *       starts while no shard asked here. If that reading fails or takes longer than 30 s, the old
 *       one is used;
 *   <li>when the reading is 30 s old, if the releases after it have used up its starts: requests
 *       wait for this reading, also with {@link WhenExhausted#FAIL}, before the starts count as
 *       used up;
 *   <li>after ten seconds, if it leaves no start only because of starts that Discord may not have
 *       counted yet.
 * </ul>
 *
 * After a reading that leaves no start, the next one waits as after a failure, even if the reset
 * comes sooner. Each reading also sets the number of buckets. If {@code remaining} has become
 * smaller than the releases explain, the rest was used elsewhere. That is logged, and is what the
 * reserve is for.
 *
 * <p>Discord needs a few seconds to count a start, so a reading may miss the last ones. The queue
 * subtracts those of the same day: starts that are held, and those that were released or used in
 * the last ten seconds before the reading, or after it. A process that has just begun does not know
 * what its predecessors have started. So it keeps back ten starts per bucket until it has a reading
 * made at least ten seconds after {@link Builder#build}: enough for predecessors that lived for a
 * second each.
 *
 * <h2>The brake</h2>
 *
 * A shard that starts for the fifth time within ten minutes waits before it joins the line: 5 s,
 * and twice as long each time after that, up to 15 min. After an hour without a start, its starts
 * are forgotten. No other shard waits for that, and none is refused. A warning names the shard. See
 * {@link Builder#brake}.
 *
 * <h2>Failure</h2>
 *
 * While the limit is unknown, nothing is released. If the source throws an {@link IOException} or
 * anything unexpected, and a request waits, it is asked again after 1 s, then 2 s and so on up to
 * 60 s, less some jitter, and no sooner than a {@link
 * io.github.gatewayqueue.SessionStartLimitUnavailableException} says. If it throws a {@link
 * GatewayQueueException}, for instance because the token is refused, all requests that wait throw
 * one of their own, with that one as the cause. The next request asks the source again.
 *
 * <h2>Interruption</h2>
 *
 * As for {@link LocalQueue}: an interrupted request leaves at once, and takes neither a slot nor a
 * start of the budget.
 *
 * <h2>Threads</h2>
 *
 * Safe for use by many threads, virtual or not. Each reading of the limit calls the source on a
 * platform thread of its own, a daemon that is started when the limit is needed and ends with the
 * reading; there is never more than one. (A virtual thread would need a carrier, and shards that
 * wait may have pinned all of them: see {@link GatewayQueue}.) The only other thread that the queue
 * starts is one for its log, while there is something to log. It needs no closing. While a source
 * hangs, requests can still join and leave the line, and {@link #update} and {@link #waiting} work.
 *
 * @see <a
 *     href="https://discord.com/developers/docs/events/gateway#session-start-limit-object">Discord:
 *     session start limit</a>
 */
public final class LargeBotQueue implements LimitedQueue {
  /*
   * Buckets makes threads wait, and asks Gate at the exit; Budget decides, and guards itself; LimitReader
   * brings limits to both. Locks, in the order in which they may be taken: LimitReader's, the buckets',
   * Budget's. Under none of them is the source called, or anything waited for, but for the buckets' own
   * conditions. What does happen under a bucket's lock is that the thread of a reading or of the log is
   * started.
   */

  /** How old the limit of an update may be: the caller has just read it. */
  static final Duration UPDATE_AGE = Duration.ofSeconds(1);

  /** Refuses bad shards, and threads that are interrupted on entry, as every queue does. */
  private static final GatewayQueue ENTRANCE = GatewayQueue.noOp();

  /** What becomes of requests when the session starts of the day are used up. */
  public enum WhenExhausted {
    /** They wait until the limit has reset. */
    WAIT,
    /**
     * All requests in line and all that join it throw {@link SessionStartLimitExceededException} at
     * once, until the limit has reset. While the limit is not known, they still wait, and so does
     * one that the brake delays, until it joins the line.
     */
    FAIL
  }

  static {
    EngineAccess.open(queue -> ((LargeBotQueue) queue).buckets);
  }

  private final Duration interval;
  private final Duration holdTimeout;
  private final WhenExhausted whenExhausted;
  private final int reserve;
  private final Budget budget;
  private final Buckets buckets;
  private final LimitReader reader;
  private final StartNotes notes;

  /** Creates a queue that has read the limit, at some moment or not at all yet. */
  private LargeBotQueue(Builder builder, @Nullable SessionStartLimit limit, long askedNanos) {
    interval = builder.interval;
    holdTimeout = requireNonNullElse(builder.holdTimeout, Buckets.defaultHoldTimeout(interval));
    whenExhausted = builder.whenExhausted;
    reserve = builder.reserve;
    if (limit != null && reserve >= limit.total()) {
      throw new IllegalArgumentException(
          "reserve is " + reserve + ", expected less than the total of " + limit.total());
    }
    int count = limit == null ? 1 : LimitReader.bucketsOf(limit);
    long nowNanos = System.nanoTime();
    notes = new StartNotes(builder.brake, builder.record, nowNanos);
    budget =
        new Budget(
            reserve,
            new SplittableRandom(),
            builder.minBackoff.toNanos(),
            builder.maxReadingAge.toNanos(),
            builder.predecessor,
            nowNanos);
    notes.tell(budget, nowNanos);
    if (limit != null) {
      budget.accept(limit, askedNanos, System.nanoTime());
    }
    buckets = new Buckets(interval, startDelay(builder.startDelay, nowNanos), count, new Gate());
    reader = new LimitReader(builder.source, builder.readers, budget, buckets);
    reader.warnIfLow();
  }

  /** The time that was set, or until an interval has passed since the last start of the record. */
  private Duration startDelay(Duration set, long nowNanos) {
    OptionalLong last = notes.lastUsedNanos(nowNanos);
    if (last.isEmpty()) {
      return set;
    }
    Duration spacing = interval.minusNanos(nowNanos - last.getAsLong());
    return spacing.compareTo(set) > 0 ? spacing : set;
  }

  /**
   * Begins to build a queue.
   *
   * @param source where the limit is read from, when it is first needed and after each reset
   * @return a builder with the defaults
   */
  public static Builder builder(SessionStartLimitSource source) {
    return new Builder(source);
  }

  /**
   * Blocks until shard {@code id} of {@code total} may start a session, as {@link
   * GatewayQueue#request} says.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @throws IllegalArgumentException if {@code total < 1}, {@code id < 0} or {@code id >= total};
   *     nothing joins the line
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   * @throws GatewayQueueException if the source can never read the limit
   * @throws SessionStartLimitExceededException if the session starts are used up, now or while this
   *     request waits, and the queue was built to {@linkplain WhenExhausted#FAIL fail} then
   */
  @Override
  public void request(long id, long total) throws InterruptedException {
    ShardBrake.Pause pause = pause(id, total);
    buckets.request(id, total);
    RecordLine unused = released(id, pause, System.nanoTime(), Duration.ZERO);
  }

  /**
   * Blocks like {@link #request}, and holds the bucket until the caller reports what became of the
   * start, for at most the {@linkplain Builder#holdTimeout hold time-out}: see {@link
   * SessionStart}. The budget gets back the charge of a start that is {@linkplain
   * SessionStart#cancel cancelled}.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @return the start, which is held
   * @throws IllegalArgumentException as {@link #request}
   * @throws InterruptedException as {@link #request}
   * @throws GatewayQueueException as {@link #request}
   * @throws SessionStartLimitExceededException as {@link #request}
   */
  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    return acquireFor(id, total, holdTimeout);
  }

  /**
   * Blocks like {@link #acquire(long, long)}, with a hold time-out of its own.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @param holdTimeout from 1 ns to {@link Long#MAX_VALUE} ns
   * @return the start, which is held
   * @throws IllegalArgumentException as {@link #request}, or if the time-out is out of its range
   * @throws InterruptedException as {@link #request}
   * @throws GatewayQueueException as {@link #request}
   * @throws SessionStartLimitExceededException as {@link #request}
   */
  public SessionStart acquire(long id, long total, Duration holdTimeout)
      throws InterruptedException {
    return acquireFor(id, total, Require.positive("holdTimeout", holdTimeout));
  }

  private SessionStart acquireFor(long id, long total, Duration timeout)
      throws InterruptedException {
    ShardBrake.Pause pause = pause(id, total);
    NotedStart noted = notes.areUnwanted() ? null : new NotedStart(notes, id, pause);
    SessionStart start = buckets.acquire(id, total, timeout);
    long nowNanos = System.nanoTime();
    RecordLine line = released(id, pause, nowNanos, timeout);
    return noted == null ? start : noted.released(start, nowNanos, line);
  }

  /** Delays a shard that starts again and again, before it joins the line. */
  private ShardBrake.Pause pause(long id, long total) throws InterruptedException {
    ENTRANCE.request(id, total);
    StackReserve.require();
    return notes.pause(id, total);
  }

  private @Nullable RecordLine released(
      long id, ShardBrake.Pause pause, long nowNanos, Duration timeout) {
    RecordLine line = null;
    try {
      line = notes.started(id, (int) (id % budget.buckets()), timeout, pause, nowNanos);
      if (whenExhausted == WhenExhausted.FAIL
          && budget.limitIfExhausted(System.nanoTime()) != null) {
        buckets.wakeHeads(); // others may wait for their spacing, and are to fail now
      }
      reader.warnIfLow();
    } catch (RuntimeException | Error e) {
      // no memory, for instance: it was released all the same
    }
    return line;
  }

  /**
   * Sets the limit to one that was just read, and discards a reading that is under way. The number
   * of buckets and the budget change at once; no request loses its place. Discord is taken to have
   * been asked a second ago. So the starts of the last 11 s are subtracted, because the answer may
   * not contain them. If the answer took longer than a second, read it again.
   *
   * @param limit the limit, as it is now
   * @throws IllegalArgumentException if {@code limit.maxConcurrency()} is above 65,536; nothing
   *     changes
   */
  public void update(SessionStartLimit limit) {
    reader.update(requireNonNull(limit, "limit"), System.nanoTime() - UPDATE_AGE.toNanos());
  }

  /**
   * Begins to read the limit if it is not known, or no longer, and returns at once. Requests do so
   * too; this is for programs that need the limit before the first request. Has no effect while a
   * reading is under way, or before a failed one may be tried again.
   */
  public void readLimitIfUnknown() {
    reader.readIfUnknown();
  }

  /**
   * Begins to read the limit, unless the last reading is younger than 30 s, and returns at once.
   * The queue keeps its limit up to date without this; it is for programs that expect a change. Has
   * no effect while a reading is under way, or before a failed one may be tried again.
   */
  public void refresh() {
    reader.refresh();
  }

  /**
   * Checks that so many session starts are left besides the {@linkplain Builder#reserve reserve},
   * for a program that starts all of its shards or none. Reads the limit first, unless the last
   * reading is younger than 30 s. If starts that Discord may not have counted yet make the
   * difference, waits for ten seconds and reads it again. Reserves nothing: other requests may be
   * released meanwhile.
   *
   * @param starts how many starts are needed, at least 1
   * @throws SessionStartLimitExceededException if fewer are left
   * @throws IllegalArgumentException if {@code starts < 1}
   * @throws IOException if the limit could not be read, with the reason as its cause
   * @throws InterruptedException if the current thread is interrupted while it waits
   * @throws GatewayQueueException if the source can never read the limit
   */
  public void require(int starts) throws IOException, InterruptedException {
    reader.require(starts);
  }

  /**
   * Returns the limit as it stands now: {@code remaining} is that of the last reading, less the
   * releases since then and those that the reading may have missed. It includes the reserve. {@code
   * resetAfter} is counted down. Once it is zero, the numbers are those of the window that has
   * ended, until the limit is read again.
   *
   * @return the limit now, or nothing if no reading has succeeded yet
   */
  @Override
  public Optional<SessionStartLimit> limit() {
    return Optional.ofNullable(budget.limit(System.nanoTime()));
  }

  /**
   * Returns how long ago the last successful reading of the limit was begun. An {@linkplain #update
   * update} and an {@linkplain Builder#initialLimit initial limit} count as readings.
   *
   * @return the age of the reading, or nothing if no reading has succeeded yet
   */
  @Override
  public Optional<Duration> readingAge() {
    long ageNanos = budget.readingAgeNanos(System.nanoTime());
    return ageNanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(ageNanos));
  }

  /**
   * Returns how many session starts of the bot were used elsewhere since the queue was built, as
   * far as readings of the limit have shown.
   *
   * @return the number of starts
   */
  @Override
  public long usedElsewhere() {
    return budget.usedElsewhere();
  }

  /**
   * Returns how many requests the {@linkplain Builder#brake brake} delays now. They are not in line
   * yet.
   *
   * @return the number of requests that are paused
   */
  @Override
  public int paused() {
    return notes.pauses().count();
  }

  /**
   * Returns how many requests are in line now, in all buckets together. The number may be out of
   * date as soon as it is returned. But a request that it has counted is in line, and later
   * requests stand behind it.
   *
   * @return the number of requests in line
   */
  @Override
  public int waiting() {
    return buckets.waiting();
  }

  /**
   * Returns the state of the queue now, for programs that show it. The buckets are read one after
   * the other, not all at the same moment.
   *
   * @return the state of the buckets, the limit and the pauses
   */
  public QueueSnapshot snapshot() {
    List<BucketState> states = buckets.states();
    long nowNanos = System.nanoTime();
    Instant now = Instant.now();
    SessionStartLimit limit;
    long delayNanos;
    long usedElsewhere;
    synchronized (budget) { // of the same reading
      usedElsewhere = budget.usedElsewhere();
      limit = budget.limit(nowNanos);
      delayNanos = budget.delayNanos(nowNanos);
    }
    List<QueueSnapshot.Bucket> shown = new ArrayList<>();
    for (BucketState state : states) {
      Instant next =
          delayNanos == Budget.READ
              ? null
              : now.plusNanos(Math.max(delayNanos, state.notBeforeNanos() - nowNanos));
      shown.add(state.show(now, nowNanos, next));
    }
    return new QueueSnapshot(
        shown, Optional.ofNullable(limit), usedElsewhere, notes.pauses().snapshot(now, nowNanos));
  }

  /** Returns the interval, how many wait and what is left, for people to read. */
  @Override
  public String toString() {
    return "LargeBotQueue[interval="
        + interval
        + ", reserve="
        + reserve
        + ", waiting="
        + waiting()
        + ", limit="
        + budget.limit(System.nanoTime())
        + "]";
  }

  /** What the heads of the lines ask before they go, under their bucket's lock. */
  private final class Gate implements StartBudget {
    @Override
    public void check(long nowNanos) {
      if (whenExhausted != WhenExhausted.FAIL) {
        return;
      }
      SessionStartLimit limit = budget.limitIfExhausted(nowNanos);
      if (limit != null) {
        reader.renewIfOld(nowNanos); // nobody gets as far as to be charged
        throw reader.exceeded(limit, 1);
      }
    }

    @Override
    public long tryCharge(long nowNanos, long holdNanos) {
      long delayNanos = budget.tryCharge(nowNanos, holdNanos);
      if (delayNanos != Budget.READ) {
        reader.renewIfOld(nowNanos);
        return delayNanos;
      }
      reader.start();
      return Budget.LONGEST_RENEWAL_NANOS; // the end of the reading wakes the heads sooner
    }

    @Override
    public void used(long chargedNanos, long holdNanos, long usedNanos) {
      budget.used(chargedNanos, holdNanos, usedNanos);
    }

    @Override
    public void takeBack(long chargedNanos, long holdNanos) {
      budget.takeBack(chargedNanos, holdNanos);
    }
  }

  /**
   * Sets up a {@link LargeBotQueue}. Not safe for use by many threads; may be used again after
   * {@link #build()}.
   */
  public static final class Builder {
    private final SessionStartLimitSource source;
    private Duration interval = LocalQueue.DEFAULT_INTERVAL;
    private Duration startDelay = Duration.ZERO;
    private @Nullable Duration holdTimeout;
    private int reserve = 1;
    private WhenExhausted whenExhausted = WhenExhausted.WAIT;
    private @Nullable SessionStartLimit initialLimit;
    private ThreadFactory readers = LimitReader.THREADS;
    private Duration minBackoff = Budget.MIN_BACKOFF;
    private Duration maxReadingAge = ReadingAge.DEFAULT;
    private Brake brake = Brake.ON;
    private boolean predecessor = true;
    private @Nullable Path record;

    private Builder(SessionStartLimitSource source) {
      this.source = requireNonNull(source, "source");
    }

    /**
     * Sets the shortest time between two releases of one bucket; {@link LocalQueue#DEFAULT_INTERVAL
     * six seconds} by default.
     *
     * @param interval from 1 ns to {@link Long#MAX_VALUE} ns
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder interval(Duration interval) {
      this.interval = Require.positive("interval", interval);
      return this;
    }

    /**
     * Sets how many session starts of a day this queue never uses; 1 by default, because Discord
     * acts <i>upon hitting</i> the limit. If sessions are also started outside this queue, set as
     * many as may be started there within twice the {@linkplain #maxReadingAge age of a reading}.
     * If a later reading's total is not above the reserve, all but one of its starts are kept in
     * reserve, and a warning is logged.
     *
     * @param reserve at least 0
     * @return this builder
     * @throws IllegalArgumentException if {@code reserve < 0}
     */
    public Builder reserve(int reserve) {
      this.reserve = Require.reserve(reserve);
      return this;
    }

    /**
     * Sets what requests do when the session starts are used up; they wait by default.
     *
     * @param whenExhausted whether they wait or fail
     * @return this builder
     */
    public Builder whenExhausted(WhenExhausted whenExhausted) {
      this.whenExhausted = requireNonNull(whenExhausted, "whenExhausted");
      return this;
    }

    /**
     * Sets a limit that was just read: its {@code resetAfter} is counted from {@link #build}.
     * Without it, the first request makes the queue read the limit, and nothing is released until a
     * reading succeeds.
     *
     * @param limit the limit, as it is now
     * @return this builder
     */
    public Builder initialLimit(SessionStartLimit limit) {
      this.initialLimit = requireNonNull(limit, "limit");
      return this;
    }

    /**
     * Sets how long after {@link #build} nothing is released; zero by default. For a process that
     * cannot know when its predecessor last released a shard.
     *
     * @param startDelay from zero to {@link Long#MAX_VALUE} ns
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder startDelay(Duration startDelay) {
      this.startDelay = Require.notNegative("startDelay", startDelay);
      return this;
    }

    /**
     * Sets how long a start is held at most if its holder reports nothing; five intervals by
     * default. It should be longer than a healthy shard takes from its release to its IDENTIFY.
     *
     * @param holdTimeout from 1 ns to {@link Long#MAX_VALUE} ns
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder holdTimeout(Duration holdTimeout) {
      this.holdTimeout = Require.positive("holdTimeout", holdTimeout);
      return this;
    }

    /**
     * Sets how old a reading of the limit may become; 10 min by default. If it is older, the next
     * request makes the queue read the limit in the background. So while shards ask, the queue
     * learns of changes, and of starts that were used elsewhere, within that time.
     *
     * @param maxReadingAge from 30 s to {@link Long#MAX_VALUE} ns
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder maxReadingAge(Duration maxReadingAge) {
      this.maxReadingAge = ReadingAge.requireMax(maxReadingAge);
      return this;
    }

    /**
     * Sets whether a shard that starts again and again is delayed before it joins the line; {@link
     * Brake#ON} by default.
     *
     * @param brake whether it is delayed
     * @return this builder
     */
    public Builder brake(Brake brake) {
      this.brake = requireNonNull(brake, "brake");
      return this;
    }

    /**
     * Sets the file that records the starts of the last 24 hours, from which the next process
     * learns what this one has released; none by default. With it the spacing and the budget hold
     * over a restart without a {@linkplain #startDelay start delay}, and the {@linkplain #brake
     * brake} recognises a shard that ends its process each time. If the file cannot be written, the
     * queue logs a warning and empties it: the next process then knows as much as without a file.
     * {@link #build} opens the file, and the queue keeps it until the process ends. A second queue
     * that is built with the same file in this process takes it over, and the first one then
     * records nothing more.
     *
     * @param file the file, or where to create it, in a folder that exists
     * @return this builder
     */
    public Builder record(Path file) {
      this.record = requireNonNull(file, "file");
      return this;
    }

    /** For tests: that no process ran before this one. */
    Builder noPredecessor() {
      this.predecessor = false;
      return this;
    }

    /** For tests: what makes the threads that read the limit. */
    Builder readers(ThreadFactory readers) {
      this.readers = readers;
      return this;
    }

    /** For tests: for how long a reading is put off after the first failure, at most. */
    Builder minBackoff(Duration minBackoff) {
      this.minBackoff = minBackoff;
      return this;
    }

    /**
     * Builds the queue, without any I/O except that of a {@linkplain #record record}. Unless there
     * is an initial limit, the first request makes the queue read the limit, and nothing is
     * released until a reading succeeds.
     *
     * @return a new queue
     * @throws IllegalArgumentException if the reserve is the initial limit's total or more; if the
     *     initial limit has a {@code maxConcurrency} above 65,536; or if the record is not a start
     *     record, cannot be read or is in use by another process
     */
    public LargeBotQueue build() {
      return new LargeBotQueue(this, initialLimit, System.nanoTime());
    }

    /**
     * Reads the limit now, instead of an initial one, and builds the queue. For a program that must
     * not start if Discord does not answer, or refuses the token.
     *
     * @return a new queue
     * @throws IOException if the limit could not be read
     * @throws InterruptedException if the thread was interrupted while it waited for the limit
     * @throws GatewayQueueException if the source can never read the limit
     * @throws IllegalArgumentException as {@link #build}, for the limit that was read
     */
    public LargeBotQueue buildAndRead() throws IOException, InterruptedException {
      long askedNanos = System.nanoTime();
      SessionStartLimit limit = requireNonNull(source.fetch(), "the source returned null");
      return new LargeBotQueue(this, limit, askedNanos);
    }
  }
}
