package io.github.gatewayqueue.redis;

import static java.lang.System.Logger.Level.DEBUG;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.LimitedQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.internal.ReadingAge;
import io.github.gatewayqueue.internal.RequestReport;
import io.github.gatewayqueue.internal.Require;
import io.github.gatewayqueue.internal.SafeLogger;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * A queue for a bot whose processes run on any number of machines: they share one line, one pacing
 * and one daily budget through a Redis or Valkey.
 *
 * {@snippet file="io/github/gatewayqueue/redis/UsageTest.java" region="usage"}
 *
 * <p>Without a source for the session start limit there is one bucket and no budget, as in a {@code
 * LocalQueue}; with one there are as many buckets as {@code max_concurrency} says, and the budget
 * is kept, as in a {@code LargeBotQueue}. Any process may have the source, and one is enough.
 *
 * <h2>Ordering</h2>
 *
 * The joining point is in the store, when it has executed the step that brings the request, after
 * the pause of one that the brake holds back. Within a bucket, requests of all processes are
 * released in the order of joining. A process that says nothing for longer than its {@linkplain
 * Builder#lease lease}, since it crashed, hangs or is cut off, is passed over; when it is back, its
 * requests have their old places.
 *
 * <h2>Spacing</h2>
 *
 * A start is held by its bucket until its process says what became of it, and the interval counts
 * from IDENTIFY: {@link #acquire}. So a process that is slow costs the others its own delay, and
 * never the interval. Two starts of a bucket are never closer than the interval by the store's
 * clock, and as that can be set, neither are they by the monotonic clock of the process that is
 * released, from when it heard of the start before. A process uses a start only as long as it knows
 * that the store holds it: for 0.4 {@linkplain Builder#lease leases} from when it last asked. A
 * store that cannot know what it last released (it is new, was restarted or wiped, a replica took
 * over, or nobody has used it for a while) first waits as long as the {@linkplain
 * Builder#startDelay start delay}. A process that has just begun waits for an interval before its
 * first start, as it has not heard when the one before was used; or, in a bucket without one, for
 * the start delay.
 *
 * <h2>Budget</h2>
 *
 * A reading of the limit is good until that resets. One that is older than the {@linkplain
 * Builder#maxReadingAge maximum age} is made again in the background as soon as somebody asks, and
 * before the starts are said to be used up, unless it is younger than 30 s or Discord had none left
 * itself. Each reading brings its number of buckets. A number of starts that has become smaller
 * than those of all processes explain was used elsewhere: that is logged, and is what the reserve
 * is for. How long Discord asks to be left alone is kept by all processes.
 *
 * <h2>The brake</h2>
 *
 * A shard that starts for the fifth time within ten minutes, in whichever process, waits before it
 * joins the line: 5 s, and twice as long each time after that, up to 15 min. An hour without a
 * start of it, and all is forgotten. A start that is cancelled does not count. Nobody else waits
 * for that, and nobody is refused. A warning names the shard. See {@link Builder#brake}.
 *
 * <h2>Interruption</h2>
 *
 * An interrupted request throws at once, whatever the store does, and gives its place up, or the
 * start that was released meanwhile.
 *
 * <h2>Failure</h2>
 *
 * If the store does not answer, requests wait, and it is asked again with backoff, for up to 2
 * seconds; the log has one warning for each outage. If it refuses this queue for good (a wrong
 * password, a missing permission, a key of a wrong type), those that wait throw a {@link
 * GatewayQueueException}; the next request tries again. While processes of another version of the
 * protocol use the store, requests wait, and the log says so. A source that throws an {@code
 * IOException} is asked again, one that throws a {@link GatewayQueueException} refuses all requests
 * that wait in its process: each throws one of its own, with that one as its cause.
 *
 * <h2>Threads and connections</h2>
 *
 * Safe for use by many threads, virtual or not; many thousands may wait at once. A queue has a
 * platform thread that talks to the store and two that listen, and uses two connections, whatever
 * the number of requests; one more reads the limit, while it does. They are daemons, and need no
 * carrier, so requests are released though all carriers be pinned. Close a queue that is no longer
 * needed. Requests that wait then throw a {@link GatewayQueueException}, later ones an {@link
 * IllegalStateException}; the threads end, the one that reads the limit by an interrupt.
 *
 * @see <a href="https://discord.com/developers/docs/events/gateway#rate-limiting">Discord: rate
 *     limiting of identifies</a>
 */
public final class RedisQueue implements LimitedQueue, AutoCloseable {
  /** Of each request, named as that of the queues in this process. */
  private static final SafeLogger REQUESTS =
      new SafeLogger(System.getLogger("io.github.gatewayqueue"));

  /** What becomes of requests when the session starts of the day are used up. */
  public enum WhenExhausted {
    /** They wait until the limit has reset. */
    WAIT,
    /**
     * Everybody of this process in line, and every arrival, throws {@link
     * SessionStartLimitExceededException}, until the limit has reset. Requests still wait while the
     * limit is not known.
     */
    FAIL
  }

  private static final int PLACES_SECONDS = 5;

  /** Refuses bad shards, and threads that are interrupted on entry, as every queue does. */
  private static final GatewayQueue ENTRANCE = GatewayQueue.noOp();

  private final RedisQueueSettings settings;
  private final Duration holdTimeout;
  private final UnifiedJedis client;
  private final boolean ownClient;
  private final String process = UUID.randomUUID().toString().replace("-", "");
  private final Store store;
  private final StoreWorker worker;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicInteger inLine = new AtomicInteger();
  private final Set<Ticket> underWay = ConcurrentHashMap.newKeySet();
  private final Set<Requirement> required = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private RedisQueue(Builder builder) {
    settings = builder.settings();
    holdTimeout =
        requireNonNullElse(
            builder.holdTimeout, Builder.atMost(settings.interval().multipliedBy(5)));
    client = builder.client == null ? connect(requireNonNull(builder.uri)) : builder.client;
    ownClient = builder.client == null;
    store = new Store(client, process, settings, builder.source != null);
    worker = new StoreWorker(store, process, settings, builder.source, builder.threads);
    try {
      worker.start();
    } catch (Throwable e) {
      closeOwnClient();
      throw e;
    }
  }

  private static UnifiedJedis connect(URI uri) {
    return RedisClient.builder()
        .hostAndPort(JedisURIHelper.getHostAndPort(uri))
        .clientConfig(DefaultJedisClientConfig.builder(uri).build())
        .build();
  }

  /**
   * Begins to build a queue on a single server.
   *
   * @param uri {@code redis://[[user]:password@]host:port[/database]}, or {@code rediss://} for TLS
   * @return a builder with the defaults
   * @throws IllegalArgumentException if it is none of these; the message does not repeat it
   */
  public static Builder builder(URI uri) {
    requireNonNull(uri, "uri");
    boolean scheme = "redis".equals(uri.getScheme()) || "rediss".equals(uri.getScheme());
    if (!scheme || !JedisURIHelper.isValid(uri)) {
      throw new IllegalArgumentException(
          "this is no URL of a Redis, expected redis:// or rediss:// with a host and a port");
    }
    if (uri.getPort() < 1 || uri.getPort() > 65_535) {
      throw new IllegalArgumentException(
          "the port in the URL of the Redis is %s, expected 1 to 65535".formatted(uri.getPort()));
    }
    if (!uri.getPath().matches("(/\\d{0,9})?")) {
      throw new IllegalArgumentException(
          "what follows the port in the URL of the Redis is no number of a database, expected one"
              + " such as /0, or nothing");
    }
    return new Builder(uri, null);
  }

  /**
   * Begins to build a queue on a client: for a cluster, sentinels, a TLS context or other settings
   * of one's own. It stays the caller's to close, after the queue. It needs a socket timeout (2
   * seconds by default), must not time out in blocking commands in less than 10 seconds, and has to
   * have two connections to spare. A client of another type than those named below, or with a
   * provider of connections of one's own, needs a time-out for blocking commands, or a connection
   * whose other end has vanished brings no news until the system gives it up.
   *
   * @param client a client such as {@code RedisClient}, {@code RedisClusterClient} or {@code
   *     RedisSentinelClient}
   * @return a builder with the defaults
   */
  public static Builder builder(UnifiedJedis client) {
    return new Builder(null, requireNonNull(client, "client"));
  }

  /**
   * Blocks until shard {@code id} of {@code total} may start a session, as {@link
   * GatewayQueue#request} says. The start counts from the return.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @throws IllegalArgumentException if {@code total < 1}, {@code id < 0} or {@code id >= total};
   *     nothing joins the line
   * @throws InterruptedException if the current thread is interrupted on entry or while waiting
   * @throws IllegalStateException if the queue is closed
   * @throws GatewayQueueException if the store or the source refuses this queue for good, or the
   *     queue is closed while the request waits
   * @throws SessionStartLimitExceededException if the session starts are used up, and the queue was
   *     told to {@linkplain Builder#whenExhausted fail} then
   */
  @Override
  public void request(long id, long total) throws InterruptedException {
    new HeldStart(worker, awaitStart(id, total, holdTimeout)).close();
  }

  /**
   * Blocks like {@link #request}, and has the store hold the bucket until the caller says what
   * became of the start, for at most the {@linkplain Builder#holdTimeout hold time-out}: see {@link
   * SessionStart}. Ask {@link SessionStart#isExpired} right before IDENTIFY: a start is lost if
   * this process does not reach the store for 0.4 {@linkplain Builder#lease leases}, if the store
   * loses what it knows, or if the number of buckets changes. A start that is {@linkplain
   * SessionStart#cancel cancelled} is charged to the budget no longer.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @return the start, which is held
   * @throws IllegalArgumentException as {@link #request}
   * @throws InterruptedException as {@link #request}
   * @throws IllegalStateException as {@link #request}
   * @throws GatewayQueueException as {@link #request}
   * @throws SessionStartLimitExceededException as {@link #request}
   */
  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    return new HeldStart(worker, awaitStart(id, total, holdTimeout));
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
   * @throws IllegalStateException as {@link #request}
   * @throws GatewayQueueException as {@link #request}
   * @throws SessionStartLimitExceededException as {@link #request}
   */
  public SessionStart acquire(long id, long total, Duration holdTimeout)
      throws InterruptedException {
    Require.positive("holdTimeout", holdTimeout);
    return new HeldStart(worker, awaitStart(id, total, holdTimeout));
  }

  /** Returns once the calling thread may use a start. */
  Hold awaitStart(long id, long total, Duration holdTimeout) throws InterruptedException {
    requireOpen();
    ENTRANCE.request(id, total);
    RequestReport report =
        RequestReport.beginIfWatched(
            id, total, REQUESTS.isLoggable(DEBUG) ? RedisQueue::logDebug : null);
    var ticket = new Ticket(process, requests.incrementAndGet(), id, total, holdTimeout, inLine);
    try {
      if (report != null) {
        report.waits(ticket.name);
      }
      Hold hold = awaitHold(ticket);
      if (report != null) {
        report.isInBucket(hold.bucket);
        report.released(System.nanoTime());
      }
      return hold;
    } catch (Throwable e) {
      if (report != null) {
        report.gaveUp(e);
      }
      throw e;
    }
  }

  private static void logDebug(Supplier<String> line) {
    REQUESTS.log(DEBUG, line);
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("the queue is closed");
    }
  }

  private Hold awaitHold(Ticket ticket) throws InterruptedException {
    boolean released = false;
    underWay.add(ticket);
    try {
      worker.arrive(ticket);
      if (closed.get()) { // and close() may not have seen this ticket
        ticket.fail(RedisQueue::closedWhileWaiting);
      }
      Hold hold = ticket.await();
      released = true;
      return hold;
    } finally {
      underWay.remove(ticket);
      if (!released) {
        worker.giveUp(ticket);
      }
    }
  }

  /**
   * Returns how many requests of this process are in line now: the store has given them their
   * places, and they were neither released nor given up. Those of other processes do not count.
   *
   * @return the number of this process's requests in line
   */
  @Override
  public int waiting() {
    return inLine.get();
  }

  /**
   * Returns the limit as the store had it when this process last talked to it: as it was last read,
   * with the starts since then, and those that the reading may have missed, taken off {@code
   * remaining}.
   *
   * @return the limit, at most a third of a {@linkplain Builder#lease lease} old while the store
   *     answers; nothing if it is not known: no process has read it yet, or none has a source
   */
  @Override
  public Optional<SessionStartLimit> limit() {
    return Optional.ofNullable(worker.limit());
  }

  /**
   * Returns how long ago the last reading of the limit was begun, by any process.
   *
   * @return the age of the reading, or nothing if there is none, or the limit has been reset since
   */
  @Override
  public Optional<Duration> readingAge() {
    return Optional.ofNullable(worker.readingAge());
  }

  /**
   * Returns how many starts of the bot were used that no process of this queue has used, as far as
   * readings of the limit have shown, since the store was new; as the store had it when this
   * process last talked to it.
   *
   * @return the number of starts
   */
  @Override
  public long usedElsewhere() {
    return worker.usedElsewhere();
  }

  /**
   * Returns how many requests of this process the {@linkplain Builder#brake brake} holds back now.
   * They are in no line yet.
   *
   * @return the number of requests that are paused
   */
  @Override
  public int paused() {
    return worker.paused();
  }

  /**
   * Begins to have the limit read if it is not known, or no longer, and returns at once. Requests
   * do so by themselves; this is for programs that need the limit before the first request. Does
   * nothing without a source, while a process reads it, or as long as a failed reading must not be
   * tried again.
   */
  public void readLimitIfUnknown() {
    worker.refresh(Step.Refresh.IF_UNKNOWN);
  }

  /**
   * Begins to have the limit read, unless the last reading of any process is younger than 30 s, and
   * returns at once. The queue does so by itself; this is for programs that expect the limit to
   * have changed. Does nothing if no process has a source, while one reads it, or as long as a
   * failed reading must not be tried again.
   */
  public void refresh() {
    worker.refresh(Step.Refresh.IF_NOT_YOUNG);
  }

  /**
   * Makes sure that so many session starts are left besides the {@linkplain Builder#reserve
   * reserve}, for a program that starts all of its shards or none. Unless the last reading of any
   * process is younger than 30 s the limit is read first. If it is not known whether Discord has
   * counted enough starts to make the difference, this waits until that reading is so old, and has
   * it read again. Takes nothing: other requests may be released meanwhile, in any process.
   *
   * @param starts how many starts are needed, at least 1
   * @throws SessionStartLimitExceededException if fewer are left
   * @throws IllegalArgumentException if {@code starts < 1}
   * @throws IllegalStateException if the queue is closed
   * @throws IOException if the limit could not be read within two minutes, Discord asks not to be
   *     asked, or the store does not answer
   * @throws InterruptedException if the current thread is interrupted on entry or while it waits
   * @throws GatewayQueueException if the source or the store refuses this queue for good, or the
   *     queue is closed meanwhile
   */
  public void require(int starts) throws IOException, InterruptedException {
    if (starts < 1) {
      throw new IllegalArgumentException("starts is " + starts + ", expected at least 1");
    }
    requireOpen();
    Requirement requirement = new Requirement(starts);
    required.add(requirement);
    try {
      worker.require(requirement);
      if (closed.get()) { // and close() may not have seen this one
        requirement.fail(closedWhileWaiting());
      }
      requirement.await();
    } finally {
      required.remove(requirement);
      worker.giveUp(requirement);
    }
  }

  /**
   * Looks how the queue stands in all processes together. The store is asked for the places of all
   * requests of this process, some hundreds at a time, so once a second is plenty.
   *
   * @return a snapshot
   * @throws IOException if the store does not answer, or refuses
   * @throws IllegalStateException if the queue is closed
   */
  public RedisQueueSnapshot snapshot() throws IOException {
    requireOpen();
    Map<String, Thread> threads = new HashMap<>();
    underWay.forEach(ticket -> threads.put(ticket.member(), ticket.thread()));
    try {
      return SnapshotReply.look(store, own(), threads::get, Instant.now());
    } catch (JedisException e) {
      throw new IOException("cannot look how the queue stands: " + e.getMessage(), e);
    }
  }

  /** The worker may be busy with a store that does not answer. */
  private StoreWorker.Own own() throws IOException {
    CompletableFuture<StoreWorker.Own> own = worker.own();
    try {
      return own.get(PLACES_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException("cannot look how the queue stands: the store does not answer", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it is not completed so
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new StoreWorker.Own(List.of(), List.of());
    }
  }

  /**
   * Closes the queue: every request that waits throws a {@link GatewayQueueException}, and the
   * process gives up its lease and with it its places. Starts that are held count as used at that
   * moment. Returns when the store knows, or after four seconds if it or the client does not
   * answer; an interrupt does not change that, and stays set. Closing once more does nothing.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    underWay.forEach(ticket -> ticket.fail(RedisQueue::closedWhileWaiting));
    required.forEach(requirement -> requirement.fail(closedWhileWaiting()));
    worker.close();
    closeOwnClient();
  }

  private void closeOwnClient() {
    if (ownClient) {
      client.close();
    }
  }

  private static GatewayQueueException closedWhileWaiting() {
    return new GatewayQueueException("the queue was closed while this request waited");
  }

  /** Returns the namespace, the interval and how many wait, for people to read. */
  @Override
  public String toString() {
    return "RedisQueue[namespace="
        + settings.namespace()
        + ", interval="
        + settings.interval()
        + ", waiting="
        + waiting()
        + "]";
  }

  /**
   * Sets up a {@link RedisQueue}. All processes of a bot are meant to have the same settings. Not
   * safe for use by many threads.
   */
  public static final class Builder {
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(6);
    private static final Duration MIN_LEASE = Duration.ofMillis(100);
    private static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);
    private static final Duration MAX_LEASE = Duration.ofDays(1);
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._:/-]{1,100}");

    private final @Nullable URI uri;
    private final @Nullable UnifiedJedis client;
    private String namespace = "gateway-queue";
    private Duration interval = DEFAULT_INTERVAL;
    private @Nullable Duration startDelay;
    private Duration lease = Duration.ofSeconds(15);
    private @Nullable Duration holdTimeout;
    private WhenExhausted whenExhausted = WhenExhausted.WAIT;
    private Duration settling = Duration.ofSeconds(10);
    private Duration maxReadingAge = ReadingAge.DEFAULT;
    private Brake brake = Brake.ON;
    private int reserve = 1;
    private @Nullable SessionStartLimitSource source;
    private QueueThreadFactory threads = QueueThreadFactory.DAEMONS;

    private Builder(@Nullable URI uri, @Nullable UnifiedJedis client) {
      this.uri = uri;
      this.client = client;
    }

    /**
     * Sets which bot's queue it is, among all in the store; {@code gateway-queue} by default. The
     * processes of one bot have the same, those of different bots different ones.
     *
     * @param namespace 1 to 100 ASCII letters, digits and characters of {@code . _ : / -}
     * @return this builder
     * @throws IllegalArgumentException if it is not of this form
     */
    public Builder namespace(String namespace) {
      if (!NAMESPACE.matcher(requireNonNull(namespace, "namespace")).matches()) {
        throw new IllegalArgumentException(
            "namespace is '" + namespace + "', expected 1 to 100 of A-Z a-z 0-9 . _ : / -");
      }
      this.namespace = namespace;
      return this;
    }

    /**
     * Sets the shortest time from an IDENTIFY to the next start of its bucket; six seconds by
     * default: Discord's five, and one for the network. Where processes do not agree, the longer
     * one holds.
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
     * Sets for how long nothing is released in a store that cannot know what it last released; by
     * default one interval, or ten seconds with {@linkplain #limits limits} if that is longer, as
     * Discord needs a while to count a start, and 0.4 {@linkplain #lease leases}, as a start that
     * was held may be used for so long. Shorter ones are for tests.
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
     * Sets for how long a process that says nothing keeps its places; 15 seconds by default, and
     * renewed every third of it. So long do others wait for one that crashed.
     *
     * @param lease from 100 ms to a day
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder lease(Duration lease) {
      this.lease = Require.inRange("lease", lease, MIN_LEASE, MAX_LEASE);
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
     * Sets what becomes of requests of this process when the session starts are used up; they wait
     * by default.
     *
     * @param whenExhausted whether they wait or fail
     * @return this builder
     */
    public Builder whenExhausted(WhenExhausted whenExhausted) {
      this.whenExhausted = requireNonNull(whenExhausted, "whenExhausted");
      return this;
    }

    /**
     * Sets how old a reading of the limit may become, 10 min by default. An older one is read again
     * in the background as soon as somebody asks, in whichever process, so that the queue hears
     * within that time of what Discord has changed, and of starts that were used elsewhere.
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
     * Brake#ON} by default. Starts of all processes whose brake is on are counted, in the store.
     *
     * @param brake whether it does
     * @return this builder
     */
    public Builder brake(Brake brake) {
      this.brake = requireNonNull(brake, "brake");
      return this;
    }

    /** For tests: the same, and however young a reading is then, it may be made again. */
    Builder readingAge(Duration readingAge) {
      this.maxReadingAge = readingAge;
      return this;
    }

    /** For tests: how long Discord may take to count a start; ten seconds by default. */
    Builder settling(Duration settling) {
      this.settling = settling;
      return this;
    }

    /** For tests: what makes the queue's threads. */
    Builder threads(QueueThreadFactory threads) {
      this.threads = threads;
      return this;
    }

    /**
     * Sets where the session start limit is read from; by default nowhere, so that there is one
     * bucket and no budget. Called by one process at a time, on a platform thread of its own, which
     * is interrupted when the queue is closed; once that has taken 60 s, or the process or the
     * store was away, by another one as well, but never twice at once in one process.
     *
     * @param source the source, such as {@code DiscordSessionStartLimitSource}
     * @return this builder
     */
    public Builder limits(SessionStartLimitSource source) {
      this.source = requireNonNull(source, "source");
      return this;
    }

    /**
     * Sets how many session starts of a day are never used; 1 by default, since Discord acts
     * <i>upon hitting</i> the limit. If that leaves nothing of a limit's total, all but one start
     * are held back.
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
     * Builds the queue, which begins to talk to the store at once, but does not wait for it here.
     *
     * @return the queue; close it at the end
     */
    public RedisQueue build() {
      return new RedisQueue(this);
    }

    private RedisQueueSettings settings() {
      Duration delay = interval;
      if (source != null && delay.compareTo(settling) < 0) {
        delay = settling;
      }
      delay = atMost(delay.plus(lease.dividedBy(5).multipliedBy(2)));
      return new RedisQueueSettings(
          namespace,
          interval,
          requireNonNullElse(startDelay, delay),
          lease,
          settling,
          maxReadingAge,
          reserve,
          brake == Brake.ON,
          whenExhausted == WhenExhausted.FAIL);
    }

    private static Duration atMost(Duration duration) {
      return duration.compareTo(MAX) < 0 ? duration : MAX;
    }
  }
}
