package io.github.gatewayqueue.local.engine;

import static java.lang.System.Logger.Level.WARNING;
import static java.util.Objects.requireNonNull;

import io.github.gatewayqueue.internal.SafeLogger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A log that never blocks its caller. One thread logs the lines in order; it is started when there
 * is something to log, and ends a second after the last line. So a log handler that blocks or
 * throws does not affect a request.
 *
 * <p>If a handler hangs, at most {@value #MAX_WAITING} lines are kept; later ones are dropped and
 * counted. The thread is a daemon: lines that are not logged when the JVM ends are lost. Safe for
 * use by many threads; all loggers share the thread.
 */
public final class BackgroundLogger {
  static final String THREAD_NAME = "gateway-queue-log";
  static final int MAX_WAITING = 100_000;

  private static final OneThread SHARED =
      new OneThread(
          Thread.ofPlatform()
              .daemon()
              .name(THREAD_NAME)
              .inheritInheritableThreadLocals(false)
              .factory());

  private final SafeLogger logger;
  private final OneThread thread;

  /**
   * Creates a log.
   *
   * @param logger where the lines go
   */
  public BackgroundLogger(System.Logger logger) {
    this(logger, SHARED);
  }

  /** For tests: with a thread of its own. */
  BackgroundLogger(System.Logger logger, ThreadFactory threads) {
    this(logger, new OneThread(threads));
  }

  private BackgroundLogger(System.Logger logger, OneThread thread) {
    this.logger = new SafeLogger(requireNonNull(logger, "logger"));
    this.thread = thread;
  }

  /** A thread while there is something to log. */
  private static final class OneThread extends ThreadPoolExecutor {
    /** How many lines were dropped since that was last told. */
    final AtomicLong dropped = new AtomicLong();

    OneThread(ThreadFactory threads) {
      super(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), threads);
    }
  }

  /**
   * Waits until the lines that were handed in before have been logged, by all loggers: for tests,
   * so that each sees its own lines and none of an earlier test.
   *
   * @throws InterruptedException if the current thread is interrupted while it waits
   */
  public static void awaitLogged() throws InterruptedException {
    CountDownLatch logged = new CountDownLatch(1);
    SHARED.execute(logged::countDown);
    logged.await();
  }

  /**
   * Returns whether a level is logged. Asks the logger, on the thread of the caller.
   *
   * @param level the level
   * @return whether lines of the level are logged at present
   */
  public boolean isLoggable(Level level) {
    return logger.isLoggable(level);
  }

  /**
   * Has a line logged soon. Neither blocks nor throws: if there is no memory for a thread, the line
   * waits for the next one.
   *
   * @param level its level
   * @param line its text; called on the thread that logs, if the level is logged
   */
  public void log(Level level, Supplier<String> line) {
    try {
      thread.execute(() -> logNow(level, line));
    } catch (RejectedExecutionException e) {
      thread.dropped.incrementAndGet();
    } catch (RuntimeException | Error e) {
      // no memory: the release must return all the same
    }
  }

  private void logNow(Level level, Supplier<String> line) {
    long lost = thread.dropped.getAndSet(0);
    if (lost > 0) {
      logger.log(WARNING, () -> lost + " lines were not logged: a log handler hangs, or is slow");
    }
    logger.log(level, line);
  }
}
