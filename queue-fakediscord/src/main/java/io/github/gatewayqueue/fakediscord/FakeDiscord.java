package io.github.gatewayqueue.fakediscord;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Discord on loopback that enforces the rules for starting sessions, and keeps the score.
 *
 * {@snippet file="io/github/gatewayqueue/fakediscord/UsageTest.java" region="usage"}
 *
 * <p>It speaks what a bot needs to start: {@code GET /gateway/bot} and a few more routes over REST,
 * and the gateway's WebSocket (version 10, JSON, plain or {@code compress=zlib-stream}) with HELLO,
 * IDENTIFY, READY, heartbeats, RESUME, Invalid Session and close codes. There are no guilds, and no
 * event follows READY.
 *
 * <h2>What it enforces, and how that maps to Discord's documentation</h2>
 *
 * <ul>
 *   <li><b>Concurrency.</b> Discord: one session start per {@code shard_id % max_concurrency} and
 *       five seconds. Here: an IDENTIFY gets op 9 if less than the {@linkplain
 *       Builder#identifyInterval identify interval} has passed since the last <i>accepted</i> one
 *       of its bucket, both measured at their arrival on the server's monotonic clock, which is
 *       half a {@linkplain Builder#roundTrip round trip} after they have come in. How Discord
 *       measures is not documented. Order, within and across buckets, is recorded and never
 *       punished.
 *   <li><b>HELLO.</b> Discord's gateway reads what a client sends once it has said HELLO. An
 *       IDENTIFY that is sent before HELLO came is judged when the gateway says HELLO, if that is
 *       {@linkplain Faults#delayHello late}, and not at all if the client has gone by then.
 *   <li><b>Budget.</b> Every IDENTIFY with a valid token is charged to the budget, accepted or not;
 *       RESUME is free. Discord: <i>upon hitting</i> the limit all sessions are terminated and the
 *       token is reset. Here, that happens with the first IDENTIFY that finds no start left: all
 *       sessions are closed with 4004, and the token is refused until a {@linkplain #setToken new
 *       one} is set. The last start itself is accepted, but recorded as {@link Score#limitHit()}.
 *       With {@link Builder#strictLimit strictLimit} Discord's words are taken literally, and the
 *       IDENTIFY that would use up the last start already costs the token.
 *   <li><b>A count that lags.</b> How soon Discord's REST API knows of an IDENTIFY is not
 *       documented. Here it does at once, or after a {@linkplain Builder#countLag lag}. The budget
 *       itself, and with it the token, knows at once.
 *   <li><b>Reset.</b> When {@link Builder#resetAfter resetAfter} has passed, the budget is full
 *       again; from then on it resets every {@link Builder#window window}. A {@code resetAfter} of
 *       zero is told as 0 and means that no reset comes.
 *   <li><b>A changed {@code max_concurrency}.</b> Not documented by Discord. Here the rule looks
 *       back: shards that share a bucket from now on are held to what any of them did before.
 *   <li><b>Payloads.</b> 4001 unknown opcode, 4002 not decodable or more than 4096 bytes, 4003 not
 *       identified, 4004 wrong token, 4005 identified already, 4007 invalid sequence number, 4010
 *       invalid shard, 4012 other than version 10.
 * </ul>
 *
 * <p>It does not enforce what has nothing to do with session starts: the limit of 120 events a
 * minute, intents, missed heartbeats, REST rate limits. Nor does it enforce that the shard count of
 * a large bot is a multiple of a number that Discord assigned. Other encodings and compressions of
 * the connection are refused with 400; {@code compress: true} inside IDENTIFY is ignored.
 *
 * <p>Safe for use by many threads. It listens on 127.0.0.1 only.
 */
public final class FakeDiscord implements AutoCloseable {
  /** The token that is valid unless another one is set: not a secret, but of a token's form. */
  public static final String DEFAULT_TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.fake.token";

  private static final int MAX_REASON_BYTES = 123;

  private final Network network;
  private final Scoreboard scoreboard;
  private final Faults faults;
  private final LoopbackServer server;
  private final AtomicBoolean closed = new AtomicBoolean();

  private FakeDiscord(Builder builder) {
    this.scoreboard = new Scoreboard(new SessionStarts(builder, System.nanoTime()));
    this.network = new Network(builder.roundTrip, builder.jitter, builder.seed());
    this.faults = new Faults(scoreboard);
    this.server =
        new LoopbackServer(network, scoreboard, faults, builder, new AdminApi(this)::handle);
  }

  /**
   * Returns a builder with Discord's own defaults: 1000 session starts in 24 hours, one per five
   * seconds.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the base of the REST API, version included: {@code http://127.0.0.1:port/api/v10}. The
   * routes answer under any other version, and without a prefix, too.
   *
   * @return the base, without a slash at the end
   */
  public URI restUri() {
    return URI.create("http://%s:%s/api/v10".formatted(LoopbackServer.HOST, server.port()));
  }

  /**
   * Returns what {@code GET /gateway/bot} tells as the gateway's URL: {@code ws://127.0.0.1:port}.
   *
   * @return the gateway's address
   */
  public URI gatewayUri() {
    return server.gatewayUri();
  }

  /**
   * Returns the base of the pages that show the score and switch faults, {@code
   * http://127.0.0.1:port/fakediscord}; asked for itself, it explains them.
   *
   * @return the base, without a slash at the end
   */
  public URI adminUri() {
    return URI.create(
        "http://%s:%s%s".formatted(LoopbackServer.HOST, server.port(), AdminApi.PREFIX));
  }

  /**
   * Returns every IDENTIFY so far, in order of arrival.
   *
   * @return an immutable copy
   */
  public List<Identify> identifies() {
    return scoreboard.identifies();
  }

  /**
   * Returns the score so far.
   *
   * @return an immutable copy, whose {@code toString()} is a report
   */
  public Score score() {
    return scoreboard.score();
  }

  /**
   * Returns how many sockets are connected to the gateway now, identified or not.
   *
   * @return how many, at least 0
   */
  public int openSockets() {
    return server.gateway().openSockets();
  }

  /** Returns how many sockets are being opened: their upgrade is under way. */
  int openingSockets() {
    return server.gateway().openingSockets();
  }

  /**
   * Returns what can go wrong on purpose.
   *
   * @return the switches; always the same object
   */
  public Faults faults() {
    return faults;
  }

  /**
   * Sets how many session starts there are per window. If fewer than that remain, that does not
   * change; if more do, they become as many.
   *
   * @param total session starts per window, at least 0
   * @throws IllegalArgumentException if it is out of its range
   */
  public void setTotal(int total) {
    scoreboard.setTotal(Require.atLeast("total", total, 0));
  }

  /**
   * Sets how many session starts are left until the reset.
   *
   * @param remaining session starts left, from 0 to the total
   * @throws IllegalArgumentException if it is out of its range
   */
  public void setRemaining(int remaining) {
    scoreboard.setRemaining(remaining);
  }

  /**
   * Sets when the budget resets.
   *
   * @param resetAfter how long from now, at most 36,500 days; zero for no reset
   * @throws IllegalArgumentException if it is out of its range
   */
  public void setResetAfter(Duration resetAfter) {
    scoreboard.setResetAfter(Require.notNegative("resetAfter", resetAfter));
  }

  /**
   * Sets how many sessions may be started at once, which is the number of buckets.
   *
   * @param maxConcurrency session starts at once, at least 1
   * @throws IllegalArgumentException if it is out of its range
   */
  public void setMaxConcurrency(int maxConcurrency) {
    scoreboard.setMaxConcurrency(Require.atLeast("maxConcurrency", maxConcurrency, 1));
  }

  /**
   * Sets how long it takes until {@code GET /gateway/bot} tells of a session start. Those that it
   * has told of stay told.
   *
   * @param countLag at most 36,500 days; zero for at once
   * @throws IllegalArgumentException if it is out of its range
   * @see Builder#countLag
   */
  public void setCountLag(Duration countLag) {
    scoreboard.setCountLag(Require.notNegative("countLag", countLag));
  }

  /**
   * Uses session starts of the budget, as another program with the same token would. One that finds
   * no start left has the token reset, and all sessions closed with 4004, as if an IDENTIFY had
   * come here; after that, nothing more is used. Unlike an IDENTIFY, they take no slot of a bucket
   * and are not in {@link #identifies}: {@link Faults#invalidateIdentifies} has the effect of
   * somebody else in a bucket. {@link Score#remaining} and {@link Score#limitHit} know of them.
   *
   * @param starts how many, at least 1
   * @throws IllegalArgumentException if it is out of its range
   * @throws IllegalStateException if this is closed
   */
  public void startElsewhere(int starts) {
    Require.atLeast("starts", starts, 1);
    onLoop(() -> server.gateway().startElsewhere(starts));
  }

  /**
   * Sets how long a message to the gateway or over REST and its answer are under way together. It
   * applies to what is sent from then on.
   *
   * @param roundTrip at most 36,500 days; zero for a network that takes no time
   * @throws IllegalArgumentException if it is out of its range
   * @see Builder#roundTrip
   */
  public void setRoundTrip(Duration roundTrip) {
    network.roundTrip(Require.notNegative("roundTrip", roundTrip));
  }

  /**
   * Sets how much longer than the {@linkplain #setRoundTrip round trip} a round trip may take. It
   * applies to what is sent from then on.
   *
   * @param jitter at most 36,500 days; zero for none
   * @throws IllegalArgumentException if it is out of its range
   * @see Builder#jitter
   */
  public void setJitter(Duration jitter) {
    network.jitter(Require.notNegative("jitter", jitter));
  }

  /**
   * Issues a token, as the owner of a bot does after a reset. The old one is not valid any more;
   * sessions that run on it go on.
   *
   * @param token the token that is valid from now on
   * @throws IllegalArgumentException if it is blank
   */
  public void setToken(String token) {
    scoreboard.setToken(Require.token(token));
  }

  /**
   * Closes every socket of the gateway at once: a reconnect storm. Their sessions can be resumed.
   *
   * @param code the close code: 1000, 1001, or from 3000 to 4999
   * @param reason the reason, at most 123 bytes in UTF-8
   * @throws IllegalArgumentException if the code is none of these, or the reason is longer
   * @throws IllegalStateException if this is closed
   */
  public void closeSockets(int code, String reason) {
    Objects.requireNonNull(reason, "reason");
    Require.closeCode(code);
    if (reason.getBytes(StandardCharsets.UTF_8).length > MAX_REASON_BYTES) {
      throw new IllegalArgumentException(
          "reason is \"%s\", expected at most %s bytes".formatted(reason, MAX_REASON_BYTES));
    }
    onLoop(() -> server.gateway().closeSockets(code, reason));
  }

  /**
   * Loses every socket of the gateway at once, without a close frame.
   *
   * @throws IllegalStateException if this is closed
   */
  public void dropSockets() {
    onLoop(() -> server.gateway().dropSockets());
  }

  /**
   * Sends op 7 (Reconnect) to every socket of the gateway.
   *
   * @throws IllegalStateException if this is closed
   */
  public void requestReconnects() {
    onLoop(() -> server.gateway().requestReconnects());
  }

  /**
   * Forgets every session: a client that tries to resume one gets op 9, and must identify again.
   * Sockets stay open.
   *
   * @throws IllegalStateException if this is closed
   */
  public void forgetSessions() {
    onLoop(() -> server.gateway().forgetSessions());
  }

  /**
   * Takes Discord down, REST and gateway. Returns when it is down.
   *
   * @param outage how that looks from outside
   * @throws IllegalStateException if this is closed
   */
  public void startOutage(Outage outage) {
    changeOutage(Objects.requireNonNull(outage, "outage"));
  }

  /**
   * Brings Discord up again, on the same port. Returns when it is up; without an outage, at once.
   *
   * @throws java.io.UncheckedIOException if another process has taken the port meanwhile; to be
   *     called again
   * @throws IllegalStateException if this is closed
   */
  public void endOutage() {
    changeOutage(null);
  }

  private void changeOutage(@Nullable Outage outage) {
    requireOpen();
    server.outage(outage);
  }

  /** Refuses connections from right after now, until it ends by itself. */
  void refuseFor(Duration duration) {
    server.refuseFor(Require.positive("seconds", duration));
  }

  private void onLoop(Runnable action) {
    requireOpen();
    server.run(action);
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException("this FakeDiscord is closed");
    }
  }

  /**
   * Closes the port and every socket; what was recorded can still be read. Closing once more does
   * nothing.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      server.close();
    }
  }

  /**
   * Returns where it is and how it goes.
   *
   * @return the address and the report of {@link Score}
   */
  @Override
  public String toString() {
    return "FakeDiscord at %s: %s".formatted(restUri(), score());
  }

  /**
   * Sets up a {@link FakeDiscord}. Not safe for use by many threads; may be used again after {@link
   * #start()}.
   */
  public static final class Builder {
    private static final int REMAINING_IS_TOTAL = -1;

    private int port;
    String token = DEFAULT_TOKEN;
    int total = 1000;
    private int remaining = REMAINING_IS_TOTAL;
    Duration resetAfter = Duration.ofHours(24);
    Duration window = Duration.ofHours(24);
    int maxConcurrency = 1;
    Duration identifyInterval = Duration.ofSeconds(5);
    int shards = 1;
    boolean strictLimit;
    Duration heartbeatInterval = Duration.ofMillis(41_250);
    Duration countLag = Duration.ZERO;
    private Duration roundTrip = Duration.ZERO;
    private Duration jitter = Duration.ZERO;
    private @Nullable Long jitterSeed;
    Consumer<Identify> onIdentify = identify -> {};

    private Builder() {}

    /**
     * Sets the port.
     *
     * @param port from 0 to 65535; 0, the default, is any that is free
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder port(int port) {
      this.port = Require.inRange("port", port, 0, 65_535);
      return this;
    }

    /**
     * Sets the token that is valid.
     *
     * @param token the token, without {@code Bot}; {@link #DEFAULT_TOKEN} by default
     * @return this builder
     * @throws IllegalArgumentException if it is blank
     */
    public Builder token(String token) {
      this.token = Require.token(token);
      return this;
    }

    /**
     * Sets how many session starts there are per window.
     *
     * @param total at least 0; 1000 by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder total(int total) {
      this.total = Require.atLeast("total", total, 0);
      return this;
    }

    /**
     * Sets how many session starts are left at the start.
     *
     * @param remaining from 0 to the total, which {@link #start} checks; the total by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder remaining(int remaining) {
      this.remaining = Require.atLeast("remaining", remaining, 0);
      return this;
    }

    /**
     * Sets when the budget resets for the first time.
     *
     * @param resetAfter how long from the start, at most 36,500 days; zero for no reset; 24 hours
     *     by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder resetAfter(Duration resetAfter) {
      this.resetAfter = Require.notNegative("resetAfter", resetAfter);
      return this;
    }

    /**
     * Sets how far apart all later resets are.
     *
     * @param window more than zero, at most 36,500 days; 24 hours by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder window(Duration window) {
      this.window = Require.positive("window", window);
      return this;
    }

    /**
     * Sets how long it takes until {@code GET /gateway/bot} tells of a session start: until then,
     * the start is not subtracted from {@code remaining} there. It counts against the budget, and
     * in {@link Score#remaining}, at once. A reset, and {@link FakeDiscord#setRemaining}, are told
     * at once.
     *
     * @param countLag at most 36,500 days; zero, the default, for at once
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder countLag(Duration countLag) {
      this.countLag = Require.notNegative("countLag", countLag);
      return this;
    }

    /**
     * Sets how many sessions may be started at once, which is the number of buckets.
     *
     * @param maxConcurrency at least 1, the default
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder maxConcurrency(int maxConcurrency) {
      this.maxConcurrency = Require.atLeast("maxConcurrency", maxConcurrency, 1);
      return this;
    }

    /**
     * Sets how far apart two session starts of one bucket must be.
     *
     * @param identifyInterval more than zero, at most 36,500 days; 5 s by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder identifyInterval(Duration identifyInterval) {
      this.identifyInterval = Require.positive("identifyInterval", identifyInterval);
      return this;
    }

    /**
     * Sets the recommended number of shards that {@code GET /gateway/bot} tells.
     *
     * @param shards at least 1, the default
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder shards(int shards) {
      this.shards = Require.atLeast("shards", shards, 1);
      return this;
    }

    /**
     * Sets whether the token is reset by the IDENTIFY that would use up the last session start,
     * rather than by the one after it.
     *
     * @param strictLimit false by default
     * @return this builder
     */
    public Builder strictLimit(boolean strictLimit) {
      this.strictLimit = strictLimit;
      return this;
    }

    /**
     * Sets how often HELLO tells the clients to send a heartbeat.
     *
     * @param heartbeatInterval from a millisecond to 36,500 days; 41.25 s by default
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder heartbeatInterval(Duration heartbeatInterval) {
      Require.positive("heartbeatInterval", heartbeatInterval);
      if (heartbeatInterval.toMillis() == 0) {
        throw new IllegalArgumentException(
            "heartbeatInterval is %s, expected at least 1 ms"
                .formatted(Require.text(heartbeatInterval)));
      }
      this.heartbeatInterval = heartbeatInterval;
      return this;
    }

    /**
     * Sets how long a message and its answer are under way together, over REST and on the gateway's
     * sockets. Half of it lies on each way: what a client sends is read and judged half a round
     * trip after it has come in, and what this Discord sends leaves half a round trip later. The
     * order within a connection is kept. A connection to the port itself is accepted at once, and
     * the pages of {@link FakeDiscord#adminUri} answer at once.
     *
     * @param roundTrip at most 36,500 days; zero, the default, for a network that takes no time
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder roundTrip(Duration roundTrip) {
      this.roundTrip = Require.notNegative("roundTrip", roundTrip);
      return this;
    }

    /**
     * Sets how much longer than {@link #roundTrip} a round trip may take: each message is under way
     * for up to half of it longer, at random, with all values as likely.
     *
     * @param jitter at most 36,500 days; zero, the default, for none
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder jitter(Duration jitter) {
      this.jitter = Require.notNegative("jitter", jitter);
      return this;
    }

    /**
     * Sets from what the random numbers of the {@link #jitter} are made. With the same seed, the
     * first message that is sent takes as long again, the second one, and so on.
     *
     * @param jitterSeed any; by default another one each time
     * @return this builder
     */
    public Builder jitterSeed(long jitterSeed) {
      this.jitterSeed = jitterSeed;
      return this;
    }

    /**
     * Sets who is told of every IDENTIFY as soon as it is answered, in order of arrival.
     *
     * @param onIdentify is called by the thread that serves all sockets, and must not block
     * @return this builder
     */
    public Builder onIdentify(Consumer<Identify> onIdentify) {
      this.onIdentify = Objects.requireNonNull(onIdentify, "onIdentify");
      return this;
    }

    private long seed() {
      Long seed = jitterSeed;
      return seed == null ? ThreadLocalRandom.current().nextLong() : seed;
    }

    int remaining() {
      return remaining == REMAINING_IS_TOTAL ? total : remaining;
    }

    /**
     * Starts a server.
     *
     * @return a server that listens already
     * @throws IllegalArgumentException if more remain than the total
     * @throws IllegalStateException if Netty or Vert.x is older than what this was built with, as
     *     Spring Boot's Netty may be; the message says what to set
     * @throws java.io.UncheckedIOException if it cannot listen on the port
     */
    public FakeDiscord start() {
      Libraries.check();
      Require.inRange("remaining", remaining(), 0, total);
      var discord = new FakeDiscord(this);
      discord.server.start(port);
      return discord;
    }
  }
}
