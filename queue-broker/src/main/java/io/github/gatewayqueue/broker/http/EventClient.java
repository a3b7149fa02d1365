package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.broker.requests.HeldStart;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A client that receives events: its place or pause, and its release. It may hold its start. */
final class EventClient extends AskingClient {
  private final EventStream stream;
  private boolean joined;

  /** What is said of its place after its release comes too late. */
  private boolean released;

  EventClient(Exchange exchange, ShardQuery shard) {
    super(exchange, shard, false);
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
        json ->
            json.with("bucket", bucket)
                .with("position", position)
                .withMillis("expectedMillis", expectedNanos));
  }

  @Override
  public void paused(int starts, long leftNanos) {
    tellWait("paused", json -> json.with("starts", starts).withMillis("pauseMillis", leftNanos));
  }

  private void tellWait(String event, UnaryOperator<Json> properties) {
    if (released || !isOpen() || stream.isBehind()) {
      return;
    }
    Json data =
        properties
            .apply(new Json().withShard(shard.shard(), shard.total()))
            .withMillis("elapsedMillis", elapsedNanos());
    Duration hold = shard.hold();
    stream.send(event, hold == null ? data : data.withMillis("holdMillis", hold.toNanos()));
  }

  @Override
  public void released(int bucket, long waitedNanos, @Nullable HeldStart held) {
    released = true;
    Json data = release(bucket, waitedNanos).withMillis("elapsedMillis", elapsedNanos());
    if (held != null) {
      data.with("start", held.id()).withMillis("holdMillis", held.leftNanos());
    }
    stream.send("released", data);
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
        new Json().with("message", "the start has run out, or is lost").with("start", held.id()));
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
      stream.send("refused", Json.of(problem));
      stream.end();
    }
  }

  @Override
  public void stopping() {
    stream.closing();
  }
}
