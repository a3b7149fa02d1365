package io.github.gatewayqueue.http;

import static java.lang.System.Logger.Level.DEBUG;

import io.github.gatewayqueue.internal.SafeLogger;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells the flight recording and the log of one request. Used by the thread that makes it. */
final class RequestReport {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.http"));

  private static final int UNKNOWN_BUCKET = -1;

  private final long id;
  private final long total;
  private final @Nullable RequestEvent event = RequestEvent.beginIfRecorded();
  private final long askedNanos = System.nanoTime();
  private int bucket = UNKNOWN_BUCKET;
  private int attempts;

  /** A request begins. */
  RequestReport(long id, long total) {
    this.id = id;
    this.total = total;
    LOGGER.log(DEBUG, () -> shard() + " waits for its turn");
  }

  /** The broker is asked. */
  void asks() {
    attempts++;
  }

  /** The broker has told in which bucket the request is. */
  void isInBucket(int told) {
    bucket = told;
  }

  /** The broker is left alone for a while, and then asked again. */
  void backsOff(String reason, Duration pause) {
    LOGGER.log(DEBUG, () -> shard() + " asks again in " + pause + ": " + reason);
  }

  /** The request is released. */
  void released() {
    long nowNanos = System.nanoTime();
    record(true, nowNanos);
    LOGGER.log(DEBUG, () -> shard() + " was released after " + waited(nowNanos));
  }

  /** The request has ended without a release. */
  void gaveUp(Throwable thrown) {
    long nowNanos = System.nanoTime();
    record(false, nowNanos);
    LOGGER.log(DEBUG, () -> shard() + " left the line after " + waited(nowNanos) + ": " + thrown);
  }

  private void record(boolean released, long nowNanos) {
    if (event == null) {
      return;
    }
    event.end();
    event.shardId = id;
    event.totalShards = total;
    event.bucket = bucket;
    event.waited = nowNanos - askedNanos;
    event.released = released;
    event.releaseNanos = released ? nowNanos : 0;
    event.attempts = attempts;
    event.commit();
  }

  /** Returns the shard and the total, for people to read. */
  String shard() {
    return "shard " + id + " of " + total;
  }

  private Duration waited(long nowNanos) {
    return Duration.ofNanos(nowNanos - askedNanos);
  }
}
