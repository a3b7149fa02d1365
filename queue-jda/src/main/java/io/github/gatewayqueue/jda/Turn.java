package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.internal.SafeLogger;
import io.github.gatewayqueue.jda.TurnQueue.Trouble;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.utils.SessionController.SessionConnectNode;
import org.jspecify.annotations.Nullable;

/**
 * The thread of one node. It waits in line, asks the queue and runs the node; if the run fails, it
 * starts over.
 */
final class Turn extends Thread {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.jda"));

  final SessionConnectNode node;
  private final QueueSessionController controller;
  private final TurnQueue line;

  // Guarded by the line.
  boolean removed;
  long sinceNanos;
  private boolean asks;

  // Of this thread alone.
  @SuppressWarnings("NullAway.Init") // by ask()
  private SessionStart start;

  private int attempts;
  private boolean sleeps;

  /** Whether JDA may have gone on to connect, and so to identify. */
  private boolean connects;

  Turn(SessionConnectNode node, QueueSessionController controller) {
    super("gateway-queue-jda-shard-" + node.getShardInfo().getShardId());
    setDaemon(true);
    this.node = node;
    this.controller = controller;
    this.line = controller.line;
  }

  /** Gives up what it asks the queue, and has it look again. Requires the line's monitor. */
  void withdraw() {
    if (asks) {
      asks = false;
      interrupt();
    } else {
      LockSupport.unpark(this);
    }
  }

  @Override
  public void run() {
    try {
      while (awaitTurn()) {
        if (ask()) {
          connect();
        }
      }
    } finally {
      leave();
    }
  }

  /** Returns whether to ask the queue; if not, this is over. */
  private boolean awaitTurn() {
    while (true) {
      long delayNanos;
      synchronized (line) {
        if (line.waiting.get(node) != this || line.refused || isShutDown()) {
          return false;
        }
        delayNanos = line.delayNanos(this);
        asks = delayNanos <= 0;
      }
      if (delayNanos <= 0) {
        return true;
      }
      LockSupport.parkNanos(this, delayNanos);
      interrupted(); // by nobody of ours, but parking would end at once from then on
    }
  }

  private boolean isShutDown() {
    return switch (node.getJDA().getStatus()) {
      case SHUTTING_DOWN, SHUTDOWN, FAILED_TO_LOGIN -> true;
      default -> false;
    };
  }

  /** Returns whether there is a start, with which to connect. */
  private boolean ask() {
    SessionStart released = null;
    Throwable failure = null;
    try {
      released = acquire();
    } catch (Throwable thrown) { // an Error, too, or the shard would never be tried again
      failure = thrown;
    }
    Trouble trouble = null;
    synchronized (line) {
      boolean isWanted = asks;
      asks = false;
      interrupted(); // by withdraw()
      if (isWanted && released != null && !isShutDown()) {
        start = released;
        line.waiting.remove(node);
        line.connecting.add(this);
        sinceNanos = System.nanoTime();
        line.wakeFirst(this);
        return true;
      }
      if (isWanted && failure != null) {
        trouble = line.fail(this, "the queue");
      }
    }
    if (released != null) {
      released.cancel();
    }
    log(trouble, failure);
    return false;
  }

  private SessionStart acquire() throws InterruptedException {
    JDA.ShardInfo shard = node.getShardInfo();
    return controller.queue.acquire(shard.getShardId(), shard.getShardTotal());
  }

  /**
   * Called in the node's run when JDA is about to connect. Throws an Error to prevent that, because
   * JDA's loop catches all exceptions.
   */
  void beforeConnecting() {
    connects = false;
    if (++attempts > 1) {
      throw new Error("JDA could not connect: its own log has the reason, at DEBUG");
    }
    if (start.isExpired()) {
      start.cancel();
      if (!sleeps) {
        throw new Error("the hold ran out before JDA connected");
      }
      try { // JDA slept for longer than the hold, and would again. So acquire here, under its lock.
        start = acquire();
      } catch (InterruptedException | RuntimeException failure) {
        throw new Error("the queue failed", failure);
      }
    }
    if (isShutDown()) {
      throw new RejectedExecutionException("JDA has shut down");
    }
    connects = true;
  }

  private void connect() {
    JDA jda = node.getJDA();
    Throwable failure = null;
    attempts = 0;
    try {
      connects = !JdaInternals.forgetGateway(jda);
      sleeps = node.isReconnect() && !(controller.skipsBackOff && JdaInternals.skipBackOff(jda));
      node.run(false);
    } catch (Throwable thrown) { // as above
      failure = thrown;
    }
    boolean isUp = connects && failure == null && jda.getStatus().isInit();
    if (!connects || failure instanceof IllegalStateException) { // JDA did not, or could not
      start.cancel();
    } else if (isUp) { // by READY
      start.answered();
    } else { // op 9 or a lost connection, which JDA does not tell apart, or a shutdown
      start.close();
    }

    Trouble trouble = null;
    String refusal = null;
    synchronized (line) {
      line.connecting.remove(this);
      if (isUp) {
        line.someAreUp = true;
        line.troubles.remove(line.bucketOf(this));
      } else if (isShutDown()) {
        refusal = line.refused ? null : JdaInternals.refusal(jda, line.someAreUp);
        if (refusal != null) {
          line.refused = true;
          line.withdrawAll();
        }
      } else if (failure != null && !removed) {
        line.waiting.putIfAbsent(node, this);
        trouble = line.refused ? null : line.fail(this, "the connection");
      }
      line.wakeFirst(this);
    }
    log(trouble, failure);
    if (refusal != null) {
      LOGGER.log(
          Level.ERROR, "%s: Discord refuses it, no other starts: %s".formatted(this, refusal));
    }
  }

  private void leave() {
    boolean isRefused;
    synchronized (line) {
      isRefused = line.waiting.remove(node, this) && line.refused;
      line.connecting.remove(this);
      line.wakeFirst(this);
    }
    if (isRefused && !isShutDown()) {
      LOGGER.log(Level.WARNING, "%s: shut down, as Discord refuses the bot".formatted(this));
      node.getJDA().shutdown();
    }
  }

  /** Not under the lock: a handler may block, and it may call JDA. */
  private void log(@Nullable Trouble trouble, @Nullable Throwable failure) {
    if (trouble != null) {
      String pause = DurationText.measured(Duration.ofNanos(trouble.pauseNanos()));
      LOGGER.log(
          trouble.level(),
          "%s: %s failed, to be tried again in %s".formatted(this, trouble.what(), pause),
          failure);
    }
  }

  @Override
  public String toString() {
    JDA.ShardInfo shard = node.getShardInfo();
    return "shard %s of %s".formatted(shard.getShardId(), shard.getShardTotal());
  }
}
