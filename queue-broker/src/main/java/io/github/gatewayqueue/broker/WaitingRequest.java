package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.broker.Metrics.Outcome;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A request for a session start: the virtual thread that stands in line for it, and how its client
 * is told. The thread calls the queue and nothing else, before the release and after it; the event
 * loop does the rest.
 */
final class WaitingRequest {
  /** When a client may come back that was sent away as the broker stops. */
  static final Duration RETRY_AFTER_STOP = Duration.ofSeconds(1);

  private final Exchange exchange;
  private final ShardQuery shard;
  private final boolean events;
  private final Duration holdTimeout;
  private final Requests requests;
  private final Thread thread;

  /** Whether its client was told of its release; what is said of its place comes too late then. */
  private boolean released;

  WaitingRequest(
      Exchange exchange, ShardQuery shard, boolean events, Duration maxHold, Requests requests) {
    this.exchange = exchange;
    this.shard = shard;
    this.events = events;
    Duration asked = shard.hold();
    this.holdTimeout = asked == null || asked.compareTo(maxHold) > 0 ? maxHold : asked;
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

  /** Returns how long its start is held at most, also if only until its client is told. */
  Duration holdTimeout() {
    return holdTimeout;
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
      requests.released(this, start, elapsedNanos());
    } else {
      requests.ended(this, outcome, problem);
    }
  }

  private long elapsedNanos() {
    return System.nanoTime() - exchange.receivedNanos();
  }

  /** Whether the client can still be told. Called on the event loop, like all below. */
  boolean isOpen() {
    return exchange.isOpen();
  }

  /**
   * Tells the release.
   *
   * @param starts knows of the start from now on, if the client holds it
   */
  void release(int bucket, long waitedNanos, HeldStart start, Starts starts) {
    released = true;
    if (!events) {
      exchange.answer(200, Json.TYPE, Json.object(json -> writeRelease(json, bucket, waitedNanos)));
    } else if (shard.hold() == null) {
      exchange.write(released(bucket, waitedNanos, json -> {}));
      exchange.end();
    } else {
      starts.add(start, shard, exchange);
      exchange.write(
          released(
              bucket,
              waitedNanos,
              json -> {
                json.writeStringProperty("start", start.id());
                Json.millis(json, "holdMillis", start.leftNanos());
              }));
    }
  }

  private String released(int bucket, long waitedNanos, Consumer<JsonGenerator> more) {
    return event(
        "released",
        json -> {
          writeRelease(json, bucket, waitedNanos);
          Json.millis(json, "elapsedMillis", elapsedNanos());
          more.accept(json);
        });
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

  /** Has the client ask again, as whoever loses its connection does. */
  void hangUp() {
    exchange.hangUp();
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
    if (released || !exchange.isOpen() || exchange.response().writeQueueFull()) {
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
              if (shard.hold() != null) {
                Json.millis(json, "holdMillis", holdTimeout.toNanos());
              }
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
