package io.github.gatewayqueue.broker.queue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.redis.RedisQueue;
import io.github.gatewayqueue.redis.RedisQueueSnapshot;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A queue in a Redis, which several brokers of one bot share. It looks at the store once a second,
 * however many clients ask for the status.
 */
final class RedisBrokerQueue implements BrokerQueue {
  private final RedisQueue queue;
  private final LimitReadings readings;
  private final boolean hasToken;

  private volatile View view = View.NOTHING;

  /** Why the store could not be looked at, if it could not. */
  private volatile @Nullable String failure = "the store was not asked yet";

  /** How the store stood when it was last looked at. */
  private record View(List<List<@Nullable Thread>> lines, QueueSnapshot snapshot) {
    static final View NOTHING =
        new View(
            List.of(List.of()),
            new QueueSnapshot(
                List.of(new QueueSnapshot.Bucket(0, null, null, List.of())),
                Optional.empty(),
                0,
                List.of()));

    static View of(RedisQueueSnapshot snapshot) {
      List<List<@Nullable Thread>> lines = new ArrayList<>();
      for (QueueSnapshot.Bucket bucket : snapshot.queue().buckets()) {
        lines.add(Arrays.asList(new @Nullable Thread[bucket.waiting()]));
      }
      for (RedisQueueSnapshot.Place place : snapshot.places()) {
        List<@Nullable Thread> line = lines.get(place.bucket());
        if (place.position() <= line.size()) { // the line may have moved on since it was counted
          line.set(place.position() - 1, place.thread());
        }
      }
      return new View(lines, snapshot.queue());
    }
  }

  RedisBrokerQueue(QueueSettings settings, URI redis) {
    readings = new LimitReadings(settings);
    hasToken = settings.discordToken() != null;
    RedisQueue.Builder builder =
        RedisQueue.builder(redis)
            .namespace(settings.redisNamespace())
            .interval(settings.interval())
            .startDelay(settings.startDelay())
            .reserve(settings.reserve())
            .brake(settings.brake())
            .whenExhausted(RedisQueue.WhenExhausted.valueOf(settings.whenExhausted().name()));
    if (hasToken) {
      builder.limits(readings);
    }
    queue = builder.build();
  }

  @Override
  public void refresh() {
    queue.readLimitIfUnknown();
    if (readings.isOld()) {
      queue.refresh();
    }
    try {
      view = View.of(queue.snapshot());
      failure = null;
    } catch (IOException | RuntimeException e) {
      failure = "Redis: " + e.getMessage();
    }
  }

  @Override
  public SessionStart acquire(long id, long total, Duration holdTimeout)
      throws InterruptedException {
    return queue.acquire(id, total, holdTimeout);
  }

  @Override
  public void require(int starts) throws IOException, InterruptedException {
    if (isLimited()) {
      queue.require(starts);
    } else { // a queue would wait for somebody to read it
      BrokerQueue.super.require(starts);
    }
  }

  @Override
  public boolean isLimited() {
    return hasToken || view.snapshot.limit().isPresent();
  }

  @Override
  public String kind() {
    return "redis";
  }

  @Override
  public int buckets() {
    return view.snapshot.buckets().size();
  }

  @Override
  public List<? extends List<? extends @Nullable Thread>> lines() {
    return view.lines;
  }

  @Override
  public QueueSnapshot snapshot() {
    return view.snapshot;
  }

  @Override
  public LimitReadings readings() {
    return readings;
  }

  @Override
  public Optional<Duration> readingAge() {
    return queue.readingAge();
  }

  @Override
  public List<String> problems() {
    List<String> problems = readings.problems(snapshot());
    String failed = failure;
    if (failed != null) {
      problems.addFirst(failed);
    }
    return problems;
  }

  @Override
  public @Nullable NotReady whyNotReady() {
    if (failure != null) {
      return NotReady.REDIS_AWAY;
    }
    return hasToken && view.snapshot.limit().isEmpty()
        ? NotReady.LIMIT_UNKNOWN // a store may not know yet that there is one
        : BrokerQueue.super.whyNotReady();
  }

  @Override
  public void close() {
    queue.close();
  }
}
