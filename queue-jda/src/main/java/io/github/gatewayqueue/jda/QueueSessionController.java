package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.internal.Require;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.utils.SessionControllerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Makes the shards of a JDA bot ask a {@link GatewayQueue} before they connect. Use one for all
 * shards of a bot that share the queue:
 *
 * {@snippet file="io/github/gatewayqueue/jda/UsageTest.java" region="usage"}
 *
 * <p>A shard manager passes Discord's {@code max_concurrency} to the controller. Without a shard
 * manager, with a {@code JDABuilder}, all shards share one bucket until {@link #setConcurrency} is
 * called. JDA does not append a session that it can resume, so the queue is not asked for it.
 *
 * <p>A {@code SessionController} that wraps this one must pass on all calls, {@link #getGateway}
 * included, on the thread on which JDA makes them.
 *
 * <h2>Ordering</h2>
 *
 * Within a bucket, shards ask the queue one after another in the order in which JDA appended them.
 * Each {@linkplain GatewayQueue#acquire acquires} its start, which holds the bucket until READY;
 * the spacing is the queue's. The next shard asks when the one before it was answered or has
 * failed, or after a {@linkplain Builder#patience patience}. With a queue that does not hold
 * starts, each counts from its release.
 *
 * <h2>Failure</h2>
 *
 * A shard that cannot connect gives its start back, and tries again behind the others of its
 * bucket. If the queue throws, the shard keeps its place. In both cases the bucket {@linkplain
 * Builder#pauses pauses} first. The first failure of a bucket is logged as a WARNING by {@code
 * io.github.gatewayqueue.jda}. Later ones are logged at DEBUG, until one of its shards is up.
 *
 * <p>After a close code that no retry can cure (4004, 4013, 4014, and before any shard is up 4010
 * and 4011), the reason is logged as an ERROR. Shards that wait, and those appended later, are shut
 * down. Fix the cause, and start the bot with a new controller.
 *
 * <h2>Threads</h2>
 *
 * Safe for use by many threads. Each shard that waits or connects has a platform daemon thread. It
 * ends when the shard is up, so there is nothing to close. Close a queue that needs it after the
 * last shard has shut down.
 */
public final class QueueSessionController extends SessionControllerAdapter {
  /*
   * Of the adapter only the calls of REST are used: its worker is never started.
   *
   * A node's run(false) returns at READY, or when JDA has queued a reconnect. The controller never
   * reports that IDENTIFY was sent: JDA hands it to the socket before HELLO, and Discord reads it
   * after that, so only READY shows that it has arrived.
   *
   * A shard reconnects in a loop of JDA's, which sleeps under a lock before each attempt, while the
   * bucket would be held. So the sleep is skipped, JDA is made to call getGateway() before each
   * attempt, and the second call throws an Error, which leaves the loop: the shard gives its start
   * back, and gets in line again. ADR 11 has the alternatives.
   *
   * Threads are not virtual: before Java 24, virtual threads of the bot that block in a
   * synchronized method or block could keep all carriers.
   *
   * Under the line's monitor, JDA is asked for nothing but its status, which takes none of its
   * locks: JDA calls in here while it holds some. Neither the queue nor the log is called under it.
   */
  final GatewayQueue queue;
  final TurnQueue line;
  boolean skipsBackOff = true; // false only in a test
  Consumer<Thread> starter = Thread::start; // another one only in a test
  private final @Nullable String fixedGateway;
  private volatile @Nullable String gateway;

  /**
   * Creates a controller whose shards ask a queue.
   *
   * @param queue the queue, which the controller does not close
   */
  public QueueSessionController(GatewayQueue queue) {
    this(builder(queue));
  }

  private QueueSessionController(Builder builder) {
    queue = builder.queue;
    line = new TurnQueue(builder.patience, builder.shortestPause, builder.longestPause);
    fixedGateway = builder.gateway;
    gateway = builder.gateway;
  }

  /**
   * Returns a builder for a controller with its own settings.
   *
   * @param queue the queue, which the controller does not close
   * @return a builder
   */
  public static Builder builder(GatewayQueue queue) {
    return new Builder(Objects.requireNonNull(queue, "queue"));
  }

  /**
   * Sets Discord's {@code max_concurrency}, which is the number of buckets. Shards that wait keep
   * their order.
   *
   * @param level at least 1, the default
   * @throws IllegalArgumentException if it is less
   */
  @Override
  public void setConcurrency(int level) {
    if (level < 1) {
      throw new IllegalArgumentException("level is %s, expected at least 1".formatted(level));
    }
    synchronized (line) {
      if (level != line.concurrency) {
        line.concurrency = level;
        line.troubles.clear(); // they are of buckets that there are no more
        line.withdrawAll(); // who is first asks again
      }
    }
  }

  /**
   * Puts a node behind all others of its bucket. One that waits already keeps its place. Does not
   * block.
   *
   * @throws IllegalStateException if the JVM cannot start a thread for it; JDA then shuts the shard
   *     down, and a shard manager that is starting it tries again
   */
  @Override
  public void appendSession(SessionConnectNode node) {
    var turn = new Turn(Objects.requireNonNull(node, "node"), this);
    synchronized (line) {
      if (!line.waiting.containsKey(node)) {
        try {
          starter.accept(turn); // and waits for the monitor
        } catch (OutOfMemoryError e) { // for which JDA is not prepared: it would forget the shard
          throw new IllegalStateException("no thread could be started for " + turn, e);
        }
        line.waiting.put(node, turn);
      }
    }
  }

  /**
   * Removes a node. If it was not released yet, it does not run, and its request to the queue is
   * interrupted. Does not block.
   */
  @Override
  public void removeSession(SessionConnectNode node) {
    Objects.requireNonNull(node, "node");
    synchronized (line) {
      line.connecting.forEach(turn -> turn.removed |= turn.node.equals(node));
      Turn turn = line.waiting.remove(node);
      if (turn != null) {
        turn.withdraw();
        line.wakeFirst(turn);
      }
    }
  }

  /**
   * Returns how many nodes wait to be released now.
   *
   * @return the number of nodes in all buckets
   */
  public int waiting() {
    synchronized (line) {
      return line.waiting.size();
    }
  }

  /** Asks Discord over REST, as JDA's own controllers do. */
  @Override
  public ShardedGateway getShardedGateway(JDA api) {
    ShardedGateway told = super.getShardedGateway(api);
    String url = fixedGateway == null ? told.getUrl() : fixedGateway;
    gateway = url;
    return new ShardedGateway(url, told.getShardTotal(), told.getConcurrency());
  }

  /**
   * Returns {@link Builder#gateway}, or else the URL that {@link #getShardedGateway} received, or
   * else JDA's constant.
   */
  @Override
  public String getGateway() {
    if (Thread.currentThread() instanceof Turn turn) {
      turn.beforeConnecting();
    }
    String told = gateway;
    return told == null ? super.getGateway() : told;
  }

  /** Returns the queue and how many nodes wait, for people to read. */
  @Override
  public String toString() {
    String named = queue.toString(); // not under the lock: it may take one of its own
    synchronized (line) {
      return "QueueSessionController[waiting=%s, connecting=%s, concurrency=%s, queue=%s]"
          .formatted(line.waiting.size(), line.connecting.size(), line.concurrency, named);
    }
  }

  /** Sets up a {@link QueueSessionController}. Not safe for use by many threads. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(1);
    private final GatewayQueue queue;
    private @Nullable String gateway;
    private Duration patience = Duration.ofSeconds(15);
    private Duration shortestPause = Duration.ofSeconds(2);
    private Duration longestPause = Duration.ofMinutes(5);

    private Builder(GatewayQueue queue) {
      this.queue = queue;
    }

    /**
     * Sets the URL to which all shards connect. The default is the URL that Discord returns to a
     * shard manager, and JDA's constant without one. For a proxy, or for tests, which also set
     * {@code RestConfig.setBaseUrl}.
     *
     * @param gateway a {@code ws} or {@code wss} address
     * @return this builder
     * @throws IllegalArgumentException if it has another scheme, or no host
     */
    public Builder gateway(URI gateway) {
      if (gateway.getHost() == null || !List.of("ws", "wss").contains(gateway.getScheme())) {
        throw new IllegalArgumentException(
            "gateway is %s, expected ws://HOST or wss://HOST".formatted(gateway));
      }
      this.gateway = gateway.toString();
      return this;
    }

    /**
     * Sets how long a shard waits for the answer to the one before it in its bucket, before it asks
     * the queue; 15 s by default, which is longer than JDA takes to give up a connection. With a
     * queue that holds starts, a shorter patience does not make the release earlier.
     *
     * @param patience from zero to a day
     * @return this builder
     * @throws IllegalArgumentException if it is out of its range
     */
    public Builder patience(Duration patience) {
      this.patience = Require.inRange("patience", patience, Duration.ZERO, LONGEST);
      return this;
    }

    /**
     * Sets how long a bucket pauses after a failure; from 2 s to 5 min by default.
     *
     * @param shortest from 1 ms to a day; each further failure doubles the pause, until a shard
     *     gets an answer
     * @param longest from {@code shortest} to a day
     * @return this builder
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public Builder pauses(Duration shortest, Duration longest) {
      shortestPause = Require.inRange("shortest", shortest, Duration.ofMillis(1), LONGEST);
      longestPause = Require.inRange("longest", longest, shortest, LONGEST);
      return this;
    }

    /**
     * Creates the controller.
     *
     * @return a controller
     */
    public QueueSessionController build() {
      return new QueueSessionController(this);
    }
  }
}
