package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueueException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One call of {@link HttpQueue#request}: asks the broker, once more whenever that comes to nothing,
 * until there is a release. All of it happens on the calling thread, but for {@link #close}.
 */
final class ShardRequest {
  private final Broker broker;
  private final Patience patience;
  private final Outage outage;
  private final Semaphore turns;
  private final long id;
  private final long total;
  private final RequestReport report;
  private volatile Attempt attempt;
  private volatile boolean closed;
  private int failures;
  private boolean troubled;

  /** Creates a request that takes its turn with others to be sent, but not to be answered. */
  ShardRequest(
      Broker broker, Patience patience, Outage outage, Semaphore turns, long id, long total) {
    this.broker = broker;
    this.patience = patience;
    this.outage = outage;
    this.turns = turns;
    this.id = id;
    this.total = total;
    this.report = new RequestReport(id, total);
    this.attempt = newAttempt();
  }

  private Attempt newAttempt() {
    return new Attempt(broker, patience, report, this::accepted);
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
   * Returns when the request is released.
   *
   * @throws GatewayQueueException if it can never be, or the queue was closed
   */
  void await() throws InterruptedException {
    try {
      askUntilReleased();
      report.released();
    } catch (Throwable e) {
      report.gaveUp(e);
      throw e;
    } finally {
      if (troubled) {
        outage.loses();
      }
    }
  }

  private void askUntilReleased() throws InterruptedException {
    while (true) {
      try {
        attempt.make(turns, id, total);
        return;
      } catch (TryAgainException e) {
        backOff(e);
        attempt = newAttempt();
        if (closed) { // and whoever closed it may not have seen this attempt
          attempt.close();
        }
      }
    }
  }

  private void backOff(TryAgainException e) throws InterruptedException {
    failures++;
    if (!troubled) {
      troubled = true;
      outage.hits(broker.says(e.reason()));
    }
    Duration backoff = patience.backoff().after(failures, ThreadLocalRandom.current());
    Duration pause = RetryAfter.capped(e.retryAfter()).plus(backoff);
    report.backsOff(broker.says(e.reason()), pause);
    attempt.awaitClosed(pause);
  }

  /** The broker is there, and has taken this request. */
  private void accepted() {
    failures = 0;
    if (troubled) {
      troubled = false;
      outage.spares();
    }
  }
}
