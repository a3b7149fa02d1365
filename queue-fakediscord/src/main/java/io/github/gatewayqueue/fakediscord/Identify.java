package io.github.gatewayqueue.fakediscord;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One IDENTIFY, as the gateway saw it.
 *
 * @param nanoTime when it arrived, by {@link System#nanoTime()}
 * @param sinceStart when it arrived, counted from the start of the server
 * @param shardId the shard that it is for
 * @param shardTotal how many shards the bot said to run
 * @param bucket {@code shardId % max_concurrency} as it was then, or -1 if the shard is invalid
 * @param verdict what became of it
 * @param gap the time since the previous IDENTIFY with a valid token in the same bucket, whatever
 *     became of that one; null for the first, for a bad token and for an invalid shard
 */
public record Identify(
    long nanoTime,
    Duration sinceStart,
    long shardId,
    long shardTotal,
    int bucket,
    Verdict verdict,
    @Nullable Duration gap) {

  /**
   * Returns the line that the command line prints.
   *
   * @return when, which shard, which bucket, how long after the previous one, and the verdict
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%10s  shard %s of %s, bucket %s, gap %s: %s",
        seconds(sinceStart),
        shardId,
        shardTotal,
        bucket,
        gap == null ? "-" : seconds(gap),
        verdict.words());
  }

  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.3f s", duration.toNanos() / 1e9);
  }
}
