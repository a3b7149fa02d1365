package io.github.gatewayqueue.local.engine;

import static java.lang.System.Logger.Level.DEBUG;

import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** What a flight recording and the log tell of one request. Lasts from the call until its end. */
@Name(RequestEvent.NAME)
@Label("Session Start Request")
@Description("A shard asked for a session start, and was released or gave up")
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
  @Description(
      "Shard id modulo max_concurrency; -1 if the request was interrupted before it joined")
  int bucket;

  @Label("Waited")
  @Description("From the call to the release, or to the moment of giving up")
  @Timespan(Timespan.NANOSECONDS)
  long waited;

  @Label("Released")
  @Description("Whether the request was released, rather than interrupted or refused")
  boolean released;

  @Label("Moment of Release")
  @Description("System.nanoTime() as the released thread read it under its bucket's lock, or 0")
  long releaseNanos;

  /** Where it is logged, too, if it is. */
  private transient @Nullable BackgroundLogger logger;

  private transient long askedNanos;

  /** Has this class loaded, which takes its time, before the first request rather than in it. */
  static void load() {}

  /** Returns an event that has begun, or null if requests are neither recorded nor logged. */
  static @Nullable RequestEvent beginIfWatched(BackgroundLogger logger, long id, long total) {
    boolean logs = logger.isLoggable(DEBUG); // before joining: the first call loads the logger
    if (!logs && !PROBE.isEnabled()) {
      return null;
    }
    RequestEvent event = new RequestEvent();
    event.shardId = id;
    event.totalShards = total;
    event.logger = logs ? logger : null;
    event.askedNanos = System.nanoTime();
    event.begin();
    return event;
  }

  /** Takes note that the request has joined a line and waits. */
  void waits() {
    if (logger != null) {
      String shard = shard();
      logger.log(DEBUG, () -> shard + " waits for its turn");
    }
  }

  /** Takes note of how the request ended, which nothing that fails here changes. */
  void end(Waiter waiter, @Nullable Throwable thrown) {
    try {
      tell(waiter, thrown);
    } catch (RuntimeException | Error e) {
      // no memory, for instance
    }
  }

  private void tell(Waiter waiter, @Nullable Throwable thrown) {
    end();
    Bucket last = waiter.bucket;
    bucket = last == null ? -1 : last.index;
    waited = (thrown == null ? waiter.releaseNanos : System.nanoTime()) - askedNanos;
    released = thrown == null;
    releaseNanos = waiter.releaseNanos;
    commit();
    if (logger != null) {
      String shard = shard();
      Duration time = Duration.ofNanos(waited);
      logger.log(
          DEBUG,
          () ->
              thrown == null
                  ? shard + " was released after " + time
                  : shard + " left the line after " + time + ": " + thrown);
    }
  }

  private String shard() {
    return "shard " + shardId + " of " + totalShards;
  }
}
