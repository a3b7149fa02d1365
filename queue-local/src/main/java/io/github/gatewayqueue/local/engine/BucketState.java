package io.github.gatewayqueue.local.engine;

import java.util.List;
import java.util.OptionalLong;

/**
 * How a bucket stood at some moment. Moments are values of {@link System#nanoTime}.
 *
 * @param waiting how many requests were in its line
 * @param lastReleaseNanos when it last released somebody, if it ever did; for a bucket that came of
 *     others, the last release of any of them
 * @param notBeforeNanos when its spacing allows the next release, as far as is known
 * @param held the starts that are held: one at most, but for a bucket that came of others
 */
public record BucketState(
    int waiting, OptionalLong lastReleaseNanos, long notBeforeNanos, List<Held> held) {

  /**
   * A start that is held.
   *
   * @param shard the shard's id
   * @param sinceNanos when it was released
   */
  public record Held(long shard, long sinceNanos) {}
}
