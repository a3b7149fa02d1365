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
 * A queue for a bot whose processes run on any number of machines: they share one line per bucket,
 * one spacing and one daily budget through a Redis or Valkey.
 *
 * {@snippet file="io/github/gatewayqueue/redis/UsageTest.java" region="usage"}
 *
 * <p>Without a source for the session start limit there is one bucket and no budget, as in a {@code
 * LocalQueue}. With a source there are {@code max_concurrency} buckets and the budget is kept, as
 * in a {@code LargeBotQueue}. One process with a source is enough; several may have one.
 *
 * <h2>Ordering</h2>
 *
 * The joining point is in the store, when it executes the step that contains the request. A request
 * that the brake delays joins after its pause. Within a bucket, requests of all processes are
 * released in the order of joining. A process that the store has not heard from for longer than its
 * {@linkplain Builder#lease lease}, because it crashed, hangs or is cut off, is passed over. When
 * it is back, its requests have their old places.
 *
 * <h2>Spacing</h2>
 *
 * A start holds its bucket until its process reports what became of it, and the interval counts
 * from IDENTIFY: see {@link #acquire}. So a slow process costs the others its own delay, and never
 * the interval. Two starts of a bucket are never closer than the interval by the store's clock.
 * That clock can be set, so a process also measures the interval on its own monotonic clock, from
 * when it learned of the start before. It uses a start only while it knows that the store holds it:
 * for 0.4 {@linkplain Builder#lease leases} from when it last asked.
 *
 * <p>A store may not know what it last released: it is new, was restarted or wiped, a replica took
 * over, or no process has used it for a while. It then releases nothing for the {@linkplain
 * Builder#startDelay start delay}. A process that has just begun waits for an interval before its
 * first start, because it does not know when the start before was used; if there was none in the
 * bucket, it waits for the start delay.
 *
 * <h2>Budget</h2>
 *
 * The limit is read again once it has reset, and in the background, at the next request, once the
 * reading is older than the {@linkplain Builder#maxReadingAge maximum age}. It is also read again
 * before the starts count as used up, unless the reading is younger than 30 s or left none itself.
 * Each reading sets the number of buckets. If {@code remaining} has become smaller than the starts
 * of all processes explain, the rest was used elsewhere. That is logged, and is what the reserve is
 * for. While Discord asks for a pause, no process reads the limit.
 *
 * <h2>The brake</h2>
 *
 * A shard that starts for the fifth time within ten minutes, in whichever process, waits before it
 * joins the line: 5 s, and twice as long each time after that, up to 15 min. After an hour without
 * a start, its starts are forgotten. A start that is cancelled does not count. No other shard waits
 * for that, and none is refused. A warning names the shard. See {@link Builder#brake}.
 *
 * <h2>Interruption</h2>
 *
 * An interrupted request throws at once, whatever the store does, and gives up its place, or the
 * start if it was released meanwhile.
 *
 * <h2>Failure</h2>
 *
 * If the store does not answer, requests wait, and it is asked again after up to 2 seconds; the log
 * has one warning for each outage. If it refuses this queue for good (a wrong password, a missing
 * permission, a key of a wrong type), the requests that wait throw a {@link GatewayQueueException},
 * and the next request tries again. While processes of another version of the protocol use the
 * store, requests wait, and a warning is logged. A source that throws an {@code IOException} is
 * asked again. If it throws a {@link GatewayQueueException}, all requests that wait in its process
 * throw one of their own, with that one as the cause.
 *
 * <h2>Threads and connections</h2>
 *
 * Safe for use by many threads, virtual or not; many thousands may wait at once. A queue has one
 * platform thread that talks to the store and two that listen, and uses two connections, whatever
 * the number of requests. Another thread reads the limit, and ends with the reading. They are
 * daemons and need no carrier, so requests are released even if all carriers are pinned. Close a
 * queue that is no longer needed. Requests that wait then throw a {@link GatewayQueueException},
 * later ones an {@link IllegalStateException}. The threads end; the one that reads the limit is
 * interrupted.
 *
 * @see <a href="https://discord.com/developers/docs/events/gateway#rate-limiting">Discord: rate
 *     limiting of identifies</a>
 */
public final class RedisQueue implements LimitedQueue, AutoCloseable {
  /** Logs each request, under the name that the queues in this process use. */
  private static final SafeLogger REQUESTS =
      new SafeLogger(System.getLogger("io.github.gatewayqueue"));

  /** What becomes of requests when the session starts of the day are used up. */
  public enum WhenExhausted {
    /** They wait until the limit has reset. */
    WAIT,
    /**
     * All requests of this process that are in line or join it throw {@link
     * SessionStartLimitExceededException}, until the limit has reset. While the limit is not known,
     * they still wait.
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
   * Begins to build a queue on a client of the caller: for a cluster, sentinels, a TLS context or
   * other settings. The caller closes it, after the queue. It needs a socket timeout (2 seconds by
   * default), must not time out in blocking commands in less than 10 seconds, and must have two
   * connections to spare. A client of another type than those named below, or with its own provider
   * of connections, needs a time-out for blocking commands. Without it, a connection whose other
   * end has vanished goes unnoticed until the operating system gives it up.
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
   *     built to {@linkplain Builder#whenExhausted fail} then
   */
  @Override
  public void request(long id, long total) throws InterruptedException {
    new HeldStart(worker, awaitStart(id, total, holdTimeout)).close();
  }

  /**
   * Blocks like {@link #request}, and holds the bucket until the caller reports what became of the
   * start, for at most the {@linkplain Builder#holdTimeout hold time-out}: see {@link
   * SessionStart}. Check {@link SessionStart#isExpired} right before IDENTIFY: a start is lost if
   * this process does not reach the store for 0.4 {@linkplain Builder#lease leases}, if the store
   * loses its data, or if the number of buckets changes. The budget gets back the charge of a start
   * that is {@linkplain SessionStart#cancel cancelled}.
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
   * Returns the limit as the store had it when this process last talked to it. {@code remaining} is
   * that of the last reading, less the starts since then and those that the reading may have
   * missed. It includes the reserve.
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
   * Returns how many session starts of the bot were used elsewhere, by no process of this queue, as
   * far as readings of the limit have shown since the store was new. The number is the store's when
   * this process last talked to it.
   *
   * @return the number of starts
   */
  @Override
  public long usedElsewhere() {
    return worker.usedElsewhere();
  }

  /**
   * Returns how many requests of this process the {@linkplain Builder#brake brake} delays now. They
   * are not in line yet.
   *
   * @return the number of requests that are paused
   */
  @Override
  public int paused() {
    return worker.paused();
  }

  /**
   * Begins to read the limit if it is not known, or no longer, and returns at once. Requests do so
   * too; this is for programs that need the limit before the first request. Has no effect without a
   * source, while a process reads the limit, or before a failed reading may be tried again.
   */
  public void readLimitIfUnknown() {
    worker.refresh(Step.Refresh.IF_UNKNOWN);
  }

  /**
   * Begins to read the limit, unless the last reading of any process is younger than 30 s, and
   * returns at once. The queue keeps its limit up to date without this; it is for programs that
   * expect a change. Has no effect if no process has a source, while one reads the limit, or before
   * a failed reading may be tried again.
   */
  public void refresh() {
    worker.refresh(Step.Refresh.IF_NOT_YOUNG);
  }

  /**
   * Checks that so many session starts are left besides the {@linkplain Builder#reserve reserve},
   * for a program that starts all of its shards or none. The limit is read first, unless the last
   * reading of any process is younger than 30 s. If starts that Discord may not have counted yet
   * make the difference, waits until the reading is 30 s old and has it made again. Reserves
   * nothing: other requests may be released meanwhile, in any process.
   *
   * @param starts how many starts are needed, at least 1
   * @throws SessionStartLimitExceededException if fewer are left
   * @throws IllegalArgumentException if {@code starts < 1}
   * @throws IllegalStateException if the queue is closed
   * @throws IOException if the limit could not be read within two minutes, Discord has asked for a
   *     pause, or the store does not answer
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
   * Returns the state of the queue in all processes together. It asks the store for the places of
   * all requests of this process, some hundreds at a time, so do not call it more than once a
   * second.
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
   * process gives up its lease and its places. Starts that are held count as used at that moment.
   * Returns when the store has executed that, or after four seconds if it or the client does not
   * answer. An interrupt does not change that, and stays set. Closing again has no effect.
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
   * Sets up a {@link RedisQueue}. All processes of a bot should have the same settings. Not safe
   * for use by many threads.
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
     * Sets the name of the queue, among all in the store; {@code gateway-queue} by default. All
     * processes of one bot use the same name, and different bots different names.
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
     * default: Discord's five, and one for the network. If processes have different intervals, the
     * longer one counts.
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
     * Sets for how long a store that cannot know what it last released releases nothing. The
     * default is one interval, or with {@linkplain #limits limits} at least the ten seconds that
     * Discord may need to count a start, and 0.4 {@linkplain #lease leases} more, because a start
     * that was held may still be used for that long. Shorter ones are for tests.
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
     * Sets for how long a process keeps its places while the store does not hear from it; 15
     * seconds by default. It is renewed every third of that time. If a process crashes, the others
     * wait for as long.
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
     * Sets what requests of this process do when the session starts are used up; they wait by
     * default.
     *
     * @param whenExhausted whether they wait or fail
     * @return this builder
     */
    public Builder whenExhausted(WhenExhausted whenExhausted) {
      this.whenExhausted = requireNonNull(whenExhausted, "whenExhausted");
      return this;
    }

    /**
     * Sets how old a reading of the limit may become; 10 min by default. If it is older, the next
     * request, in whichever process, makes the queue read the limit in the background. So while
     * shards ask, the queue learns of changes, and of starts that were used elsewhere, within that
     * time.
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
     * Brake#ON} by default. The store counts the starts of all processes whose brake is on.
     *
     * @param brake whether it is delayed
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
     * Sets where the session start limit is read from. By default there is no source, and so one
     * bucket and no budget. One process at a time calls its source, on a platform thread of its
     * own, which is interrupted when the queue is closed. If that takes 60 s, or the process or the
     * store was away, another process calls its source as well. A process never calls it twice at
     * once.
     *
     * @param source the source, such as {@code DiscordSessionStartLimitSource}
     * @return this builder
     */
    public Builder limits(SessionStartLimitSource source) {
      this.source = requireNonNull(source, "source");
      return this;
    }

    /**
     * Sets how many session starts of a day are never used; 1 by default, because Discord acts
     * <i>upon hitting</i> the limit. If a reading's total is not above the reserve, all but one of
     * its starts are kept in reserve.
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
     * Builds the queue. It begins to talk to the store at once, and this method does not wait for
     * that.
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
