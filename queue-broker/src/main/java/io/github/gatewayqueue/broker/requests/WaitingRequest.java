package io.github.gatewayqueue.broker.requests;

import static java.util.Objects.requireNonNullElse;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.broker.requests.Metrics.Outcome;
import java.time.Duration;

/**
 * A request for a session start, and the virtual thread that stands in line for it. The thread
 * calls the queue and nothing else, before the release and after it. The event loop does the rest.
 */
final class WaitingRequest {
  final Client client;
  final ShardQuery shard;
  final Thread thread;

  /** How long its start is held at most, also if only until its client is told. */
  final Duration holdTimeout;

  private final Requests requests;

  WaitingRequest(Client client, ShardQuery shard, Duration maxHold, Requests requests) {
    this.client = client;
    this.shard = shard;
    this.holdTimeout = requireNonNullElse(shard.hold(), maxHold);
    this.requests = requests;
    this.thread =
        Thread.ofVirtual().inheritInheritableThreadLocals(false).unstarted(this::standInLine);
  }

  /** Joins the line, and leaves it when the client hangs up. */
  void start() {
    client.whenGone(thread::interrupt);
    client.joined();
    thread.start();
  }

  private void standInLine() {
    Outcome outcome = Outcome.RELEASED;
    Problem problem = null;
    SessionStart start = null;
    try {
      start =
          requests.queue().acquire(shard.shard(), shard.total(), holdTimeout.plus(HeldStart.SPARE));
    } catch (InterruptedException e) {
      outcome = Outcome.HUNG_UP;
    } catch (SessionStartLimitExceededException e) {
      outcome = Outcome.EXHAUSTED;
      problem = Problem.retry("" + e.getMessage(), e.limit().resetAfter());
    } catch (GatewayQueueException e) {
      outcome = Outcome.FAILED;
      problem = new Problem(502, "" + e.getMessage());
    } catch (Throwable e) {
      outcome = Outcome.FAILED;
      problem = requests.unexpected(this, e);
    }
    if (start != null) {
      requests.released(this, start, System.nanoTime() - client.askedNanos());
    } else {
      requests.ended(this, outcome, problem);
    }
  }

  /** Ends it because the broker stops. Called on the event loop. */
  void stop() {
    client.stopping();
    thread.interrupt();
  }
}
