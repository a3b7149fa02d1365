package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.HeldStart;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A client that receives events: its place or pause, and its release. It may hold its start. */
final class EventClient extends AskingClient {
  private final EventStream stream;
  private boolean joined;

  /** What is said of its place after its release comes too late. */
  private boolean released;

  EventClient(Exchange exchange, ShardQuery shard) {
    super(exchange, shard);
    this.stream = new EventStream(exchange);
  }

  private long elapsedNanos() {
    return System.nanoTime() - askedNanos();
  }

  @Override
  public boolean takesPlaces() {
    return true;
  }

  @Override
  public void joined() {
    joined = true;
    stream.begin();
  }

  @Override
  public void place(int bucket, int position, @Nullable Long expectedNanos) {
    tellWait(
        "waiting",
        json -> {
          writeShard(json, bucket);
          json.writeNumberProperty("position", position);
          if (expectedNanos == null) {
            json.writeNullProperty("expectedMillis");
          } else {
            Json.millis(json, "expectedMillis", expectedNanos);
          }
        });
  }

  @Override
  public void paused(int starts, long leftNanos) {
    tellWait(
        "paused",
        json -> {
          Json.shard(json, shard.shard(), shard.total());
          json.writeNumberProperty("starts", starts);
          Json.millis(json, "pauseMillis", leftNanos);
        });
  }

  private void tellWait(String event, Consumer<JsonGenerator> properties) {
    if (released || !isOpen() || stream.isBehind()) {
      return;
    }
    stream.send(
        event,
        json -> {
          properties.accept(json);
          Json.millis(json, "elapsedMillis", elapsedNanos());
          Duration hold = shard.hold();
          if (hold != null) {
            Json.millis(json, "holdMillis", hold.toNanos());
          }
        });
  }

  @Override
  public void released(int bucket, long waitedNanos, @Nullable HeldStart held) {
    released = true;
    stream.send(
        "released",
        json -> {
          writeRelease(json, bucket, waitedNanos);
          Json.millis(json, "elapsedMillis", elapsedNanos());
          if (held != null) {
            json.writeStringProperty("start", held.id());
            Json.millis(json, "holdMillis", held.leftNanos());
          }
        });
    if (held == null) {
      stream.end();
    }
  }

  @Override
  public void beat() {
    if (!stream.isBehind()) {
      stream.comment();
    }
  }

  @Override
  public void expired(HeldStart held) {
    stream.send(
        "expired",
        json -> {
          json.writeStringProperty("message", "the start has run out, or is lost");
          json.writeStringProperty("start", held.id());
        });
  }

  @Override
  public void end() {
    stream.end();
  }

  @Override
  public void refused(Problem problem) {
    if (!joined) {
      exchange.refuse(problem);
    } else if (isOpen()) {
      stream.send("refused", json -> Json.write(json, problem));
      stream.end();
    }
  }

  @Override
  public void stopping() {
    stream.closing();
  }
}
