package io.github.gatewayqueue.broker.http;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.broker.queue.BrokerQueue;
import io.github.gatewayqueue.broker.queue.NotReady;
import io.github.gatewayqueue.broker.queue.Version;
import io.github.gatewayqueue.broker.requests.Forecast;
import io.github.gatewayqueue.broker.requests.HeldStart;
import io.github.gatewayqueue.broker.requests.History;
import io.github.gatewayqueue.broker.requests.LastDay;
import io.github.gatewayqueue.broker.requests.Metrics;
import io.github.gatewayqueue.broker.requests.Requests;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import io.github.gatewayqueue.internal.LimitText;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The state of the broker, as JSON. Takes the locks of the lines, so the event loop must not call
 * it.
 */
final class Status {
  private static final int MAX_SHARDS = 20;

  /** A bucket that is new since the snapshot. */
  private static final QueueSnapshot.Bucket UNKNOWN =
      new QueueSnapshot.Bucket(0, null, null, List.of());

  private final ServerSettings settings;
  private final Requests requests;
  private final BrokerQueue queue;
  private final Metrics metrics;
  private final Instant startedAt = Instant.now();
  private final long startNanos = System.nanoTime();

  Status(ServerSettings settings, Requests requests, Metrics metrics) {
    this.settings = settings;
    this.requests = requests;
    this.queue = requests.queue();
    this.metrics = metrics;
  }

  /**
   * Returns a number that changes when something has happened here, or is wrong. What other brokers
   * do is told with the next heartbeat.
   */
  int changes() {
    QueueSnapshot snapshot = queue.snapshot();
    return Objects.hash(
        requests.history().changes(),
        queue.problems(),
        snapshot.buckets().stream().map(Status::heldShards).toList(),
        snapshot.pauses().stream().map(QueueSnapshot.Pause::shard).toList(),
        requests.whyNotReady());
  }

  /** Without the moments, which come out a little different each time. */
  private static List<Long> heldShards(QueueSnapshot.Bucket bucket) {
    return bucket.holds().stream().map(QueueSnapshot.Hold::shard).toList();
  }

  /** Notes what is left of the session starts, for the history of the day. */
  void noteRemaining() {
    noteRemaining(queue.snapshot());
  }

  private void noteRemaining(QueueSnapshot snapshot) {
    snapshot.limit().ifPresent(limit -> requests.history().remaining(limit.remaining()));
  }

  /**
   * Returns how all stands, and whether so many starts are left, which may take a reading of the
   * limit.
   *
   * @param starts how many, or null to leave that out
   */
  String json(@Nullable Integer starts) {
    Json planned = starts == null ? null : planned(starts);
    // before the lines: a request that is released meanwhile is not counted twice
    History.View history = requests.history().view();
    var lines = queue.lines();
    QueueSnapshot snapshot = queue.snapshot();
    noteRemaining(snapshot);
    List<Integer> waiting = lines.stream().map(List::size).toList();
    Instant now = Instant.now();
    Forecast forecast =
        new Forecast(
            snapshot, waiting, settings.queue().interval(), settings.queue().reserve(), now);
    int total = waiting.stream().mapToInt(Integer::intValue).sum();
    Iterable<Json> buckets = // one at a time, because there may be many
        () ->
            IntStream.range(0, lines.size())
                .mapToObj(i -> bucket(i, lines.get(i), snapshot))
                .iterator();
    Json json =
        broker(now)
            .with("waiting", total)
            .with("maxWaiting", settings.maxWaiting())
            .with("released", history.released())
            .with("outcomes", counts(Metrics.Outcome.values(), metrics::count))
            .with("said", counts(HeldStart.Word.values(), metrics::count))
            .with("problems", queue.problems())
            .with("buckets", buckets)
            .with("paused", snapshot.pauses().size())
            .with(
                "pauses", snapshot.pauses().stream().limit(MAX_SHARDS).map(Status::pause).toList())
            .with("limit", snapshot.limit().map(this::limit).orElse(null));
    if (planned != null) {
      json.with("planned", planned);
    }
    Long endNanos = total == 0 ? null : lastNanos(forecast, waiting);
    Json startUp =
        new Json()
            .with("released", history.releasedInStartUp())
            .with("waiting", total)
            .withMillis("expectedEndMillis", endNanos);
    return json.with("startUp", startUp)
        .with("day", day(history))
        .with("recent", history.recent().stream().map(Status::release).toList())
        .toString();
  }

  /** Returns whether so many starts are left, null if that cannot be known, and why. */
  private Json planned(int starts) {
    Boolean allowed = null;
    String detail = null;
    try {
      queue.require(starts);
      allowed = true;
    } catch (SessionStartLimitExceededException e) {
      allowed = false;
      detail = e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      detail = "the broker is stopping";
    } catch (IOException | RuntimeException e) {
      detail = e.getMessage();
    }
    return new Json().with("starts", starts).with("allowed", allowed).with("detail", detail);
  }

  private Json broker(Instant now) {
    NotReady whyNot = requests.whyNotReady();
    return new Json()
        .with("version", Version.current())
        .with("name", settings.name())
        .with("now", now)
        .with("startedAt", startedAt)
        .withMillis("uptimeMillis", System.nanoTime() - startNanos)
        .with("state", whyNot == null ? "ready" : whyNot.state)
        .withMillis("intervalMillis", settings.queue().interval().toNanos())
        .with("queue", queue.kind());
  }

  private static <E extends Enum<E>> Json counts(E[] constants, ToLongFunction<E> count) {
    Json json = new Json();
    for (E constant : constants) {
      json.with(Metrics.label(constant), count.applyAsLong(constant));
    }
    return json;
  }

  private Json bucket(int index, List<? extends @Nullable Thread> line, QueueSnapshot snapshot) {
    var known = index < snapshot.buckets().size() ? snapshot.buckets().get(index) : UNKNOWN;
    return new Json()
        .with("bucket", index)
        .with("waiting", line.size())
        .with("shards", shards(line))
        .with("lastRelease", known.lastRelease())
        .with("nextRelease", known.nextRelease())
        .with("holds", known.holds().stream().map(Status::hold).toList());
  }

  private List<Long> shards(List<? extends @Nullable Thread> line) {
    return line.stream()
        .limit(MAX_SHARDS)
        .map(requests::shardOf)
        .filter(Objects::nonNull)
        .map(ShardQuery::shard)
        .toList();
  }

  private static Json hold(QueueSnapshot.Hold hold) {
    return new Json().with("shard", hold.shard()).with("since", hold.since());
  }

  private static Json pause(QueueSnapshot.Pause pause) {
    return new Json()
        .with("shard", pause.shard())
        .with("starts", pause.starts())
        .with("until", pause.until());
  }

  private Json limit(SessionStartLimit limit) {
    return new Json()
        .with("total", limit.total())
        .with("remaining", limit.remaining())
        .with("reserve", LimitText.heldBack(limit, settings.queue().reserve()))
        .withMillis("resetAfterMillis", limit.resetAfter().toNanos())
        .with("maxConcurrency", limit.maxConcurrency())
        .with("readAt", queue.readings().readAt());
  }

  private static @Nullable Long lastNanos(Forecast forecast, List<Integer> waiting) {
    long last = 0;
    for (int bucket = 0; bucket < waiting.size(); bucket++) {
      if (waiting.get(bucket) > 0) {
        Long nanos = forecast.nanosUntil(bucket, waiting.get(bucket));
        if (nanos == null) {
          return null;
        }
        last = Math.max(last, nanos);
      }
    }
    return last;
  }

  /** Few characters for each slot: there are many, and the status is sent often. */
  private static Json day(History.View history) {
    List<Json> restarting =
        history.restarting().stream()
            .map(one ->
                new Json()
                    .withShard(one.shard().shard(), one.shard().total())
                    .with("starts", one.starts()))
            .toList();
    return new Json()
        .with("from", history.dayBegan())
        .withMillis("slotMillis", LastDay.SLOT.toNanos())
        .with("starts", history.day().stream().map(LastDay.Slot::starts).toList())
        .with("remaining", history.day().stream().map(LastDay.Slot::remaining).toList())
        .with("startsInLastHour", history.startsInLastHour())
        .with("restarting", restarting);
  }

  private static Json release(History.Release release) {
    return new Json()
        .withShard(release.shard().shard(), release.shard().total())
        .with("bucket", release.bucket())
        .withMillis("waitedMillis", release.waitedNanos())
        .with("releasedAt", release.at());
  }
}
