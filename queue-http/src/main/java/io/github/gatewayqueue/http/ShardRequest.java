package io.github.gatewayqueue.http;

import static java.lang.System.Logger.Level.DEBUG;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.internal.RequestReport;
import io.github.gatewayqueue.internal.SafeLogger;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@link HttpQueue#acquire}: asks the broker until there is a release. Runs on the
 * calling thread, except for {@link #close}.
 */
final class ShardRequest {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.http"));

  /** A broker that asks for more has made a mistake, and delays nobody for longer. */
  private static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

  private final QueueState queue;
  private final long id;
  private final long total;
  private final RequestReport report;
  private volatile Attempt attempt;
  private volatile boolean closed;
  private int failures;
  private boolean troubled;

  /** Creates a request that takes its turn with others to be sent, but not to be answered. */
  ShardRequest(QueueState queue, long id, long total) {
    this.queue = queue;
    this.id = id;
    this.total = total;
    this.report = new RequestReport(id, total, ShardRequest::logDebug);
    report.waits();
    this.attempt = newAttempt();
  }

  private Attempt newAttempt() {
    return new Attempt(queue, report, this::accepted);
  }

  /** Returns whether the broker has said that this request is in line; it does so with events. */
  boolean inLine() {
    return attempt.inLine();
  }

  /** Has the calling thread throw, if it still waits. */
  void close() {
    closed = true;
    attempt.close(); // one that is put in its place from now on is closed at once
  }

  /**
   * Returns when the request is released: the start, or null if the broker does not hold it.
   *
   * @throws GatewayQueueException if it can never be, or the queue was closed
   */
  @Nullable HeldStart await() throws InterruptedException {
    try {
      HeldStart start = askUntilReleased();
      report.released(System.nanoTime());
      return start;
    } catch (Throwable e) {
      report.gaveUp(e);
      throw e;
    } finally {
      if (troubled) {
        queue.outage().loses();
      }
    }
  }

  private @Nullable HeldStart askUntilReleased() throws InterruptedException {
    while (true) {
      try {
        return attempt.make(id, total);
      } catch (TryAgainException e) {
        attempt = newAttempt();
        if (closed) { // and close() may not have seen this attempt
          attempt.close();
        }
        backOff(e);
      }
    }
  }

  private void backOff(TryAgainException e) throws InterruptedException {
    attempt.requireOpen(); // a queue that is closed is in no trouble
    failures++;
    if (!troubled) {
      troubled = true;
      queue.outage().hits(queue.broker().says(e.reason()));
    }
    Duration backoff = queue.patience().backoff().after(failures, ThreadLocalRandom.current());
    Duration pause = capped(e.retryAfter()).plus(backoff);
    LOGGER.log(
        DEBUG,
        () ->
            report.shard()
                + " asks again in "
                + DurationText.measured(pause)
                + ": "
                + queue.broker().says(e.reason()));
    attempt.awaitClosed(pause);
  }

  static Duration capped(Duration retryAfter) {
    return retryAfter.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : retryAfter;
  }

  private static void logDebug(Supplier<String> line) {
    LOGGER.log(DEBUG, line);
  }

  /** The broker is there, and has taken this request. */
  private void accepted() {
    failures = 0;
    if (troubled) {
      troubled = false;
      queue.outage().spares();
    }
  }
}
