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
 * A queue for large bots: one line per bucket, of which there are {@code max_concurrency}, and one
 * budget of session starts per day for all of them together.
 *
 * <p>Each bucket releases its shards in order, at least an interval apart, and never waits for
 * another bucket. A release is charged to the budget at the moment at which it happens. When no
 * more than the {@linkplain Builder#reserve reserve} is left, requests {@linkplain WhenExhausted
 * wait or fail}; when the limit has reset, it is read afresh from the {@link
 * SessionStartLimitSource} before anything is released.
 *
 * {@snippet file="io/github/gatewayqueue/large/UsageTest.java" region="usage"}
 *
 * <h2>Ordering</h2>
 *
 * Within one bucket ({@code id % max_concurrency}) as for {@link LocalQueue}: the joining point is
 * inside {@link #request}, after the pause of one that the {@linkplain Builder#brake brake} holds
 * back, when the calling thread has got its bucket's fair lock and is linked to the end of the
 * line. Between buckets there is no order. When an {@linkplain #update update} changes the number
 * of buckets, those who wait keep their order of arrival in their new buckets, and no bucket
 * releases anybody earlier than an interval after the last release in any old bucket that it takes
 * shards from.
 *
 * <h2>Starts that are held</h2>
 *
 * A start that was {@linkplain #acquire acquired} holds its bucket until its holder says what
 * became of it, for at most the {@linkplain Builder#holdTimeout hold time-out}; the interval then
 * counts from what was said. After an update all buckets that take shards from one that is held
 * wait for it.
 *
 * <h2>The limit</h2>
 *
 * A reading of the limit is good until {@code resetAfter} has passed; then it is read again before
 * the next release. One that is older than the {@linkplain Builder#maxReadingAge maximum age} is
 * read again in the background as soon as somebody asks. One that is twice as old is read again
 * before the next release, unless that reading fails or takes longer than 30 s: others may have
 * used many starts while nobody asked here. If the releases since it leave none, it is read again
 * when it is 30 s old, before it is said once more that the starts are used up. Each reading brings
 * its number of buckets. A number of starts that has become smaller than the releases explain was
 * used elsewhere: that is logged, and is what the reserve is for.
 *
 * <p>Discord needs a while to count a start, so a reading may miss the last ones: the releases of
 * the same day from ten seconds before the reading was asked for are subtracted from it, and so are
 * starts that are held or were used within that time. A process that has just begun does not know
 * what one before it has started. So ten starts per bucket are kept back until a reading is ten
 * seconds younger: as many as processes start in that time that live for a second each. If only
 * that exhausts the budget, the limit is read again after ten seconds. Discord does send a {@code
 * resetAfter} of 0; such a reading is good for a minute if a start is left. No reading is good for
 * more than a day. After a reading that leaves no start, the next one waits as after a failure,
 * even if the reset comes sooner.
 *
 * <p>A source that always answers the same refills the budget at each reading.
 *
 * <h2>The brake</h2>
 *
 * A shard that starts for the fifth time within ten minutes waits before it joins the line: 5 s,
 * and twice as long each time after that, up to 15 min. An hour without a start of it, and all is
 * forgotten. Nobody else waits for that, and nobody is refused. A warning names the shard. See
 * {@link Builder#brake}.
 *
 * <h2>Failure</h2>
 *
 * As long as the limit is unknown, since the source throws an {@link IOException}, anything
 * unexpected, or does not come back, nothing is released. It is asked again after 1 s, then 2 s and
 * so on up to 60 s, less some jitter, while a request waits, and no sooner than a {@link
 * io.github.gatewayqueue.SessionStartLimitUnavailableException} says. After a {@link
 * GatewayQueueException} of the source, for instance since the token is refused, everybody who
 * waits throws one of its own, with that one as its cause; the next request asks anew.
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
 * reading; there is never more than one. (A virtual thread would need a carrier, and before Java 24
 * shards that wait in a {@code synchronized} block may have pinned all of them.) Apart from these
 * the queue starts no thread but one that logs, while there is something to log, and it needs no
 * closing. A source that hangs keeps nobody from joining or leaving the line, nor {@link #update}
 * and {@link #waiting} from their work.
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

  /** How old a limit may be that somebody hands in as just read. */
  static final Duration UPDATE_AGE = Duration.ofSeconds(1);

  /** Refuses bad shards, and threads that are interrupted on entry, as every queue does. */
  private static final GatewayQueue ENTRANCE = GatewayQueue.noOp();

  /** What becomes of requests when the session starts of the day are used up. */
  public enum WhenExhausted {
    /** They wait until the limit has reset. */
    WAIT,
    /**
     * Everybody in line and every arrival, after the pause of one that the brake holds back, throws
     * {@link SessionStartLimitExceededException} at once, until the limit has reset. Requests still
     * wait while the limit is not known.
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
   * @throws GatewayQueueException if the source refuses to tell the limit for good
   * @throws SessionStartLimitExceededException if the session starts are used up, or are so while
   *     this request waits, and the queue is to {@linkplain WhenExhausted#FAIL fail} then
   */
  @Override
  public void request(long id, long total) throws InterruptedException {
    ShardBrake.Pause pause = pause(id, total);
    buckets.request(id, total);
    RecordLine unused = released(id, pause, System.nanoTime(), Duration.ZERO);
  }

  /**
   * Blocks like {@link #request}, and holds the bucket until the caller says what became of the
   * start, for at most the {@linkplain Builder#holdTimeout hold time-out}: see {@link
   * SessionStart}. A start that is {@linkplain SessionStart#cancel cancelled} is charged to the
   * budget no longer.
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

  /** Has a shard wait that starts again and again, before it joins the line. */
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
   * Takes a limit that was just read, and discards the reading that is under way, if there is one.
   * The number of buckets and the budget change at once; nobody loses its place. It counts as
   * having been asked for a second ago, so that the starts of the last 11 s are subtracted, which
   * it may have missed. An answer that took longer to come may have missed more: ask again.
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
   * by themselves; this is for programs that need the limit before the first request. Does nothing
   * while a reading is under way, or as long as a failed one must not be tried again.
   */
  public void readLimitIfUnknown() {
    reader.readIfUnknown();
  }

  /**
   * Begins to read the limit, unless the last reading is younger than 30 s, and returns at once.
   * The queue does so by itself; this is for programs that expect the limit to have changed. Does
   * nothing while a reading is under way, or as long as a failed one must not be tried again.
   */
  public void refresh() {
    reader.refresh();
  }

  /**
   * Makes sure that so many session starts are left besides the {@linkplain Builder#reserve
   * reserve}, for a program that starts all of its shards or none. Unless the last reading is
   * younger than 30 s the limit is read first. If it is not known whether Discord has counted
   * enough starts to make the difference, this waits ten seconds and has it read again. Takes
   * nothing: other requests may be released meanwhile.
   *
   * @param starts how many starts are needed, at least 1
   * @throws SessionStartLimitExceededException if fewer are left
   * @throws IllegalArgumentException if {@code starts < 1}
   * @throws IOException if the limit could not be read; the cause says why
   * @throws InterruptedException if the current thread is interrupted while it waits
   * @throws GatewayQueueException if the source refuses to tell the limit for good
   */
  public void require(int starts) throws IOException, InterruptedException {
    reader.require(starts);
  }

  /**
   * Returns the limit as it stands now: as it was last read, with the releases since then and those
   * that the reading may have missed taken off {@code remaining}, and {@code resetAfter} counted
   * down. The reserve is part of {@code remaining}. After {@code resetAfter} has come down to zero,
   * the numbers are those of the window that has ended, until the limit is read again.
   *
   * @return the limit now, or nothing if no reading has succeeded yet
   */
  @Override
  public Optional<SessionStartLimit> limit() {
    return Optional.ofNullable(budget.limit(System.nanoTime()));
  }

  /**
   * Returns how long ago the last reading of the limit was begun that succeeded. An {@linkplain
   * #update update} and an {@linkplain Builder#initialLimit initial limit} count as readings.
   *
   * @return the age of the reading, or nothing if no reading has succeeded yet
   */
  @Override
  public Optional<Duration> readingAge() {
    long ageNanos = budget.readingAgeNanos(System.nanoTime());
    return ageNanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(ageNanos));
  }

  /**
   * Returns how many starts of the bot were used since the queue was built that it did not release,
   * as far as readings of the limit have shown.
   *
   * @return the number of starts
   */
  @Override
  public long usedElsewhere() {
    return budget.usedElsewhere();
  }

  /**
   * Returns how many requests the {@linkplain Builder#brake brake} holds back now. They are in no
   * line yet.
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
   * Returns the state of the queue now, for programs that show it. The buckets are looked at one
   * after the other.
   *
   * @return the buckets, in the order of their indexes, and the limit
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
     * Sets how many session starts of a day are never used here; 1 by default, since Discord acts
     * <i>upon hitting</i> the limit. Set more if sessions are also started outside this queue: as
     * many as may be within twice the {@linkplain #maxReadingAge age of a reading}. If a later
     * reading's total is the reserve or less, all but one start of it are held back, and a warning
     * is logged.
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
     * Sets what becomes of requests when the session starts are used up; they wait by default.
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
     * Without one, the first request has the limit read, and nothing is released until a reading
     * succeeds.
     *
     * @param limit the limit, as it is now
     * @return this builder
     */
    public Builder initialLimit(SessionStartLimit limit) {
      this.initialLimit = requireNonNull(limit, "limit");
      return this;
    }

    /**
     * Sets how long after {@link #build} nothing is released, for a process that cannot know when
     * its predecessor last released somebody; zero by default.
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
     * Sets how long a start is held at most of which nothing is said; five intervals by default.
     * Longer than a shard takes from its release to its IDENTIFY, as long as it is well.
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
     * Sets how old a reading of the limit may become, 10 min by default. An older one is read again
     * in the background as soon as somebody asks, so that the queue hears within that time of what
     * Discord has changed, and of starts that were used elsewhere.
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
     * Sets whether a shard that starts again and again waits before it joins the line; {@link
     * Brake#ON} by default.
     *
     * @param brake whether it does
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
     * brake} sees a shard that ends its process each time. A file that cannot be written is a
     * warning, and is emptied: the next process then knows as much as without one. It is opened by
     * {@link #build}, and belongs to the queue until the process ends or builds another queue with
     * the same file, which takes it over: the former queue then records nothing more.
     *
     * @param file the file, or where there is none yet, in a folder that exists
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
     * Builds the queue, without any I/O but that of a {@linkplain #record record}. Unless there is
     * an initial limit, the first request has the limit read, and nothing is released until a
     * reading succeeds.
     *
     * @return a new queue
     * @throws IllegalArgumentException if the reserve is the initial limit's total or more, or if
     *     that has a {@code maxConcurrency} above 65,536, or if the record is no such file, cannot
     *     be read or is in use by another process
     */
    public LargeBotQueue build() {
      return new LargeBotQueue(this, initialLimit, System.nanoTime());
    }

    /**
     * Reads the limit now, in place of the initial one, and builds the queue: for a program that
     * must not start if Discord does not answer, or refuses the token.
     *
     * @return a new queue
     * @throws IOException if the limit could not be read
     * @throws InterruptedException if the thread was interrupted while it waited for the limit
     * @throws GatewayQueueException if the source can never tell the limit
     * @throws IllegalArgumentException as {@link #build}, of the limit that was read
     */
    public LargeBotQueue buildAndRead() throws IOException, InterruptedException {
      long askedNanos = System.nanoTime();
      SessionStartLimit limit = requireNonNull(source.fetch(), "the source returned null");
      return new LargeBotQueue(this, limit, askedNanos);
    }
  }
}
