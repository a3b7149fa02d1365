package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of a bot's queue over all processes, for programs that show it. Moments are of this
 * machine's wall clock. Immutable.
 *
 * @param buckets the buckets, in the order of their indexes
 * @param places those of the requests of this process, in the order of their bucket's line
 * @param limit the limit as it stands, or nothing if no process has read it
 * @param usedElsewhere how many starts of the bot were used that no process of this queue has used,
 *     as far as readings of the limit have shown, since the store was new
 * @param pauses the requests of this process that the {@linkplain RedisQueue.Builder#brake brake}
 *     held back, the one that goes on first at the head; they are in no line yet
 */
public record RedisQueueSnapshot(
    List<Bucket> buckets,
    List<Place> places,
    Optional<SessionStartLimit> limit,
    long usedElsewhere,
    List<Pause> pauses) {

  /** Creates a snapshot, of copies of the lists. */
  public RedisQueueSnapshot {
    buckets = List.copyOf(buckets);
    places = List.copyOf(places);
    pauses = List.copyOf(pauses);
  }

  /**
   * How one bucket stands.
   *
   * @param waiting how many requests are in its line, of all processes; those of one that has
   *     crashed count until they are passed over
   * @param lastRelease when the start that it holds was released, or else when the last one was
   *     used; null if the store does not know
   * @param nextRelease when it may next release somebody; null if it holds a start, or the session
   *     start limit is not known
   * @param holds the start that it holds, if there is one
   */
  public record Bucket(
      int waiting, @Nullable Instant lastRelease, @Nullable Instant nextRelease, List<Hold> holds) {

    /** Creates a bucket, of a copy of the list. */
    public Bucket {
      holds = List.copyOf(holds);
    }
  }

  /**
   * A start of which its process has not said yet what became of it.
   *
   * @param shard the shard's id
   * @param since when it was released
   */
  public record Hold(long shard, Instant since) {}

  /**
   * Where a request of this process stands.
   *
   * @param thread the thread that asks
   * @param bucket the index of the bucket
   * @param position the place in its line, from 1, those of other processes counted
   */
  public record Place(Thread thread, int bucket, int position) {}

  /**
   * A request of a shard that starts again and again, and waits before it joins the line.
   *
   * @param shard the shard's id
   * @param starts how many starts of it are remembered, in all processes
   * @param until when it joins the line
   */
  public record Pause(long shard, int starts, Instant until) {}
}
