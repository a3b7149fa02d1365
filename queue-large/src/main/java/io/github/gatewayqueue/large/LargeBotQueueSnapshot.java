package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link LargeBotQueue} stood at some moment. Immutable, and so safe for use by many threads.
 *
 * @param buckets its buckets, in the order of their indexes
 * @param limit the session start limit as it stood, or nothing if it had not been read yet
 * @param usedElsewhere how many starts of the bot were used since the queue was built that it did
 *     not release, as far as readings of the limit have shown
 * @param pauses the requests that the {@linkplain LargeBotQueue.Builder#brake brake} held back, the
 *     one that goes on first at the head; they are in no line yet
 */
public record LargeBotQueueSnapshot(
    List<Bucket> buckets,
    Optional<SessionStartLimit> limit,
    long usedElsewhere,
    List<Pause> pauses) {

  /** Creates a snapshot, of copies of the lists. */
  public LargeBotQueueSnapshot {
    buckets = List.copyOf(buckets);
    pauses = List.copyOf(pauses);
  }

  /**
   * How a bucket stood. Its moments are of the wall clock as it was when the snapshot was taken.
   *
   * @param waiting how many requests were in its line
   * @param lastRelease when it last released somebody, also if that start was cancelled since, or
   *     null if it has not yet; for a bucket that came of others by an update, the last release of
   *     any of them
   * @param nextRelease when spacing and budget allow its next release, which is the moment of the
   *     snapshot if they do already, or null if the limit has to be read first; for a bucket that
   *     is held, the moment for which it waits if nothing is said
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
   * A start of which nobody has said yet what became of it.
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
