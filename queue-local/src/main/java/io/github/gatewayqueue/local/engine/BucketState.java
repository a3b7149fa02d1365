package io.github.gatewayqueue.local.engine;

import io.github.gatewayqueue.QueueSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How a bucket stood at some moment. Moments are values of {@link System#nanoTime}.
 *
 * @param waiting how many requests were in its line
 * @param lastReleaseNanos when it last released a request, if it ever did; for a bucket that an
 *     update made of others, the last release of any of them
 * @param notBeforeNanos when its spacing allows the next release, as far as is known
 * @param held the starts that are held: one at most, but for a bucket that came of others
 */
public record BucketState(
    int waiting, OptionalLong lastReleaseNanos, long notBeforeNanos, List<Held> held) {

  /**
   * Returns the state by the wall clock.
   *
   * @param now the present moment by the wall clock
   * @param nowNanos the same as a value of {@link System#nanoTime}
   * @param nextRelease when the next release may be, or null if that is not known
   * @return the bucket's part of a snapshot
   */
  public QueueSnapshot.Bucket show(Instant now, long nowNanos, @Nullable Instant nextRelease) {
    Instant lastRelease =
        lastReleaseNanos.isPresent()
            ? now.plusNanos(lastReleaseNanos.getAsLong() - nowNanos)
            : null;
    List<QueueSnapshot.Hold> holds =
        held.stream()
            .map(each ->
                new QueueSnapshot.Hold(each.shard, now.plusNanos(each.sinceNanos - nowNanos)))
            .toList();
    return new QueueSnapshot.Bucket(waiting, lastRelease, nextRelease, holds);
  }

  /**
   * A start that is held.
   *
   * @param shard the shard's id
   * @param sinceNanos when it was released
   */
  public record Held(long shard, long sinceNanos) {}
}
