package io.github.gatewayqueue.broker;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.broker.http.BrokerServer;
import io.github.gatewayqueue.broker.http.ServerSettings;
import io.github.gatewayqueue.broker.queue.BrokerQueue;
import io.github.gatewayqueue.broker.queue.QueueSettings;
import io.github.gatewayqueue.broker.queue.Require;
import io.github.gatewayqueue.broker.requests.BrokerTiming;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.large.LargeBotQueue.WhenExhausted;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.redis.RedisQueue;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that holds the queue of a bot, for all of its processes. The program {@code
 * gateway-queue} runs one.
 *
 * {@snippet file="io/github/gatewayqueue/broker/UsageTest.java" region="usage"}
 *
 * <p>Without a Discord token it has one bucket. With a token it reads the session start limit from
 * Discord, has {@code max_concurrency} buckets, and keeps the daily budget.
 *
 * <h2>Failure</h2>
 *
 * If Discord cannot be reached, the broker starts nevertheless, and requests wait until the limit
 * has been read. If Discord refuses the token, {@link #refused} is completed, and requests that
 * wait are refused.
 *
 * <h2>Threads</h2>
 *
 * Safe for use by many threads. A broker has an event loop of its own and a virtual thread for each
 * request that waits; {@link #close} ends them.
 */
public final class Broker implements AutoCloseable {

  /** What a refused request gets. */
  public enum OnRefusal {
    /** A response with a status code and an explanation. */
    ANSWER,
    /** No response: its connection is closed. For clients that treat any response as a release. */
    CLOSE
  }

  private final BrokerQueue queue;
  private final BrokerServer server;

  private Broker(ServerSettings settings, BrokerQueue queue) {
    this.queue = queue;
    server = new BrokerServer(settings, queue);
  }

  /**
   * Begins to build a broker.
   *
   * @return a builder with the defaults
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the port that it listens on.
   *
   * @return a port from 1 to 65,535
   */
  public int port() {
    return server.port();
  }

  /**
   * Returns where it listens.
   *
   * @return a URL without a path
   */
  public URI uri() {
    return server.uri();
  }

  /**
   * Returns a stage that is completed if Discord refuses the bot's token. After that this broker
   * releases no request.
   *
   * @return a stage that is completed with the reason when that happens, and otherwise never
   */
  public CompletionStage<GatewayQueueException> refused() {
    return queue.readings().refused();
  }

  /**
   * Stops: accepts no more requests, sends the event {@code closing} to clients that take events,
   * closes the connections of the others, and closes the port. Returns when this is done; may be
   * called again.
   */
  @Override
  public void close() {
    server.close();
    queue.close();
  }

  /** Returns where it listens, for people to read. */
  @Override
  public String toString() {
    return "Broker[" + uri() + "]";
  }

  /**
   * Sets up a {@link Broker}. Not safe for use by many threads; may be used again after {@link
   * #start()}.
   */
  public static final class Builder {
    private static final String DEFAULT_NAMESPACE = "gateway-queue";
    private static final URI NO_REDIS = URI.create("redis://127.0.0.1:6379");
    private static final Duration MIN_DELAY_WITH_TOKEN = Duration.ofSeconds(10);

    /** 0.4 of {@code RedisQueue}'s lease. */
    private static final Duration REDIS_DELAY = Duration.ofSeconds(6);

    private String host = "127.0.0.1";
    private int port = 8080;
    private Duration interval = LocalQueue.DEFAULT_INTERVAL;
    private @Nullable Duration startDelay;
    private int maxWaiting = 50_000;
    private OnRefusal onRefusal = OnRefusal.ANSWER;
    private @Nullable String token;
    private boolean noToken;
    private @Nullable String discordToken;
    private URI discordApi = URI.create("https://discord.com/api/v10");
    private int reserve = 1;
    private WhenExhausted whenExhausted = WhenExhausted.WAIT;
    private Brake brake = Brake.ON;
    private @Nullable Path record;
    private @Nullable URI redis;
    private String redisNamespace = DEFAULT_NAMESPACE;
    private @Nullable String name;
    private BrokerTiming pace = BrokerTiming.REAL;

    private Builder() {}

    /**
     * Sets the address to listen on; 127.0.0.1 by default, which only this machine can reach.
     *
     * @param host a name or an address of this machine, an IPv6 address with or without brackets,
     *     or 0.0.0.0 for all
     * @return this builder
     * @throws IllegalArgumentException if it is blank
     */
    public Builder host(String host) {
      if (requireNonNull(host, "host").isBlank()) {
        throw new IllegalArgumentException("host is blank, expected a name or an address");
      }
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      this.host = bracketed ? host.substring(1, host.length() - 1) : host;
      return this;
    }

    /**
     * Sets the port to listen on; 8080 by default.
     *
     * @param port from 1 to 65,535, or 0 for any that is free
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder port(int port) {
      this.port = Require.inRange("port", port, 0, 65_535);
      return this;
    }

    /**
     * Sets the shortest time between two releases of one bucket; {@link LocalQueue#DEFAULT_INTERVAL
     * six seconds} by default.
     *
     * @param interval more than zero, at most 365 days
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder interval(Duration interval) {
      this.interval = Require.positive("interval", interval);
      return this;
    }

    /**
     * Sets how long after the start nothing is released, because a broker does not know when its
     * predecessor last released a shard. The default is one interval; with a Discord token at least
     * the ten seconds that Discord may need to count a start; and for a queue in a Redis six
     * seconds more, because other brokers may use the starts that they hold for that long. The
     * limit is read before the delay, so that a bad token is reported at once.
     *
     * @param startDelay from zero to 365 days
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder startDelay(Duration startDelay) {
      this.startDelay = Require.notNegative("startDelay", startDelay);
      return this;
    }

    /**
     * Sets how many requests may wait at once; 50,000 by default.
     *
     * @param maxWaiting from 1 to 10,000,000
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder maxWaiting(int maxWaiting) {
      this.maxWaiting = Require.inRange("maxWaiting", maxWaiting, 1, 10_000_000);
      return this;
    }

    /**
     * Sets what a refused request gets; a response by default.
     *
     * @param onRefusal a response, or a closed connection
     * @return this builder
     */
    public Builder onRefusal(OnRefusal onRefusal) {
      this.onRefusal = requireNonNull(onRefusal, "onRefusal");
      return this;
    }

    /**
     * Sets the token that clients must send. There is none by default: every process of this
     * machine may ask, and a broker that other machines can reach does not start: see {@link
     * #noToken}.
     *
     * @param token visible ASCII characters
     * @return this builder
     * @throws IllegalArgumentException if it is blank or has other characters; the message does not
     *     repeat it
     */
    public Builder token(String token) {
      this.token = Require.token("token", token);
      return this;
    }

    /**
     * Accepts every client that can reach the broker, even on another address than loopback.
     *
     * @return this builder
     */
    public Builder noToken() {
      noToken = true;
      return this;
    }

    /**
     * Sets the bot's token, with which the session start limit is read; none by default.
     *
     * @param discordToken the token as Discord's developer portal shows it
     * @return this builder
     * @throws IllegalArgumentException if it is blank or has characters that no token has; the
     *     message does not repeat it
     */
    public Builder discordToken(String discordToken) {
      this.discordToken = Require.token("discordToken", discordToken);
      return this;
    }

    /**
     * Sets where Discord's REST API is, up to and including its version; {@code
     * https://discord.com/api/v10} by default. Used with a Discord token only.
     *
     * @param discordApi the base of the URL, {@code http} or {@code https}
     * @return this builder
     * @throws IllegalArgumentException if it is not an absolute URL of these schemes with a host,
     *     or has user info, a query or a fragment
     */
    public Builder discordApi(URI discordApi) {
      requireNonNull(discordApi, "discordApi");
      var unused = DiscordSessionStartLimitSource.builder("any").baseUrl(discordApi); // checks it
      this.discordApi = discordApi;
      return this;
    }

    /**
     * Sets how many session starts of a day are never used here; 1 by default. Used with a Discord
     * token only.
     *
     * @param reserve from 0 to 1,000,000
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder reserve(int reserve) {
      this.reserve = Require.reserve("reserve", reserve);
      return this;
    }

    /**
     * Sets what requests do when the session starts of the day are used up; they wait by default.
     * Used with a Discord token only.
     *
     * @param whenExhausted wait or fail
     * @return this builder
     */
    public Builder whenExhausted(WhenExhausted whenExhausted) {
      this.whenExhausted = requireNonNull(whenExhausted, "whenExhausted");
      return this;
    }

    /**
     * Sets whether a shard that starts again and again is delayed before it joins the line; it is
     * by default. Used with a Discord token, or with a Redis.
     *
     * @param brake whether it is delayed
     * @return this builder
     */
    public Builder brake(Brake brake) {
      this.brake = requireNonNull(brake, "brake");
      return this;
    }

    /**
     * Sets the file that records the starts of the last 24 hours, from which the next broker learns
     * what this one has released; none by default. If it exists, is not empty and can be written,
     * there is no start delay unless one is set. It needs a Discord token. It cannot be used with a
     * Redis, which keeps a record itself.
     *
     * @param file the file, or where to create it, in a folder that exists
     * @return this builder
     */
    public Builder record(Path file) {
      record = requireNonNull(file, "file");
      return this;
    }

    /**
     * Sets the Redis or Valkey that keeps the queue, so that several brokers share it; none by
     * default. The margin of clients must then be at most half of the difference between the
     * interval and Discord's, because the way from the store may take the other half.
     *
     * @param redis {@code redis://[[user]:password@]host:port[/database]}, or {@code rediss://}
     * @return this builder
     * @throws IllegalArgumentException if it is none of these; the message does not repeat it
     */
    public Builder redis(URI redis) {
      var unused = RedisQueue.builder(requireNonNull(redis, "redis")); // checks it
      this.redis = redis;
      return this;
    }

    /**
     * Sets the name of the queue, among all in the Redis; {@code gateway-queue} by default.
     *
     * @param namespace 1 to 100 ASCII letters, digits and characters of {@code . _ : / -}
     * @return this builder
     * @throws IllegalArgumentException if it is not of this form
     */
    public Builder redisNamespace(String namespace) {
      requireNonNull(namespace, "namespace");
      var unused = RedisQueue.builder(NO_REDIS).namespace(namespace); // checks it
      redisNamespace = namespace;
      return this;
    }

    /**
     * Sets the broker's name on the dashboard, such as the name of the bot. The default is the
     * namespace in the Redis, if one is set, and otherwise no name.
     *
     * @param name 1 to 100 characters, not all blank, none of them a control character
     * @return this builder
     * @throws IllegalArgumentException if it is not of this form
     */
    public Builder name(String name) {
      this.name = Require.name("name", name);
      return this;
    }

    /**
     * Starts a broker, and returns when it listens.
     *
     * @return the broker; close it at the end
     * @throws UncheckedIOException if the broker cannot listen on the port
     * @throws IllegalArgumentException if the token for clients is the bot's, if there is none
     *     although other machines can reach the host, or if there is one as well as {@link
     *     #noToken}; if there is a start record without a Discord token, or with a Redis, or if it
     *     is not a start record, cannot be read or is in use
     */
    public Broker start() {
      return start(BrokerQueue::of);
    }

    /** Starts a broker with the queue that is made for its settings. */
    Broker start(Function<QueueSettings, BrokerQueue> queue) {
      ServerSettings settings = settings();
      Broker broker = new Broker(settings, queue.apply(settings.queue()));
      try {
        broker.server.start();
      } catch (UncheckedIOException e) { // a queue that nobody can ask would ask Discord for ever
        broker.close();
        throw e;
      }
      return broker;
    }

    /** Sets other times, for a test. */
    Builder pace(BrokerTiming pace) {
      this.pace = pace;
      return this;
    }

    /** Checks all addresses of a name: the broker may listen on any of them. */
    private boolean isLoopback() {
      try {
        return Stream.of(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
      } catch (UnknownHostException e) {
        throw new UncheckedIOException(
            "cannot listen on %s:%s: there is no address of this name".formatted(host, port), e);
      }
    }

    /**
     * Returns whether a record has all starts that earlier brokers released: one that could not be
     * written was emptied.
     */
    private static boolean isTrusted(Path record) {
      return Files.isRegularFile(record)
          && Files.isWritable(record)
          && record.toFile().length() > 0;
    }

    ServerSettings settings() {
      if (token != null && token.equals(discordToken)) {
        throw new IllegalArgumentException(
            "the token for clients is the bot's token, expected another one: clients see it");
      }
      if (token != null && noToken) {
        throw new IllegalArgumentException(
            "there is a token for clients, and --no-token as well, expected one of the two");
      }
      boolean isLoopback = isLoopback();
      if (token == null && !noToken && !isLoopback) {
        throw new IllegalArgumentException(
            ("there is no token for clients, and other machines can reach %s, expected"
                    + " GATEWAY_QUEUE_TOKEN, --token-file, or --no-token if all of them may ask")
                .formatted(host));
      }
      if (record != null && (discordToken == null || redis != null)) {
        throw new IllegalArgumentException(
            "there is a start record, %s, expected a Discord token and no Redis with it"
                .formatted(record));
      }
      Duration delay = startDelay;
      if (delay == null && record != null && isTrusted(record)) {
        delay = Duration.ZERO;
      } else if (delay == null) {
        boolean longer = discordToken == null || interval.compareTo(MIN_DELAY_WITH_TOKEN) > 0;
        delay = longer ? interval : MIN_DELAY_WITH_TOKEN;
        delay = redis == null ? delay : delay.plus(REDIS_DELAY);
      }
      QueueSettings queue =
          new QueueSettings(
              interval,
              delay,
              discordToken,
              discordApi,
              reserve,
              whenExhausted,
              brake,
              record,
              redis,
              redisNamespace);
      return new ServerSettings(
          host,
          isLoopback,
          port,
          maxWaiting,
          onRefusal == OnRefusal.CLOSE,
          token,
          name == null ? nameOfNamespace() : name,
          pace,
          queue);
    }

    private @Nullable String nameOfNamespace() {
      return redis == null || redisNamespace.equals(DEFAULT_NAMESPACE) ? null : redisNamespace;
    }
  }
}
