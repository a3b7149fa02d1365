package io.github.gatewayqueue.discord4j;

import discord4j.core.shard.ShardCoordinator;
import discord4j.gateway.SessionInfo;
import discord4j.gateway.ShardInfo;
import discord4j.gateway.limiter.PayloadTransformer;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes the shards of a Discord4J bot ask a {@link GatewayQueue} before they identify.
 *
 * {@snippet file="io/github/gatewayqueue/discord4j/UsageTest.java" region="usage"}
 *
 * <p>Each IDENTIFY waits on a thread of its bucket until the queue releases its shard, and is sent
 * at once then. Neither Discord4J's event loop nor its schedulers are blocked. A RESUME does not
 * ask. The queue keeps the spacing: each start is {@linkplain GatewayQueue#acquire acquired}, and
 * the IDENTIFY and READY are reported to the queue.
 *
 * <p>Safe for use by many threads. Create a new one for each login. A bucket in which shards wait
 * has a platform daemon thread, which ends with the last of them, so there is nothing to close. The
 * threads are not virtual: virtual threads of the bot may have pinned all carriers, and the shards
 * would wait for them. Close a queue that needs it after the bot has logged out.
 *
 * <h2>Ordering</h2>
 *
 * <p>A shard's bucket is {@code shard % maxConcurrency}, with the {@code maxConcurrency} of
 * Discord4J's sharding strategy. The shards of a bucket ask the queue one at a time, in the order
 * in which their IDENTIFYs arrived here: the next one joins the queue's line when the one before it
 * has been released. Buckets do not wait for one another. The strategy must have the real number,
 * as {@code ShardingStrategy.recommended()} does. With {@code fixed(count)} it is 1, and all shards
 * share one bucket.
 *
 * <h2>Interruption</h2>
 *
 * <p>When the connection of a waiting shard ends, or the bot logs out, its thread is interrupted
 * and the request leaves the line; the shard's next connection joins at the end. If the shard is
 * released at that moment, it gives its start back.
 *
 * <h2>Failure</h2>
 *
 * <p>A start whose IDENTIFY went out is spent, whatever becomes of it. After an op 9 (Invalid
 * Session), a lost connection or a lost READY, the next start of the bucket is due an interval
 * after that IDENTIFY.
 *
 * <p>If the queue throws (except for an interrupt), or the JVM cannot start a thread for the
 * bucket, a WARNING is logged by {@code io.github.gatewayqueue.discord4j}. The shard's connection
 * ends as if Discord had closed it with a code that requires a new session. Discord4J connects
 * again, with the backoff and the number of retries of its {@code ReconnectOptions}, and the queue
 * is asked again. When the retries of these options are used up, Discord4J gives up the shard, with
 * an exception whose cause has the queue's exception as its cause.
 */
public final class QueueShardCoordinator implements ShardCoordinator {
  /*
   * Ordering. A request joins the line when it gets there, and threads that are started one after
   * another do not get there in that order. So a bucket has one thread, which takes the IDENTIFYs
   * first come, first served: an executor of one thread. It makes the next request only after the
   * one before, which costs nothing, as a bucket releases one at a time anyway. The executor has no
   * core thread and no keep-alive, so its thread ends with the last request.
   *
   * Alternatives: a thread for each request (out of order), one thread for all buckets (a bucket
   * would wait for another's head), boundedElastic() (as many threads as it has may all be waiting,
   * and Discord4J's own blocking tasks run there).
   *
   * What the queue is told. A connection sends one IDENTIFY or one RESUME, and Discord4J publishes
   * that it is connected for the answer to either. It is READY if the shard's connection has sent an
   * IDENTIFY and has not ended since. Why a connection ends is not told: by op 9, by Discord, or by
   * Discord4J, maybe before Discord has read the IDENTIFY. So an end is never an answer. IDENTIFY
   * counts as sent when Discord4J has taken it. A heartbeat was acknowledged right before, so the
   * connection works; what is left of the way is covered by the slack of the interval. To count from
   * READY alone would be slower than Discord4J's own limiter where READY takes more than a second.
   *
   * Buffers. An IDENTIFY is held by delayUntil, and never handled here. Like every operator of
   * Reactor it discards what it holds when it is cancelled or fails; Discord4J's pipeline, which
   * this is a part of, releases what is discarded. It asks the queue only once the IDENTIFY would be
   * taken, so nothing is released that cannot go out.
   *
   * Cancellation. Reactor's cancel() cancels the task: interrupted if it runs, removed if it waits
   * behind another. An interrupt cannot hit a later task, see FutureTask. Once the sink has
   * succeeded it cannot be cancelled, so no interrupt disturbs what Discord4J does on our thread to
   * send the payload. Whether the IDENTIFY goes out, or its connection has ended before, is decided
   * under the attempt's monitor.
   *
   * Failure. Discord4J's retry knows exceptions by their type. Any one that it does not know makes
   * it resume, here with a session that never was: Discord answers with op 9, which sets the
   * attempts back to zero, so that it would neither back off nor ever give up. A close code from
   * 4000 has it identify anew, with both. So does a bucket whose thread cannot be started: its Error
   * would end up in Discord4J's event loop, and the IDENTIFY would wait for the bucket's next one.
   * The log comes last: an exception of its handler ends in the task, and has no effect.
   */

  private final GatewayQueue queue;
  private final ThreadFactory threads;
  private final Map<Integer, ThreadPoolExecutor> buckets = new ConcurrentHashMap<>();
  private final Set<ShardInfo> connected = ConcurrentHashMap.newKeySet();

  /** Of connections that have sent IDENTIFY. */
  private final Map<ShardInfo, SessionStart> unanswered = new ConcurrentHashMap<>();

  /**
   * Creates a coordinator for one bot.
   *
   * @param queue what all its shards ask
   */
  public QueueShardCoordinator(GatewayQueue queue) {
    this(queue, Thread.ofPlatform().daemon().factory());
  }

  QueueShardCoordinator(GatewayQueue queue, ThreadFactory threads) {
    this.queue = Objects.requireNonNull(queue, "queue");
    this.threads = threads;
  }

  /**
   * Returns what holds back the IDENTIFYs of a shard until the queue has released it.
   *
   * @param shard the shard that identifies
   * @param maxConcurrency how many buckets there are, at least 1
   * @return a function that can be applied to any number of connections of that shard
   * @throws IllegalArgumentException if {@code maxConcurrency} is less than 1
   */
  @Override
  public PayloadTransformer getIdentifyLimiter(ShardInfo shard, int maxConcurrency) {
    if (maxConcurrency < 1) {
      throw new IllegalArgumentException(
          "maxConcurrency is %s, expected at least 1".formatted(maxConcurrency));
    }
    ThreadPoolExecutor bucket =
        buckets.computeIfAbsent(shard.getIndex() % maxConcurrency, this::newBucket);
    return payloads ->
        Flux.defer(() -> new ShardConnection(shard, queue, bucket, unanswered).hold(payloads));
  }

  private ThreadPoolExecutor newBucket(int number) {
    return new ThreadPoolExecutor(
        0,
        1,
        0,
        TimeUnit.NANOSECONDS,
        new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = threads.newThread(task);
          thread.setName("gateway-queue-discord4j-bucket-" + number);
          return thread;
        });
  }

  /**
   * Takes note that a shard has connected. If its connection has sent IDENTIFY, that is answered;
   * if it has resumed, the queue is told nothing. Discord4J calls this.
   *
   * @param shard which one
   * @return completes at once, when it is subscribed to
   */
  @Override
  public Mono<Void> publishConnected(ShardInfo shard) {
    return Mono.fromRunnable(() -> {
      connected.add(shard);
      SessionStart start = unanswered.remove(shard);
      if (start != null) {
        start.answered();
      }
    });
  }

  /**
   * Takes note that a shard's connection has ended for good. Discord4J calls this.
   *
   * @param shard which one
   * @param session what could be resumed, if anything; not kept here
   * @return completes at once, when it is subscribed to
   */
  @Override
  public Mono<Void> publishDisconnected(ShardInfo shard, @Nullable SessionInfo session) {
    return Mono.fromRunnable(() -> connected.remove(shard));
  }

  /**
   * Returns how many shards are connected.
   *
   * @return how many, when it is subscribed to
   */
  @Override
  public Mono<Integer> getConnectedCount() {
    return Mono.fromCallable(connected::size);
  }

  /**
   * Returns how many shards wait to identify now.
   *
   * @return how many, over all buckets
   */
  public int waiting() {
    return buckets.values().stream()
        .mapToInt(bucket -> bucket.getActiveCount() + bucket.getQueue().size())
        .sum();
  }

  /** Returns how it stands. */
  @Override
  public String toString() {
    return "QueueShardCoordinator[waiting=%s, connected=%s, queue=%s]"
        .formatted(waiting(), connected.size(), queue);
  }
}
