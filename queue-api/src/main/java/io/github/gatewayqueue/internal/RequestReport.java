package io.github.gatewayqueue.internal;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reports one request to the flight recorder and to the log. Used by the thread that makes the
 * request. A failure here does not disturb that thread.
 */
public final class RequestReport {
  private static final int UNKNOWN_BUCKET = -1;

  private final long id;
  private final long total;
  private final @Nullable Consumer<Supplier<String>> log;
  private final @Nullable RequestEvent event;
  private final long askedNanos;
  private String detail = "";
  private int bucket = UNKNOWN_BUCKET;
  private int attempts;

  /**
   * Begins the report of a request.
   *
   * @param id the shard's id
   * @param total how many shards the bot runs
   * @param log logs a line at DEBUG, or null if that level is not logged
   */
  public RequestReport(long id, long total, @Nullable Consumer<Supplier<String>> log) {
    this.id = id;
    this.total = total;
    this.log = log;
    event = RequestEvent.PROBE.isEnabled() ? new RequestEvent() : null;
    askedNanos = System.nanoTime();
    if (event != null) {
      event.begin();
    }
  }

  /**
   * Loads what a report needs, which takes time and memory, before the first request rather than in
   * it.
   */
  public static void load() {
    RequestEvent.PROBE.isEnabled();
  }

  /**
   * Begins the report of a request that is recorded or logged.
   *
   * @param id the shard's id
   * @param total how many shards the bot runs
   * @param log logs a line at DEBUG, or null if that level is not logged
   * @return the report, or null if the request is neither recorded nor logged
   */
  public static @Nullable RequestReport beginIfWatched(
      long id, long total, @Nullable Consumer<Supplier<String>> log) {
    return log != null || RequestEvent.PROBE.isEnabled() ? new RequestReport(id, total, log) : null;
  }

  /** The request has joined its line. */
  public void waits() {
    log(() -> shard() + " waits for its turn" + detail);
  }

  /**
   * The request has joined its line.
   *
   * @param ticket its name in the line, which the log gives from now on
   */
  public void waits(String ticket) {
    detail = ": " + ticket;
    waits();
  }

  /** A broker is asked. */
  public void asks() {
    attempts++;
  }

  /**
   * The bucket of the request is known.
   *
   * @param index its index
   */
  public void isInBucket(int index) {
    bucket = index;
  }

  /**
   * The request is released.
   *
   * @param releaseNanos when, as a value of {@link System#nanoTime}
   */
  public void released(long releaseNanos) {
    end(releaseNanos, releaseNanos, null);
  }

  /**
   * The request has ended without a release.
   *
   * @param thrown what it throws
   */
  public void gaveUp(Throwable thrown) {
    end(System.nanoTime(), 0, thrown);
  }

  private void end(long endNanos, long releaseNanos, @Nullable Throwable thrown) {
    try {
      if (event != null) {
        event.end();
        event.shardId = id;
        event.totalShards = total;
        event.bucket = bucket;
        event.waited = endNanos - askedNanos;
        event.released = thrown == null;
        event.releaseNanos = releaseNanos;
        event.attempts = attempts;
        event.commit();
      }
      Supplier<String> after =
          () -> DurationText.measured(Duration.ofNanos(endNanos - askedNanos)) + detail;
      log(
          thrown == null
              ? () -> shard() + " was released after " + after.get()
              : () -> shard() + " left the line after " + after.get() + ": " + thrown);
    } catch (RuntimeException | Error e) {
      // no memory, for instance
    }
  }

  private void log(Supplier<String> line) {
    if (log != null) {
      log.accept(line);
    }
  }

  /**
   * Returns the shard and the total.
   *
   * @return a text such as {@code shard 1 of 2}
   */
  public String shard() {
    return "shard " + id + " of " + total;
  }
}
