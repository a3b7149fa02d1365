package io.github.gatewayqueue.redis;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** What a flight recording tells of one request. Lasts from the call until its end. */
@Name("io.github.gatewayqueue.RedisRequest")
@Label("Session Start Request over Redis")
@Description("A shard asked for a session start, and was released or gave up")
@Category("Gateway Queue")
@StackTrace(false)
final class RequestEvent extends Event {
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

  /** Returns an event that has begun, or null if none are recorded. */
  static @Nullable RequestEvent beginIfRecorded() {
    if (!PROBE.isEnabled()) {
      return null;
    }
    RequestEvent event = new RequestEvent();
    event.begin();
    return event;
  }

  /** Ends the event and hands it to the recording. */
  void end(long id, long total, long waitedNanos, @Nullable Release release) {
    end();
    shardId = id;
    totalShards = total;
    waited = waitedNanos;
    released = release != null;
    if (release != null) {
      bucket = release.bucket();
    }
    commit();
  }
}
