package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.internal.LimitText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why no request will be released within a minute, unless that passes by itself, as a held start or
 * an interval does.
 */
public enum NotReady {
  LIMIT_UNKNOWN("starting", "the session start limit is not known"),
  EXHAUSTED("exhausted", "the session starts are used up for more than a minute"),
  /** What is wrong with it is not for everybody. */
  REDIS_AWAY("redis-away", "Redis does not answer"),
  STOPPING("stopping", "the broker is stopping");

  private static final Duration SOON = Duration.ofMinutes(1);

  /** What the status calls it. */
  public final String state;

  /** For everybody to read: no token is needed to see it. */
  public final String reason;

  NotReady(String state, String reason) {
    this.state = state;
    this.reason = reason;
  }

  /**
   * Decides by how the queue stands.
   *
   * @param reserve how many starts to keep back
   * @param now the moment of the snapshot
   */
  static @Nullable NotReady of(QueueSnapshot snapshot, int reserve, Instant now) {
    // One that holds a start was released a moment ago, and need not know when it releases next.
    List<QueueSnapshot.Bucket> free =
        snapshot.buckets().stream().filter(bucket -> bucket.holds().isEmpty()).toList();
    if (free.stream().anyMatch(bucket -> bucket.nextRelease() == null)) {
      return LIMIT_UNKNOWN;
    }
    SessionStartLimit limit = snapshot.limit().orElse(null);
    boolean isUsedUp = limit != null && limit.remaining() <= LimitText.heldBack(limit, reserve);
    Instant soon = now.plus(SOON);
    boolean isLate =
        free.stream()
            .map(QueueSnapshot.Bucket::nextRelease)
            .filter(Objects::nonNull)
            .allMatch(next -> next.isAfter(soon));
    return isUsedUp && isLate && !free.isEmpty() ? EXHAUSTED : null;
  }
}
