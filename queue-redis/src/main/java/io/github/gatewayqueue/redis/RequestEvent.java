package io.github.gatewayqueue.redis;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * What a flight recording tells of one request. Lasts from the call until its end. It is named as
 * that of the queues in this process, and says the same, so that a recording is read alike
 * whichever queue a bot asks.
 */
@Name(RequestEvent.NAME)
@Label("Session Start Request")
@Description("A shard asked for a session start over a Redis, and was released or gave up")
@Category("Gateway Queue")
@StackTrace(false)
final class RequestEvent extends Event {
  static final String NAME = "io.github.gatewayqueue.Request";

  /** Tells whether events are recorded without the cost of a new one. */
  private static final RequestEvent PROBE = new RequestEvent();

  @Label("Shard Id")
  long shardId;

  @Label("Total Shards")
  long totalShards;

  @Label("Bucket")
  @Description("Shard id modulo max_concurrency; -1 if the request was not released")
  int bucket = -1;

  @Label("Waited")
  @Description("From the call to the release, or to the moment of giving up")
  @Timespan(Timespan.NANOSECONDS)
  long waited;

  @Label("Released")
  @Description("Whether the request was released, rather than interrupted or refused")
  boolean released;

  @Label("Moment of Release")
  @Description("System.nanoTime() as the released thread read it when it had its release, or 0")
  long releaseNanos;

  /** Returns an event that has begun, or null if none are recorded. */
  static @Nullable RequestEvent beginIfRecorded() {
    if (!PROBE.isEnabled()) {
      return null;
    }
    RequestEvent event = new RequestEvent();
    event.begin();
    return event;
  }

  /**
   * Ends the event and hands it to the recording.
   *
   * @param nowNanos the moment of the release, if there is one
   */
  void end(long id, long total, long waitedNanos, @Nullable Hold hold, long nowNanos) {
    end();
    shardId = id;
    totalShards = total;
    waited = waitedNanos;
    released = hold != null;
    if (hold != null) {
      bucket = hold.bucket;
      releaseNanos = nowNanos;
    }
    commit();
  }
}
