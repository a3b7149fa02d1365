package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.broker.Metrics.Outcome;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A request for a session start that waits: the virtual thread that stands in line for it, and how
 * its client is told. The thread calls the queue and nothing else; the event loop does the rest.
 */
final class WaitingRequest {
  /** When a client may come back that was sent away as the broker stops. */
  static final Duration RETRY_AFTER_STOP = Duration.ofSeconds(1);

  private final Exchange exchange;
  private final ShardQuery shard;
  private final boolean events;
  private final Requests requests;
  private final Thread thread;

  WaitingRequest(Exchange exchange, ShardQuery shard, boolean events, Requests requests) {
    this.exchange = exchange;
    this.shard = shard;
    this.events = events;
    this.requests = requests;
    this.thread =
        Thread.ofVirtual().inheritInheritableThreadLocals(false).unstarted(this::standInLine);
  }

  Thread thread() {
    return thread;
  }

  ShardQuery shard() {
    return shard;
  }

  boolean hasEvents() {
    return events;
  }

  /** Joins the line, and leaves it when the client hangs up. */
  void start() {
    exchange.response().closeHandler(closed -> thread.interrupt());
    if (events) {
      exchange.beginEvents();
    }
    thread.start();
  }

  private void standInLine() {
    Outcome outcome = Outcome.RELEASED;
    Problem problem = null;
    try {
      requests.queue().request(shard.shard(), shard.total());
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
    requests.ended(this, outcome, problem, elapsedNanos());
  }

  private long elapsedNanos() {
    return System.nanoTime() - exchange.receivedNanos();
  }

  /** Returns whether the client could be told. Called on the event loop, like all below. */
  boolean release(int bucket, long waitedNanos) {
    if (!exchange.isOpen()) {
      return false;
    }
    if (events) {
      exchange.write(
          event(
              "released",
              json -> {
                writeRelease(json, bucket, waitedNanos);
                Json.millis(json, "elapsedMillis", elapsedNanos());
              }));
      exchange.end();
    } else {
      exchange.answer(200, Json.TYPE, Json.object(json -> writeRelease(json, bucket, waitedNanos)));
    }
    return true;
  }

  private void writeRelease(JsonGenerator json, int bucket, long waitedNanos) {
    json.writeStringProperty("message", "shard " + shard.shard() + " may identify now");
    writeShard(json, bucket);
    Json.millis(json, "waitedMillis", waitedNanos);
  }

  private void writeShard(JsonGenerator json, int bucket) {
    json.writeNumberProperty("shard", shard.shard());
    json.writeNumberProperty("total", shard.total());
    json.writeNumberProperty("bucket", bucket);
  }

  void refuse(Problem problem) {
    if (!exchange.isOpen()) {
      return;
    }
    if (events) {
      exchange.write(event("refused", problem::write));
      exchange.end();
    } else {
      requests.refuse(exchange, problem);
    }
  }

  /** Tells its place, unless its client does not read what it was told before. */
  void tellPlace(int bucket, int position, @Nullable Long expectedNanos) {
    if (!exchange.isOpen() || exchange.response().writeQueueFull()) {
      return;
    }
    exchange.write(
        event(
            "waiting",
            json -> {
              writeShard(json, bucket);
              json.writeNumberProperty("position", position);
              if (expectedNanos == null) {
                json.writeNullProperty("expectedMillis");
              } else {
                Json.millis(json, "expectedMillis", expectedNanos);
              }
              Json.millis(json, "elapsedMillis", elapsedNanos());
            }));
  }

  /** Ends it as the broker stops; a plain client would take any answer for a release. */
  void stop() {
    if (events) {
      exchange.write(Events.closing(RETRY_AFTER_STOP));
      exchange.end();
    } else {
      exchange.hangUp();
    }
    thread.interrupt();
  }

  private static String event(String name, Consumer<JsonGenerator> properties) {
    return Events.event(name, Json.object(properties));
  }
}
