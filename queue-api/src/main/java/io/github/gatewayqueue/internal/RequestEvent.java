package io.github.gatewayqueue.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The flight recorder's event for one request to any queue, from the call until its end. */
@Name(RequestEvent.NAME)
@Label("Session Start Request")
@Description("A shard asked for a session start, and was released or gave up")
@Category("Gateway Queue")
@StackTrace(false)
public final class RequestEvent extends Event {
  /** The name of the event in a recording. */
  public static final String NAME = "io.github.gatewayqueue.Request";

  /** Shows whether events are recorded, without the cost of a new one. */
  static final RequestEvent PROBE = new RequestEvent();

  @Label("Shard Id")
  long shardId;

  @Label("Total Shards")
  long totalShards;

  @Label("Bucket")
  @Description("Shard id modulo max_concurrency; -1 if the request ended before it was known")
  int bucket;

  @Label("Waited")
  @Description("From the call to the release, or to the moment of giving up")
  @Timespan(Timespan.NANOSECONDS)
  long waited;

  @Label("Released")
  @Description("Whether the request was released, rather than interrupted or refused")
  boolean released;

  @Label("Moment of Release")
  @Description("System.nanoTime() as the released thread read it when it was released, or 0")
  long releaseNanos;

  @Label("Attempts")
  @Description("How often a broker was asked: more than once if something went wrong; else 0")
  int attempts;

  RequestEvent() {}
}
