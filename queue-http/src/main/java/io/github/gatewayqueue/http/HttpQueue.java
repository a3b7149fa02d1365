package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.internal.Backoff;
import io.github.gatewayqueue.internal.HttpUrl;
import io.github.gatewayqueue.internal.RequestReport;
import io.github.gatewayqueue.internal.Require;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A queue for a bot that runs in several processes: each of them asks the same broker, over HTTP,
 * and the broker has the line.
 *
 * {@snippet file="io/github/gatewayqueue/http/UsageTest.java" region="usage"}
 *
 * <h2>Ordering</h2>
 *
 * The joining point is in the broker, when it has read the request. A request that has to ask again
 * joins once more, at the end of the line.
 *
 * <h2>Spacing</h2>
 *
 * The broker keeps it. What comes on top is the release's way to this process: with events the
 * broker tells how long ago it got the request, and by the clock of {@link System#nanoTime()} here
 * no more than that and the {@linkplain Builder#margin margin} may have passed since it was asked.
 * If more has passed, the release may be too old. The broker is then asked whether the start is
 * still held; if it is not, the start is cancelled, and the request joins again. So a process that
 * was frozen does not identify on a release of long ago. Different rates of the two clocks are
 * allowed for.
 *
 * <h2>Holds</h2>
 *
 * A start that was {@linkplain #acquire acquired} is held by the broker, for at most {@linkplain
 * Builder#holdTimeout as long} as was asked for, and only while its connection is open. It
 * {@linkplain SessionStart#isExpired has expired} as well if the connection is lost, or nothing is
 * heard on it for 3 seconds: the broker speaks every second. What is said of it is told by requests
 * of their own, in the background and in the order in which it was said, again if one fails. What
 * cannot be told counts as an IDENTIFY that was sent, from when the connection is closed or the
 * hold runs out. All requests of a process must reach the same broker.
 *
 * <p>A broker that does not hold starts counts them from their release, as does one that is asked
 * without events. A release that is too old is then not used, and its start is lost; a request
 * whose first event is that late already joins again at once, as its release could not be used
 * either. A {@linkplain Protocol#PLAIN plain} answer tells its age if it is from this project's
 * broker; one from twilight's does not, and is used however old it is.
 *
 * <h2>Interruption</h2>
 *
 * An interrupted request throws at once, whatever the broker does, and closes its connection, upon
 * which the broker gives its place up. If the interrupt races the release, the start may be lost.
 *
 * <h2>Failure</h2>
 *
 * Only a status of 200 is a release, and in an answer with events only an event that says so. After
 * anything else the request goes on waiting, and asks again with {@linkplain Builder#backoff
 * backoff}: no connection, one that is lost, other statuses, redirects (never followed, the token
 * must not go elsewhere), answers that are cut off or make no sense, answers with events but none
 * for 15 seconds, a broker that stops. If it asks to be left alone for a while ({@code
 * Retry-After}, also as a date), it is, for up to an hour. The log has a warning when this begins,
 * whatever the number of requests, and a line at INFO when the last of them is back in line. A
 * broker without events does not tell that it has a request: there it is when the last one is
 * released.
 *
 * <p>Statuses of 400, 401 and 403, and an event by which the broker refuses a request with one of
 * them, are a {@link GatewayQueueException} with what it says about them.
 *
 * <h2>The token</h2>
 *
 * It is sent to the broker, in the header {@code Authorization}, and appears nowhere else. Everyone
 * who can listen on plain {@code http} can read it.
 *
 * <h2>Threads and connections</h2>
 *
 * Safe for use by many threads, virtual or not; thousands may wait at once. Each request that waits
 * or holds a start has a connection, and so a file descriptor here and one at the broker, but no
 * thread besides its own. The client, unless one was given, has one daemon thread for all
 * connections, and others for what there is to do: some dozens while thousands ask, none after a
 * minute without work. They are platform threads, and need no carrier.
 *
 * <p>Close a queue that is no longer needed. Requests that wait then throw a {@link
 * GatewayQueueException}, later ones an {@link IllegalStateException}; starts that are held expire.
 */
public final class HttpQueue implements GatewayQueue, AutoCloseable {

  /** How to ask a broker. */
  public enum Protocol {
    /**
     * Asks for events, and takes a plain answer, too, as of twilight's broker, which sends nothing
     * before the release. So headers are waited for without a limit; what {@link #PLAIN} says of a
     * request that has none holds for it.
     */
    AUTO,

    /**
     * With events, and nothing else is taken for a release: the best with this project's broker.
     */
    SSE,

    /**
     * Without events: nothing is sent before the release, so a request does not notice if the
     * broker's machine, or what is between, is gone without a word, and waits for ever. The JDK's
     * client cannot have the system probe its connections. Where that may happen, use {@link #SSE};
     * with a broker that has no events, interrupt a request that waits for longer than the line can
     * be, and ask again, or ask through a proxy on this machine that does probe its connections.
     */
    PLAIN
  }

  /** Refuses bad shards, and threads that are interrupted on entry, as every queue does. */
  private static final GatewayQueue ENTRANCE = GatewayQueue.noOp();

  /** Gives the start that is over, of a broker that does not hold them. */
  private static final GatewayQueue COUNTING = (id, total) -> {};

  /**
   * Thousands of requests that are sent at once hold each other up for so long that their releases
   * would be found too old. So they are sent in turn, a few at a time.
   */
  private static final int MOST_AT_ONCE = 64;

  /** How long closing waits for what was said of starts to be told. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  static {
    RequestReport.load();
  }

  private final QueueState state;
  private final @Nullable HttpClient own;
  private final Set<ShardRequest> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private HttpQueue(Builder builder) {
    own = builder.client == null ? newClient() : null;
    HttpClient client = Objects.requireNonNullElse(builder.client, own);
    state =
        new QueueState(
            new BrokerClient(builder, client),
            new Timeouts(builder.backoff, builder.margin, builder.silence, builder.heldSilence),
            new BrokerOutage(builder.url),
            new Semaphore(MOST_AT_ONCE, true),
            new HeldStarts());
  }

  /**
   * Returns a queue with the defaults.
   *
   * @param broker where the broker is, as for {@link #builder(URI)}
   * @return a queue that was not asked yet; nothing is sent before that
   * @throws IllegalArgumentException if the URL is none of a broker
   * @throws java.io.UncheckedIOException as {@link Builder#build}
   */
  public static HttpQueue of(URI broker) {
    return builder(broker).build();
  }

  /**
   * Begins to build a queue.
   *
   * @param broker where the broker is: an {@code http} or {@code https} URL such as {@code
   *     http://127.0.0.1:8080}, with a path if the broker is behind a proxy that puts it there (the
   *     slash at the end may be left out)
   * @return a builder with the defaults
   * @throws IllegalArgumentException if it is not an absolute URL of these schemes with a host, or
   *     has user info, a query or a fragment
   */
  public static Builder builder(URI broker) {
    return new Builder(HttpUrl.checked("broker URL", broker) + "/");
  }

  private static HttpClient newClient() {
    // with its own pool of daemons: virtual threads may find every carrier pinned
    return HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  }

  /**
   * Blocks until shard {@code id} of {@code total} may start a session, as {@link
   * GatewayQueue#request} says.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @throws IllegalArgumentException if they are not in these ranges; nothing is sent then
   * @throws IllegalStateException if the queue is closed
   * @throws InterruptedException if the current thread is interrupted on entry or while it waits;
   *     the request leaves the line then
   * @throws GatewayQueueException if the broker refuses the request for good, or the queue is
   *     closed while it waits
   */
  @Override
  public void request(long id, long total) throws InterruptedException {
    HeldStart held = await(id, total);
    if (held != null) {
      held.close(); // without a word that it was not: identified
    }
  }

  /**
   * Blocks like {@link #request}, and has the broker hold the start, as {@link
   * GatewayQueue#acquire} says. What is said of it is told to the broker in the background.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @return the start; one that counted at its release if the broker does not hold starts, or is
   *     asked without events
   * @throws IllegalArgumentException as {@link #request}
   * @throws IllegalStateException as {@link #request}
   * @throws InterruptedException as {@link #request}
   * @throws GatewayQueueException as {@link #request}
   */
  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    HeldStart held = await(id, total);
    return held == null ? COUNTING.acquire(id, total) : held;
  }

  private @Nullable HeldStart await(long id, long total) throws InterruptedException {
    if (closed.get()) {
      throw new IllegalStateException("the queue is closed");
    }
    ENTRANCE.request(id, total);
    var request = new ShardRequest(state, id, total);
    underWay.add(request);
    try {
      if (closed.get()) { // and close() may not have seen this request
        request.close();
      }
      return request.await();
    } finally {
      underWay.remove(request);
    }
  }

  /**
   * Returns how many requests are under way now: in line at the broker, or on their way there. So,
   * unlike with the queues in one process, it does not tell that somebody has joined the line.
   *
   * @return the number of calls that have neither returned nor thrown
   */
  public int waiting() {
    return underWay.size();
  }

  /** How many requests the broker has in line, as it has told each of them. */
  int inLine() {
    return (int) underWay.stream().filter(ShardRequest::inLine).count();
  }

  /** Whether no start is held, and none waits for a word of it to be told. */
  boolean nothingHeld() {
    return state.starts().isEmpty();
  }

  /** How many requests have failed, and are not back in line. */
  int inTrouble() {
    return state.outage().requests();
  }

  /**
   * Closes the queue: every request that waits throws a {@link GatewayQueueException} and leaves
   * the line, starts that are held expire and count as sent, and the client is shut down unless it
   * was given to the builder. What was said of starts before is told first, for which this method
   * waits up to 2 seconds; if it is interrupted meanwhile, it goes on at once, and the interrupted
   * status stays set. Closing once more does nothing.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    underWay.forEach(ShardRequest::close);
    // A thread that waits for a turn finds that it is closed.
    state.turns().release(Integer.MAX_VALUE / 2);
    state.starts().close(LAST_WORDS);
    if (own != null) {
      own.shutdownNow();
    }
  }

  /** Returns the broker's URL and how many wait, for people to read; without the token. */
  @Override
  public String toString() {
    return "HttpQueue[" + state.broker().url() + ", waiting=" + waiting() + "]";
  }

  /**
   * Sets up an {@link HttpQueue}. Not safe for use by many threads; may be used again after {@link
   * #build()}.
   */
  public static final class Builder {
    final String url;
    @Nullable String token;
    private @Nullable HttpClient client;
    private Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
    private Duration margin = Duration.ofSeconds(1);
    Protocol protocol = Protocol.AUTO;
    private Duration silence = Duration.ofSeconds(15);
    Duration holdTimeout = Duration.ofSeconds(30);
    private Duration heldSilence = Duration.ofSeconds(3);

    private Builder(String url) {
      this.url = url;
    }

    /**
     * Sets the token that the broker demands of its clients; none by default. It is not Discord's.
     *
     * @param token the token, or null for none: what {@code System.getenv} returns for a variable
     *     that is not set
     * @return this builder
     * @throws IllegalArgumentException if the token is empty, or holds a character that no token
     *     has, such as a line end left over from a file; the message does not repeat the token
     */
    public Builder token(@Nullable String token) {
      if (token != null) {
        if (token.isEmpty()) {
          throw new IllegalArgumentException("token is empty, expected the broker's");
        }
        Require.visibleAscii(token, 0);
      }
      this.token = token;
      return this;
    }

    /**
     * Sets the client to use, for instance one with a proxy or a TLS context of its own. It stays
     * the caller's to close, and needs a connect timeout, or requests to a broker whose machine is
     * gone wait as long as the system does.
     *
     * @param client a client that follows no redirects, which is an {@code HttpClient}'s default
     * @return this builder
     * @throws IllegalArgumentException if the client follows redirects: the token would go along
     */
    public Builder httpClient(HttpClient client) {
      if (client.followRedirects() != Redirect.NEVER) {
        throw new IllegalArgumentException(
            "the HTTP client follows redirects ("
                + client.followRedirects()
                + "), expected NEVER, as the token must not go elsewhere");
      }
      this.client = client;
      return this;
    }

    /**
     * Sets how long to wait before the broker is asked again: the first time, and twice as long
     * after each failure until one is taken in line; 1 second up to 60 by default. Each time up to
     * a half of it is left out at random, so that requests that failed together come back one by
     * one.
     *
     * @param first longer than zero
     * @param most at least as long, up to a day
     * @return this builder
     * @throws IllegalArgumentException if one is zero, negative or more than a day, or the first is
     *     longer than the most
     */
    public Builder backoff(Duration first, Duration most) {
      backoff = new Backoff(first, most);
      return this;
    }

    /**
     * Sets how old a release may be when it is used without the broker being asked if the start is
     * still held; 1 second by default, which is what the usual interval of 6 seconds has over
     * Discord's 5. The way to the broker counts, too.
     *
     * @param margin longer than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero, negative or too long to count in nanoseconds
     */
    public Builder margin(Duration margin) {
      this.margin = Require.positive("margin", margin);
      return this;
    }

    /**
     * Sets for how long the broker is to hold a start that was {@linkplain HttpQueue#acquire
     * acquired}, until it is told what became of it; 30 seconds by default. The broker grants no
     * more than it allows, which is 30 seconds.
     *
     * @param holdTimeout longer than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero, negative or too long to count in nanoseconds
     */
    public Builder holdTimeout(Duration holdTimeout) {
      this.holdTimeout = Require.positive("holdTimeout", holdTimeout);
      return this;
    }

    /**
     * Sets how the broker is asked; {@link Protocol#AUTO} by default.
     *
     * @param protocol how
     * @return this builder
     */
    public Builder protocol(Protocol protocol) {
      this.protocol = Objects.requireNonNull(protocol, "protocol");
      return this;
    }

    /** For tests: how long an answer that has begun, or one with events, may stand still. */
    Builder silence(Duration silence) {
      this.silence = silence;
      return this;
    }

    /** For tests: for how long nothing may be heard on the connection of a start that is held. */
    Builder heldSilence(Duration heldSilence) {
      this.heldSilence = heldSilence;
      return this;
    }

    /**
     * Builds the queue. Nothing is sent before its first {@link HttpQueue#request}.
     *
     * @return a queue
     * @throws java.io.UncheckedIOException if the system has nothing left for a client of its own,
     *     such as a file descriptor
     */
    public HttpQueue build() {
      return new HttpQueue(this);
    }
  }
}
