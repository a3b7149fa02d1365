package io.github.gatewayqueue.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What the store answers to who looks, in its own terms.
 *
 * @param buckets for each: how many wait, the age of its last release, the time to its next one; in
 *     microseconds, -1 if that is not known
 * @param own for each ticket of the process: its number, its bucket and its position
 * @param limit the total, what is left and the microseconds to the reset; or nothing
 */
record LookReply(List<List<Long>> buckets, List<Long> own, List<Long> limit) {

  /**
   * Takes a reply apart.
   *
   * @throws JedisDataException if it is none of the script's
   */
  static LookReply of(Object reply) {
    return Replies.parse(() -> {
      List<?> parts = (List<?>) reply;
      List<List<Long>> buckets =
          ((List<?>) parts.get(0)).stream().map(bucket -> Replies.longs(bucket)).toList();
      return new LookReply(buckets, Replies.longs(parts.get(1)), Replies.longs(parts.get(2)));
    });
  }

  /**
   * Returns it in the terms of this machine.
   *
   * @param threads the thread that asks, by the number of its ticket; null if it has left
   * @throws JedisDataException if its numbers make no sense
   */
  RedisQueueSnapshot snapshot(LongFunction<@Nullable Thread> threads, Instant now) {
    return Replies.parse(() -> show(threads, now));
  }

  private RedisQueueSnapshot show(LongFunction<@Nullable Thread> threads, Instant now) {
    List<RedisQueueSnapshot.Bucket> shown = new ArrayList<>();
    for (List<Long> bucket : buckets) {
      long age = bucket.get(1);
      long wait = bucket.get(2);
      shown.add(
          new RedisQueueSnapshot.Bucket(
              Math.toIntExact(bucket.get(0)),
              age < 0 ? null : now.minus(micros(age)),
              wait < 0 ? null : now.plus(micros(wait))));
    }
    List<RedisQueueSnapshot.Place> places = new ArrayList<>();
    for (int i = 0; i < own.size(); i += 3) {
      Thread thread = threads.apply(own.get(i));
      if (thread != null) {
        int bucket = Math.toIntExact(own.get(i + 1));
        int position = Math.toIntExact(own.get(i + 2));
        places.add(new RedisQueueSnapshot.Place(thread, bucket, position));
      }
    }
    return new RedisQueueSnapshot(
        shown, places, Optional.ofNullable(Replies.limit(limit, buckets.size())));
  }

  private static Duration micros(long micros) {
    return Duration.ofNanos(Micros.toNanos(micros));
  }
}
