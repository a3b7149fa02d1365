package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.GatewayQueue;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.utils.SessionControllerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Has the shards of a JDA bot ask a {@link GatewayQueue} before they connect. One for all shards of
 * a bot that share the queue:
 *
 * {@snippet file="io/github/gatewayqueue/jda/UsageTest.java" region="usage"}
 *
 * <p>A shard manager tells the controller Discord's {@code max_concurrency}. Where there is none,
 * with a {@code JDABuilder}, all shards are of one bucket until {@link #setConcurrency} says
 * otherwise.
 *
 * <h2>Ordering</h2>
 *
 * Within a bucket, shards ask the queue one after another in the order in which JDA appended them.
 * The next one asks 6 s after the IDENTIFY of the one before it was seen to be sent, so a slow
 * connection never has two arrive too close to each other. A shard that has not identified 30 s
 * after its release holds up nobody any more; one that JDA itself tries to connect again and again
 * is not stuck, and its bucket waits. If such a shard stirs while the next one asks, so that this
 * one would have to wait for more than a second with its release, it does not use it: it asks
 * again. A shard that can not connect is tried again, behind the others of its bucket.
 *
 * <p>Sessions that can be resumed are not JDA's to append: the queue is not asked for them.
 *
 * <h2>Failure</h2>
 *
 * When a shard can not connect, or the queue throws, the bucket pauses for 5 s, and twice as long
 * after each further failure, up to 5 min: a release that is not used may count against the session
 * start limit. It is logged as a WARNING by {@code io.github.gatewayqueue.jda}, further ones in a
 * row at DEBUG. A shard that was not released keeps its place.
 *
 * <p>If the JVM cannot start a thread for a bucket, the call that wants it throws the JVM's {@link
 * OutOfMemoryError}. All other buckets go on. The shards keep their places, and the next call tries
 * again, whichever bucket it is about.
 *
 * <h2>Threads</h2>
 *
 * Safe for use by many threads. A platform daemon thread per bucket in which shards wait or
 * connect, and one per shard that connects. They end with the waiting and the connecting, so there
 * is nothing to close. None of them is virtual: before Java 24, virtual threads of the bot that
 * block in a synchronized method or block could keep all carriers, and the shards would wait for
 * them. Close a queue that needs it after the last shard has shut down.
 */
public final class QueueSessionController extends SessionControllerAdapter {
  /*
   * What the adapter does is not used, but for REST: its worker is never started.
   *
   * Decided in Line, waited for here. Each bucket in which somebody waits is served by a thread of
   * its own: it takes the first, waits until the bucket is quiet, asks the queue, and has the node
   * run on yet another thread, since that may take for ever. The bucket's thread is not told when
   * IDENTIFY is sent: JDA tells listeners, but through an event manager and a pool that are the
   * user's. So whoever waits for somebody's IDENTIFY looks at its JDA's status now and then, and
   * takes what it sees as having happened just now: that is never too early. If the status was
   * there and gone between two looks, as with an op 9 at once, the end of the node's run takes its
   * place. A bucket's thread stays, and looks, until nobody of the bucket waits or is about to
   * identify; one that is overdue is looked at when somebody else comes.
   *
   * A node runs with isLast = false. With true it would return as soon as the socket is open, and
   * that of a JDA that is shut down just then would be left open. It runs on a platform thread, as
   * JDA connects in a synchronized method: before Java 24 that would pin a virtual thread's carrier,
   * and a few slow connections would hold up all virtual threads of the JVM.
   *
   * Withdrawing: a thread that asks is noted in "asking" for its node. Who takes the node away
   * removes the note and interrupts the thread; whatever comes of that request is then ignored. So
   * an interrupt is only ever delivered to a thread that asks, and that thread clears it, under the
   * lock, before it does anything else. A change of the concurrency withdraws all, who keep their
   * places here and ask again as members of their new buckets.
   *
   * Under the lock, JDA is asked for nothing but its status, which takes none of its locks: JDA
   * calls in here while it holds some. What is to be logged is noted, and logged when the lock was
   * given up: a handler may block, and it may call JDA.
   */
  private static final System.Logger LOGGER = System.getLogger("io.github.gatewayqueue.jda");

  private final GatewayQueue queue;
  private final ThreadFactory threads;
  private final long lookNanos;
  private final long freshNanos;
  private final ReentrantLock mutex = new ReentrantLock();
  private final Condition changed = mutex.newCondition();
  private volatile @Nullable String gateway;

  // All below are guarded by the lock.
  private final Line line;
  private final Map<SessionConnectNode, Thread> asking = new HashMap<>();

  /** The buckets that have a thread. */
  private final Set<Integer> served = new HashSet<>();

  /** The buckets that want a thread, and have none if none could be started. */
  private final Set<Integer> unserved = new HashSet<>();

  /** What was warned of since the last IDENTIFY. */
  private final Set<String> warnedOf = new HashSet<>();

  /** What is to be logged; empty whenever nobody has the lock. */
  private final List<Runnable> notes = new ArrayList<>();

  /**
   * Makes a controller whose shards ask a queue.
   *
   * @param queue the queue, which is not closed by this
   */
  public QueueSessionController(GatewayQueue queue) {
    this(queue, Timing.DEFAULT);
  }

  QueueSessionController(GatewayQueue queue, Timing timing) {
    this(queue, timing, Thread.ofPlatform().daemon().factory());
  }

  QueueSessionController(GatewayQueue queue, Timing timing, ThreadFactory threads) {
    this.queue = Objects.requireNonNull(queue, "queue");
    this.threads = threads;
    this.lookNanos = timing.look().toNanos();
    this.freshNanos = timing.fresh().toNanos();
    this.line = new Line(timing);
  }

  /**
   * Sets Discord's {@code max_concurrency}, which is the number of buckets. Shards that wait keep
   * their order, and a new bucket waits for what any of its shards did in an old one.
   *
   * @param level at least 1, as it is at first
   * @throws IllegalArgumentException if it is less
   */
  @Override
  public void setConcurrency(int level) {
    if (level < 1) {
      throw new IllegalArgumentException("level is %s, expected at least 1".formatted(level));
    }
    mutex.lock();
    try {
      if (level != line.concurrency()) {
        line.concurrency(level);
        Set.copyOf(asking.keySet()).forEach(this::withdraw);
        unserved.clear(); // they are of buckets that there are no more
        serve(line.buckets());
      }
    } finally {
      mutex.unlock();
    }
  }

  /**
   * Has a node wait for its turn, behind all others of its bucket. One that waits already keeps its
   * place. Does not block.
   */
  @Override
  public void appendSession(SessionConnectNode node) {
    Objects.requireNonNull(node, "node");
    mutex.lock();
    try {
      line.add(node);
      serve(Set.of(line.bucketOf(node)));
    } finally {
      mutex.unlock();
    }
  }

  /**
   * Takes a node out, wherever it stands: if it was not released yet, it does not run, and costs no
   * session start. Does not block.
   */
  @Override
  public void removeSession(SessionConnectNode node) {
    Objects.requireNonNull(node, "node");
    mutex.lock();
    try {
      line.remove(node);
      withdraw(node);
      serve(Set.of());
    } finally {
      mutex.unlock();
    }
  }

  /** Takes back what is asked for a node, if anything is. Requires the lock. */
  private void withdraw(SessionConnectNode node) {
    Thread thread = asking.remove(node);
    if (thread != null) {
      thread.interrupt();
    }
  }

  /**
   * Returns how many nodes wait to be released now.
   *
   * @return how many, over all buckets
   */
  public int waiting() {
    mutex.lock();
    try {
      return line.waiting();
    } finally {
      mutex.unlock();
    }
  }

  /** Asks Discord over REST, as JDA's own controllers do. */
  @Override
  public ShardedGateway getShardedGateway(JDA api) {
    ShardedGateway sharded = super.getShardedGateway(api);
    gateway = sharded.getUrl();
    return sharded;
  }

  /** Returns the gateway of which {@link #getShardedGateway} has told, or else JDA's constant. */
  @Override
  public String getGateway() {
    String told = gateway;
    return told == null ? super.getGateway() : told;
  }

  /**
   * Has threads serve these buckets, and those that could not have one before, and signals all.
   * Throws what the JVM does if one of these can have none. Requires the lock.
   */
  private void serve(Set<Integer> buckets) {
    unserved.addAll(buckets);
    unserved.removeAll(served);
    Error failure = null;
    for (int bucket : List.copyOf(unserved)) {
      try {
        start("gateway-queue-jda-bucket-" + bucket, () -> serveAll(bucket));
        served.add(bucket);
        unserved.remove(bucket);
      } catch (Error noThread) {
        failure = buckets.contains(bucket) ? noThread : failure;
      }
    }
    changed.signalAll();
    if (failure != null) {
      throw failure;
    }
  }

  private void start(String name, Runnable task) {
    Thread thread = threads.newThread(task);
    thread.setName(name);
    thread.start();
  }

  private void serveAll(int bucket) {
    boolean finished = false;
    try {
      for (SessionConnectNode node = next(bucket); node != null; node = next(bucket)) {
        ask(node);
      }
      finished = true;
    } finally {
      if (!finished) {
        abandon(bucket);
      }
    }
  }

  /** Nothing is meant to throw here; should it, then another thread goes on with the bucket. */
  private void abandon(int bucket) {
    mutex.lock();
    try {
      served.remove(bucket);
      asking.values().remove(Thread.currentThread());
      if (line.first(bucket) != null) {
        serve(Set.of(bucket));
      }
    } finally {
      mutex.unlock();
    }
  }

  /** Waits until the first of a bucket may ask; returns null when there is nobody any more. */
  private @Nullable SessionConnectNode next(int bucket) {
    mutex.lock();
    try {
      while (true) {
        SessionConnectNode first = firstAlive(bucket);
        long delayNanos = delayNanos(bucket);
        if (first == null && !line.isHeld(bucket)) {
          served.remove(bucket);
          return null;
        }
        if (first != null && delayNanos == 0 && notes.isEmpty()) {
          asking.put(first, Thread.currentThread());
          return first;
        }
        await(delayNanos);
      }
    } finally {
      unlockAndLog();
    }
  }

  private @Nullable SessionConnectNode firstAlive(int bucket) {
    SessionConnectNode first = line.first(bucket);
    while (first != null && isShutDown(first.getJDA())) {
      line.remove(first);
      first = line.first(bucket);
    }
    return first;
  }

  private static boolean isShutDown(JDA jda) {
    return switch (jda.getStatus()) {
      case SHUTTING_DOWN, SHUTDOWN, FAILED_TO_LOGIN -> true;
      default -> false;
    };
  }

  /** How long until it makes sense to look again whether the bucket may go on; zero if it may. */
  private long delayNanos(int bucket) {
    long nowNanos = look();
    return line.isHeld(bucket) ? lookNanos : line.quietNanos(bucket, nowNanos);
  }

  /** Looks who has identified meanwhile, and returns when that was. */
  private long look() {
    long nowNanos = System.nanoTime();
    line.starts().forEach(start -> observe(start, nowNanos));
    return nowNanos;
  }

  private void observe(Start start, long nowNanos) {
    JDA.Status status = start.node.getJDA().getStatus();
    if (line.observe(start, status, nowNanos)) {
      notes.add(() ->
          LOGGER.log(
              Level.WARNING,
              () ->
                  "%s was released and has not identified, its status is %s: its bucket goes on"
                      .formatted(nameOf(start.node), status)));
    }
    if (!line.isPending(start)) {
      warnedOf.clear();
    }
  }

  /** Requires the lock. Only {@link #withdraw} interrupts, and then it is time to look again. */
  @SuppressWarnings("WaitNotInLoop") // it is, in those who call this
  private void await(long nanos) {
    if (!notes.isEmpty()) {
      unlockAndLog();
      mutex.lock();
      return;
    }
    try {
      changed.awaitNanos(nanos);
    } catch (InterruptedException withdrawn) {
      // whoever called looks again
    }
  }

  /** Gives the lock up, and logs what was noted. A handler that fails is ignored. */
  private void unlockAndLog() {
    List<Runnable> noted = List.copyOf(notes);
    notes.clear();
    mutex.unlock();
    for (Runnable note : noted) {
      try {
        note.run();
      } catch (Throwable failure) {
        // an Error, too, or a bucket would be served no more
      }
    }
  }

  private void ask(SessionConnectNode node) {
    JDA.ShardInfo shard = node.getShardInfo();
    Throwable failure = null;
    try {
      queue.request(shard.getShardId(), shard.getShardTotal());
    } catch (Throwable thrown) { // an Error, too, or the bucket would be served no more
      failure = thrown;
    }
    mutex.lock();
    try {
      if (isAsking(node) && failure == null) {
        begin(node);
      } else if (isAsking(node)) {
        Duration pause = line.pause(node, System.nanoTime());
        report("the queue", node, failure, pause);
      }
      asking.remove(node, Thread.currentThread());
      Thread.interrupted();
    } finally {
      unlockAndLog();
    }
  }

  /** Whether this thread asks for the node, and was not told to leave it. */
  private boolean isAsking(SessionConnectNode node) {
    return asking.get(node) == Thread.currentThread();
  }

  /**
   * Has a released node run, at once as a rule: but somebody who was overdue may have identified
   * while this one was asking, or have gone on connecting. If that holds it up for long, its
   * release is not used, as the queue may have released others of the bucket elsewhere meanwhile:
   * it keeps its place, and asks again. If such a one failed instead, its bucket's pause is not for
   * who was released already.
   */
  private void begin(SessionConnectNode node) {
    int bucket = line.bucketOf(node);
    long releasedNanos = System.nanoTime();
    for (long nanos = identifyDelayNanos(bucket); nanos > 0; nanos = identifyDelayNanos(bucket)) {
      if (System.nanoTime() - releasedNanos + nanos > freshNanos) {
        notes.add(() ->
            LOGGER.log(
                Level.DEBUG,
                () ->
                    "%s was released while another of its bucket connects: it asks again"
                        .formatted(nameOf(node))));
        return;
      }
      await(nanos);
      if (!isAsking(node)) {
        return;
      }
    }
    Start start = line.begin(node, System.nanoTime());
    try {
      start("gateway-queue-jda-shard-" + node.getShardInfo().getShardId(), () -> run(start));
    } catch (Throwable noThread) {
      end(start, noThread);
    }
  }

  private long identifyDelayNanos(int bucket) {
    long nowNanos = look();
    return line.isHeld(bucket) ? lookNanos : line.spacedNanos(bucket, nowNanos);
  }

  private void run(Start start) {
    Throwable failure = null;
    try {
      start.node.run(false);
    } catch (Throwable thrown) { // an Error, too, or the shard would never be tried again
      failure = thrown;
    }
    mutex.lock();
    try {
      end(start, failure);
      serve(Set.of());
    } finally {
      unlockAndLog();
    }
  }

  private void end(Start start, @Nullable Throwable failure) {
    if (!line.isPending(start)) {
      return; // somebody has seen its IDENTIFY
    }
    long nowNanos = System.nanoTime();
    JDA jda = start.node.getJDA();
    // One that was shut down may have identified all the same, when its socket opened.
    if (failure == null || Line.isAfterIdentify(jda.getStatus()) || isShutDown(jda)) {
      line.identified(start, nowNanos);
      warnedOf.clear();
      return;
    }
    line.ended(start);
    if (!start.removed) {
      Duration pause = line.pause(start.node, nowNanos);
      line.add(start.node);
      unserved.add(line.bucketOf(start.node)); // as a rule it has a thread
      report("the connection", start.node, failure, pause);
    }
  }

  private void report(
      String what, SessionConnectNode node, @Nullable Throwable failure, Duration pause) {
    Level level = warnedOf.add(what) ? Level.WARNING : Level.DEBUG;
    notes.add(() ->
        LOGGER.log(
            level,
            () -> "%s: %s failed, to be tried again in %s".formatted(nameOf(node), what, pause),
            failure));
  }

  private static String nameOf(SessionConnectNode node) {
    JDA.ShardInfo shard = node.getShardInfo();
    return "shard %s of %s".formatted(shard.getShardId(), shard.getShardTotal());
  }

  /** Returns how it stands. */
  @Override
  public String toString() {
    mutex.lock();
    try {
      return "QueueSessionController[waiting=%s, connecting=%s, concurrency=%s, queue=%s]"
          .formatted(line.waiting(), line.starts().size(), line.concurrency(), queue);
    } finally {
      mutex.unlock();
    }
  }
}
