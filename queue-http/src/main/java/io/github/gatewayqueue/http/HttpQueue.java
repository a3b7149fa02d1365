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
 * A queue for a bot that runs in several processes: each of them asks the same broker over HTTP,
 * and the broker keeps the line.
 *
 * {@snippet file="io/github/gatewayqueue/http/UsageTest.java" region="usage"}
 *
 * <h2>Ordering</h2>
 *
 * The joining point is in the broker, when it has read the request. A request that must be sent
 * again joins again, at the end of the line.
 *
 * <h2>Spacing</h2>
 *
 * The broker keeps it. This queue adds a check of the release's age, so that a process that was
 * frozen does not identify on an old release. With each event the broker reports how long ago it
 * received the request. On the clock of {@link System#nanoTime()} here, no more than that and the
 * {@linkplain Builder#margin margin} may have passed since the request was sent. If more has
 * passed, this queue asks the broker whether the start is still held. If it is not, the start is
 * cancelled and the request joins again. The check allows for clocks that run at different rates.
 *
 * <h2>Holds</h2>
 *
 * The broker holds a start that was {@linkplain #acquire acquired} while its connection is open,
 * for at most the {@linkplain Builder#holdTimeout hold time-out}. The start also {@linkplain
 * SessionStart#isExpired expires} if the connection is lost, or nothing arrives on it for 3
 * seconds: the broker sends something every second. The calls on a start are reported to the broker
 * in the background, in their order, each by a request of its own that is sent again if it fails.
 * If a report does not arrive, IDENTIFY counts as sent, from when the connection is closed or the
 * hold times out. All requests of a process must reach the same broker.
 *
 * <p>Without events, or with a broker that does not hold starts, a start counts from its release. A
 * release that is too old is then not used, and its start is lost. If even the first event comes
 * too late, the request joins again at once, because its release could not be used either. A
 * {@linkplain Protocol#PLAIN plain} response of this project's broker contains its age. One of
 * twilight's broker does not, and is used however old it is.
 *
 * <h2>Interruption</h2>
 *
 * An interrupted request throws at once, whatever the broker does, and closes its connection. The
 * broker then gives up its place. If the interrupt races the release, the start may be lost.
 *
 * <h2>Failure</h2>
 *
 * Only a status of 200 is a release, and in a response with events only a {@code released} event.
 * After anything else the request waits, and asks again with {@linkplain Builder#backoff backoff}:
 * no connection, a lost connection, other statuses, redirects (never followed, because the token
 * must not go elsewhere), responses that are cut off or invalid, an event stream without an event
 * for 15 seconds, a broker that stops. A {@code Retry-After}, in seconds or as a date, is obeyed,
 * for up to an hour. The log has one warning when this begins, whatever the number of requests, and
 * a line at INFO when the last of them is back in line; with a broker without events, when the last
 * of them is released.
 *
 * <p>A status of 400, 401 or 403, or an event with one of them, throws a {@link
 * GatewayQueueException} with the broker's reason.
 *
 * <h2>The token</h2>
 *
 * It is sent to the broker, in the header {@code Authorization}, and appears nowhere else. With
 * plain {@code http}, anyone who can read the network's traffic can read it.
 *
 * <h2>Threads and connections</h2>
 *
 * Safe for use by many threads, virtual or not; thousands may wait at once. Each request that waits
 * or holds a start has a connection, and so a file descriptor here and one at the broker, but no
 * thread besides its own. The client, unless one was given, has one daemon thread for all
 * connections, and others while it has work: some dozens while thousands of requests are sent, none
 * after a minute without work. They are platform threads, and need no carrier.
 *
 * <p>Close a queue that is no longer needed. Requests that wait then throw a {@link
 * GatewayQueueException}, later ones an {@link IllegalStateException}; starts that are held expire.
 */
public final class HttpQueue implements GatewayQueue, AutoCloseable {

  /** How to ask a broker. */
  public enum Protocol {
    /**
     * Asks for events, and also accepts a plain response, such as that of twilight's broker, which
     * sends nothing before the release. So it waits for the headers without a limit, with the risk
     * that {@link #PLAIN} describes.
     */
    AUTO,

    /**
     * Asks for events, and accepts nothing else as a release. The best for this project's broker.
     */
    SSE,

    /**
     * Without events: nothing is sent before the release. So if the broker's machine or the network
     * goes down without closing the connection, a request does not notice, and waits for ever: the
     * JDK's client cannot make the system probe its connections. Where that may happen, use {@link
     * #SSE}. With a broker that has no events, interrupt a request that waits for longer than the
     * line can be, and ask again, or ask through a proxy on this machine that probes its
     * connections.
     */
    PLAIN
  }

  /** Refuses bad shards, and threads that are interrupted on entry, as every queue does. */
  private static final GatewayQueue ENTRANCE = GatewayQueue.noOp();

  /** Returns starts that are over, for a broker that does not hold them. */
  private static final GatewayQueue COUNTING = (id, total) -> {};

  /**
   * Thousands of requests that are sent at once hold each other up for so long that their releases
   * would be found too old. So they are sent in turn, at most so many at a time.
   */
  private static final int MOST_AT_ONCE = 64;

  /** How long closing waits until the last calls on starts are reported. */
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
   * @return a queue, which sends nothing before its first request
   * @throws IllegalArgumentException as {@link #builder(URI)}
   * @throws java.io.UncheckedIOException as {@link Builder#build}
   */
  public static HttpQueue of(URI broker) {
    return builder(broker).build();
  }

  /**
   * Begins to build a queue.
   *
   * @param broker the {@code http} or {@code https} URL of the broker, such as {@code
   *     http://127.0.0.1:8080}, with a path if it is behind a proxy that needs one (the slash at
   *     the end may be left out)
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
   * @throws IllegalArgumentException if they are not in these ranges; nothing is sent
   * @throws IllegalStateException if the queue is closed
   * @throws InterruptedException if the current thread is interrupted on entry or while it waits;
   *     the request leaves the line
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
   * Blocks like {@link #request}, and lets the broker hold the start: see {@link SessionStart}. The
   * calls on it are reported to the broker in the background.
   *
   * @param id the shard's id, from 0 to {@code total - 1}
   * @param total how many shards the bot runs, at least 1
   * @return the start; one that counted from its release if the broker does not hold starts, or is
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
   * Returns how many requests are under way now: in line at the broker, or on their way to it. So,
   * unlike with the queues in one process, a request that is counted may not be in line yet.
   *
   * @return the number of calls that have neither returned nor thrown
   */
  public int waiting() {
    return underWay.size();
  }

  /** How many requests are in line, as far as the broker has confirmed it to them. */
  int inLine() {
    return (int) underWay.stream().filter(ShardRequest::inLine).count();
  }

  /** Whether no start is held, and none has a call that is still to be reported. */
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
   * was given to the builder. Earlier calls on starts are reported first. This method waits for
   * that for up to 2 seconds; an interrupt ends the wait, and stays set. Closing again has no
   * effect.
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
     * Sets the token that the broker requires of its clients; none by default. It is not Discord's.
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
     * Sets the client to use, for instance one with a proxy or its own TLS context. The caller
     * closes it. It needs a connect timeout: without one, a request to a broker whose machine is
     * down waits as long as the operating system does.
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
     * Sets how long a request waits after a failure before it asks the broker again: the first
     * time, and twice as long after each further failure, until it is in line; 1 second up to 60 by
     * default. Each time up to half of it is subtracted at random, so that requests that failed
     * together do not come back together.
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
     * Sets the age up to which a release is used at once. For an older one, the broker is asked
     * whether the start is still held. 1 second by default: the difference between the usual
     * interval of 6 seconds and Discord's 5. The time that the request took to the broker counts,
     * too.
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
     * Sets for how long the broker holds a start that was {@linkplain HttpQueue#acquire acquired}
     * if nothing is reported; 30 seconds by default. The broker grants at most 30 seconds.
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
