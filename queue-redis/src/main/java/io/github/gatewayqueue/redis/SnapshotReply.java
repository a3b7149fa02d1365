package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * The store's reply to a look at the queue, in its own terms.
 *
 * @param buckets the state of each bucket
 * @param places the places that were asked for, from 1; 0 for a ticket that is not in line
 * @param limit the limit as it stands, or null
 * @param usedElsewhere how many starts were used that no process of the queue has used
 */
record SnapshotReply(
    List<Bucket> buckets,
    List<Long> places,
    @Nullable SessionStartLimit limit,
    long usedElsewhere) {
  /** Few enough places to keep the store busy for a short time only. */
  private static final int MAX_AT_ONCE = 500;

  /**
   * The state of a bucket. Times are in microseconds, -1 if not known.
   *
   * @param useAge how long ago a start was last used
   * @param opensIn how soon the next one may be released
   * @param heldShard the shard whose start is held, or empty
   * @param heldAge for how long it has been held
   */
  record Bucket(int waiting, long useAge, long opensIn, String heldShard, long heldAge) {
    static Bucket of(List<?> reply) {
      return new Bucket(
          Math.toIntExact((Long) reply.get(0)),
          (Long) reply.get(1),
          (Long) reply.get(2),
          (String) reply.get(3),
          (Long) reply.get(4));
    }

    QueueSnapshot.Bucket show(Instant now) {
      List<QueueSnapshot.Hold> holds = new ArrayList<>();
      if (!heldShard.isEmpty()) {
        Instant since = now.minus(micros(heldAge));
        holds.add(new QueueSnapshot.Hold(Long.parseLong(heldShard), since));
      }
      Instant lastUse = useAge < 0 ? null : now.minus(micros(useAge));
      return new QueueSnapshot.Bucket(
          waiting,
          holds.isEmpty() ? lastUse : holds.getFirst().since(),
          opensIn < 0 ? null : now.plus(micros(opensIn)),
          holds);
    }

    private static Duration micros(long micros) {
      return Duration.ofNanos(Micros.toNanos(micros));
    }
  }

  /**
   * Takes a reply apart.
   *
   * @throws JedisDataException if it is none of the script's, or its numbers make no sense
   */
  static SnapshotReply of(Object reply) {
    return Replies.parse(() -> {
      List<?> parts = (List<?>) reply;
      List<Bucket> buckets =
          ((List<?>) parts.get(0)).stream().map(bucket -> Bucket.of((List<?>) bucket)).toList();
      return new SnapshotReply(
          buckets,
          Replies.longs(parts.get(1)),
          Replies.limit(Replies.longs(parts.get(2)), buckets.size()),
          (Long) parts.get(3));
    });
  }

  /**
   * Looks how the queue stands, in the terms of this machine.
   *
   * @param waiting the tickets of this process that wait
   * @param threads the thread that asks, by ticket and shard; null if it has left
   */
  static RedisQueueSnapshot look(
      Store store,
      StoreWorker.Own waiting,
      Function<String, @Nullable Thread> threads,
      Instant now) {
    List<String> own = waiting.places();
    SnapshotReply reply = store.look(piece(own, 0));
    List<QueueSnapshot.Bucket> buckets =
        Replies.parse(() -> reply.buckets.stream().map(bucket -> bucket.show(now)).toList());
    List<RedisQueueSnapshot.Place> places = new ArrayList<>();
    List<Long> found = new ArrayList<>(reply.places);
    while (found.size() < own.size() / 2) {
      found.addAll(store.look(piece(own, 2 * found.size())).places);
    }
    for (int i = 0; i < found.size(); i++) {
      Thread thread = threads.apply(own.get(2 * i + 1));
      int bucket = Integer.parseInt(own.get(2 * i));
      if (thread != null && found.get(i) > 0 && bucket < buckets.size()) {
        int position = Math.toIntExact(found.get(i));
        places.add(new RedisQueueSnapshot.Place(thread, bucket, position));
      }
    }
    var queue =
        new QueueSnapshot(
            buckets, Optional.ofNullable(reply.limit), reply.usedElsewhere, waiting.pauses());
    return new RedisQueueSnapshot(queue, places);
  }

  private static List<String> piece(List<String> own, int from) {
    return own.subList(from, Math.min(own.size(), from + 2 * MAX_AT_ONCE));
  }
}
