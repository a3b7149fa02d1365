package io.github.gatewayqueue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a queue with a session start limit stood at some moment. Moments are of this machine's wall
 * clock as it was when the snapshot was taken. Immutable, and so safe for use by many threads.
 *
 * @param buckets its buckets, in the order of their indexes
 * @param limit the session start limit as it stood, or nothing if it had not been read yet
 * @param usedElsewhere how many starts of the bot were used that the queue did not release, as far
 *     as readings of the limit have shown: since it was built, or since its store was new
 * @param pauses the requests of this process that the {@linkplain Brake brake} held back, the one
 *     that goes on first at the head; they are in no line yet
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
   * How a bucket stood.
   *
   * @param waiting how many requests were in its line, of all processes that the queue is for
   * @param lastRelease when the start that it holds was released, or else when it last released or
   *     used one; null if that is not known. For a bucket that came of others by an update, the
   *     last release of any of them
   * @param nextRelease when spacing and budget allow its next release, which is the moment of the
   *     snapshot if they do already, or null if that is not known: the limit must be read first, or
   *     another process holds a start. For a bucket of this process that is held, the moment for
   *     which it waits if nothing is said
   * @param holds the starts that it is held by: one at most, but for a bucket that came of others
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
   * A request of a shard that starts again and again, and waits before it joins the line.
   *
   * @param shard the shard's id
   * @param starts how many starts of it are remembered
   * @param until when it joins the line
   */
  public record Pause(long shard, int starts, Instant until) {}
}
