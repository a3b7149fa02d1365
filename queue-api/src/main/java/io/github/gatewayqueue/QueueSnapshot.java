package io.github.gatewayqueue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of a queue with a session start limit at one moment. All times are on this machine's
 * wall clock, as it was set when the snapshot was taken. Immutable, and so safe for use by many
 * threads.
 *
 * @param buckets its buckets, in the order of their indexes
 * @param limit the session start limit, or nothing if it had not been read yet
 * @param usedElsewhere how many session starts of the bot the queue did not release, as far as
 *     readings of the limit have shown: since the queue was built, or since its store was new
 * @param pauses the requests of this process that the {@linkplain Brake brake} delayed, in the
 *     order in which they will continue; they are not in line yet
 */
public record QueueSnapshot(
    List<Bucket> buckets,
    Optional<SessionStartLimit> limit,
    long usedElsewhere,
    List<Pause> pauses) {

  /** Creates a snapshot, of copies of the lists. */
  public QueueSnapshot {
    buckets = List.copyOf(buckets);
    pauses = List.copyOf(pauses);
  }

  /**
   * The state of a bucket.
   *
   * @param waiting how many requests were in its line, of all processes that share the queue
   * @param lastRelease when the start that it holds was released, or else when it last released or
   *     used one; null if that is not known. For a bucket that an update made of others, the last
   *     release of any of them
   * @param nextRelease when spacing and budget allow its next release: the moment of the snapshot
   *     if they allow it now, or null if that is not known, because the limit must be read first or
   *     another process holds a start. For a bucket that this process holds, the moment at which it
   *     is due if nothing is reported
   * @param holds the starts that hold it: at most one, except in a bucket that an update made of
   *     others
   */
  public record Bucket(
      int waiting, @Nullable Instant lastRelease, @Nullable Instant nextRelease, List<Hold> holds) {

    /** Creates a bucket, of a copy of the list. */
    public Bucket {
      holds = List.copyOf(holds);
    }
  }

  /**
   * A start that was released and whose outcome is not known yet.
   *
   * @param shard the shard's id
   * @param since when it was released
   */
  public record Hold(long shard, Instant since) {}

  /**
   * A request of a shard that starts again and again, which waits before it joins the line.
   *
   * @param shard the shard's id
   * @param starts how many of its starts the brake remembers
   * @param until when it joins the line
   */
  public record Pause(long shard, int starts, Instant until) {}
}
