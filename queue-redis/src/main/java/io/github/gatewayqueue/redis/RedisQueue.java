package io.github.gatewayqueue.redis;

import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * A queue for a bot whose processes run on any number of machines: they share one line, one pacing
 * and one daily budget through a Redis or Valkey.
 */
public final class RedisQueue implements GatewayQueue, AutoCloseable {
  /** Refuses bad shards, and threads that are interrupted on entry, as every queue does. */
  private static final GatewayQueue ENTRANCE = GatewayQueue.noOp();

  private final Settings settings;
  private final UnifiedJedis client;
  private final boolean ownClient;
  private final String process = UUID.randomUUID().toString().replace("-", "");
  private final Conversation conversation;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicInteger inLine = new AtomicInteger();
  private final Set<Ticket> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private RedisQueue(Builder builder) {
    settings = builder.settings();
    client = builder.client == null ? connect(requireNonNull(builder.uri)) : builder.client;
    ownClient = builder.client == null;
    var store = new Store(client, process, settings, builder.source != null);
    conversation = new Conversation(store, process, settings, builder.source);
    conversation.start();
  }

  private static UnifiedJedis connect(URI uri) {
    return RedisClient.builder()
        .hostAndPort(JedisURIHelper.getHostAndPort(uri))
        .clientConfig(DefaultJedisClientConfig.builder(uri).build())
        .build();
  }

  /** Begins to build a queue on a server. */
  public static Builder builder(URI uri) {
    if (!JedisURIHelper.isValid(uri)) {
      throw new IllegalArgumentException("uri is no redis:// or rediss:// URL with host and port");
    }
    return new Builder(uri, null);
  }

  /** Begins to build a queue on a client. */
  public static Builder builder(UnifiedJedis client) {
    return new Builder(null, requireNonNull(client, "client"));
  }

  /** {@inheritDoc} */
  @Override
  public void request(long id, long total) throws InterruptedException {
    if (closed.get()) {
      throw new IllegalStateException("the queue is closed");
    }
    ENTRANCE.request(id, total);
    var ticket = new Ticket(process, requests.incrementAndGet(), id, inLine);
    underWay.add(ticket);
    boolean released = false;
    try {
      conversation.arrive(ticket);
      Release release = await(ticket);
      while (!release.isUsable()) {
        ticket.takeBack();
        conversation.tooLate(ticket, release);
        release = await(ticket);
      }
      released = true;
    } finally {
      underWay.remove(ticket);
      if (!released) {
        conversation.giveUp(ticket);
      }
    }
  }

  private Release await(Ticket ticket) throws InterruptedException {
    if (closed.get()) { // and whoever closed it may not have seen this ticket
      ticket.fail(closedWhileWaiting());
    }
    return ticket.await();
  }

  /** Returns how many requests of this process are in line now. */
  public int waiting() {
    return inLine.get();
  }

  /** Returns the limit as the store had it when this process last talked to it. */
  public SessionStartLimit limit() {
    SessionStartLimit limit = conversation.limit();
    if (limit == null) {
      throw new IllegalStateException("the session start limit is not known");
    }
    return limit;
  }

  /** Closes the queue. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    underWay.forEach(ticket -> ticket.fail(closedWhileWaiting()));
    try {
      conversation.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (ownClient) {
        client.close();
      }
    }
  }

  private static GatewayQueueException closedWhileWaiting() {
    return new GatewayQueueException("the queue was closed");
  }

  @Override
  public String toString() {
    return "RedisQueue[" + settings.namespace() + ", waiting=" + waiting() + "]";
  }

  /** Sets up a {@link RedisQueue}. Not safe for use by many threads. */
  public static final class Builder {
    private final @Nullable URI uri;
    private final @Nullable UnifiedJedis client;
    private String namespace = "gateway-queue";
    private Duration interval = Duration.ofSeconds(6);
    private @Nullable Duration startDelay;
    private Duration lease = Duration.ofSeconds(15);
    private @Nullable Duration margin;
    private Duration settling = Duration.ofSeconds(10);
    private int reserve = 1;
    private @Nullable SessionStartLimitSource source;

    private Builder(@Nullable URI uri, @Nullable UnifiedJedis client) {
      this.uri = uri;
      this.client = client;
    }

    public Builder namespace(String namespace) {
      this.namespace = namespace;
      return this;
    }

    public Builder interval(Duration interval) {
      this.interval = interval;
      return this;
    }

    public Builder startDelay(Duration startDelay) {
      this.startDelay = startDelay;
      return this;
    }

    public Builder lease(Duration lease) {
      this.lease = lease;
      return this;
    }

    public Builder margin(Duration margin) {
      this.margin = margin;
      return this;
    }

    Builder settling(Duration settling) {
      this.settling = settling;
      return this;
    }

    public Builder reserve(int reserve) {
      this.reserve = reserve;
      return this;
    }

    public Builder limits(SessionStartLimitSource source) {
      this.source = source;
      return this;
    }

    public RedisQueue build() {
      return new RedisQueue(this);
    }

    private Settings settings() {
      return new Settings(
          namespace,
          interval,
          startDelay == null ? interval : startDelay,
          lease,
          margin == null ? interval.dividedBy(6) : margin,
          settling,
          reserve);
    }
  }
}
