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
import io.github.gatewayqueue.broker.requests.LastHour;
import io.github.gatewayqueue.broker.requests.Metrics;
import io.github.gatewayqueue.broker.requests.Requests;
import io.github.gatewayqueue.broker.requests.ShardQuery;
import io.github.gatewayqueue.internal.LimitText;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The state of the broker, as JSON. Takes the locks of the lines, so the event loop must not call
 * it.
 */
final class Status {
  private static final int MAX_SHARDS = 20;

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

  String json() {
    return json(null);
  }

  /**
   * The same, and whether so many starts are left, which may take a reading of the limit.
   *
   * @param starts how many, or null to leave that out
   */
  String json(@Nullable Integer starts) {
    Planned planned = starts == null ? null : planned(starts);
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
    return Json.object(json -> {
      writeBroker(json, now, total, history.released());
      writeBuckets(json, lines, snapshot);
      writePauses(json, snapshot.pauses());
      writeLimit(json, snapshot.limit().orElse(null));
      if (planned != null) {
        writePlanned(json, planned);
      }
      writeStartUp(json, history, total, forecast, waiting);
      writeDay(json, history);
      writeRecent(json, history);
    });
  }

  /**
   * Whether so many starts are left.
   *
   * @param allowed null if that cannot be known
   * @param detail why they are not, or why it cannot be known
   */
  private record Planned(int starts, @Nullable Boolean allowed, @Nullable String detail) {}

  private Planned planned(int starts) {
    try {
      queue.require(starts);
      return new Planned(starts, true, null);
    } catch (SessionStartLimitExceededException e) {
      return new Planned(starts, false, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Planned(starts, null, "the broker is stopping");
    } catch (IOException | RuntimeException e) {
      return new Planned(starts, null, e.getMessage());
    }
  }

  private static void writePlanned(JsonGenerator json, Planned planned) {
    json.writeObjectPropertyStart("planned");
    json.writeNumberProperty("starts", planned.starts);
    if (planned.allowed == null) {
      json.writeNullProperty("allowed");
    } else {
      json.writeBooleanProperty("allowed", planned.allowed);
    }
    json.writeStringProperty("detail", planned.detail);
    json.writeEndObject();
  }

  private void writeBroker(JsonGenerator json, Instant now, int waiting, long released) {
    json.writeStringProperty("version", Version.current());
    json.writeStringProperty("name", settings.name());
    Json.instant(json, "now", now);
    Json.instant(json, "startedAt", startedAt);
    Json.millis(json, "uptimeMillis", System.nanoTime() - startNanos);
    NotReady whyNot = requests.whyNotReady();
    json.writeStringProperty("state", whyNot == null ? "ready" : whyNot.state);
    Json.millis(json, "intervalMillis", settings.queue().interval().toNanos());
    json.writeStringProperty("queue", queue.kind());
    json.writeNumberProperty("waiting", waiting);
    json.writeNumberProperty("maxWaiting", settings.maxWaiting());
    json.writeNumberProperty("released", released);
    json.writeObjectPropertyStart("outcomes");
    for (Metrics.Outcome outcome : Metrics.Outcome.values()) {
      json.writeNumberProperty(outcome.label, metrics.count(outcome));
    }
    json.writeEndObject();
    json.writeObjectPropertyStart("said");
    for (HeldStart.Word word : HeldStart.Word.values()) {
      json.writeNumberProperty(Metrics.label(word), metrics.count(word));
    }
    json.writeEndObject();
    json.writeArrayPropertyStart("problems");
    queue.problems().forEach(json::writeString);
    json.writeEndArray();
  }

  private void writeBuckets(
      JsonGenerator json,
      List<? extends List<? extends @Nullable Thread>> lines,
      QueueSnapshot snapshot) {
    json.writeArrayPropertyStart("buckets");
    for (int i = 0; i < lines.size(); i++) {
      List<? extends @Nullable Thread> line = lines.get(i);
      json.writeStartObject();
      json.writeNumberProperty("bucket", i);
      json.writeNumberProperty("waiting", line.size());
      json.writeArrayPropertyStart("shards");
      for (Thread thread : line.subList(0, Math.min(line.size(), MAX_SHARDS))) {
        ShardQuery shard = requests.shardOf(thread);
        if (shard != null) {
          json.writeNumber(shard.shard());
        }
      }
      json.writeEndArray();
      var known = i < snapshot.buckets().size() ? snapshot.buckets().get(i) : null;
      Json.instant(json, "lastRelease", known == null ? null : known.lastRelease());
      Json.instant(json, "nextRelease", known == null ? null : known.nextRelease());
      writeHolds(json, known == null ? List.of() : known.holds());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeHolds(JsonGenerator json, List<QueueSnapshot.Hold> holds) {
    json.writeArrayPropertyStart("holds");
    for (QueueSnapshot.Hold hold : holds) {
      json.writeStartObject();
      json.writeNumberProperty("shard", hold.shard());
      Json.instant(json, "since", hold.since());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writePauses(JsonGenerator json, List<QueueSnapshot.Pause> pauses) {
    json.writeNumberProperty("paused", pauses.size());
    json.writeArrayPropertyStart("pauses");
    for (QueueSnapshot.Pause pause : pauses.subList(0, Math.min(pauses.size(), MAX_SHARDS))) {
      json.writeStartObject();
      json.writeNumberProperty("shard", pause.shard());
      json.writeNumberProperty("starts", pause.starts());
      Json.instant(json, "until", pause.until());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeLimit(JsonGenerator json, @Nullable SessionStartLimit limit) {
    if (limit == null) {
      json.writeNullProperty("limit");
      return;
    }
    json.writeObjectPropertyStart("limit");
    json.writeNumberProperty("total", limit.total());
    json.writeNumberProperty("remaining", limit.remaining());
    json.writeNumberProperty("reserve", LimitText.heldBack(limit, settings.queue().reserve()));
    Json.millis(json, "resetAfterMillis", limit.resetAfter().toNanos());
    json.writeNumberProperty("maxConcurrency", limit.maxConcurrency());
    Json.instant(json, "readAt", queue.limitReadAt());
    json.writeEndObject();
  }

  private static void writeStartUp(
      JsonGenerator json,
      History.View history,
      int total,
      Forecast forecast,
      List<Integer> waiting) {
    json.writeObjectPropertyStart("startUp");
    json.writeNumberProperty("released", history.releasedInStartUp());
    json.writeNumberProperty("waiting", total);
    Long end = total == 0 ? null : lastNanos(forecast, waiting);
    if (end == null) {
      json.writeNullProperty("expectedEndMillis");
    } else {
      Json.millis(json, "expectedEndMillis", end);
    }
    json.writeEndObject();
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
  private static void writeDay(JsonGenerator json, History.View history) {
    json.writeObjectPropertyStart("day");
    Json.instant(json, "from", history.dayBegan());
    Json.millis(json, "slotMillis", LastDay.SLOT.toNanos());
    json.writeArrayPropertyStart("starts");
    history.day().forEach(slot -> json.writeNumber(slot.starts()));
    json.writeEndArray();
    json.writeArrayPropertyStart("remaining");
    for (LastDay.Slot slot : history.day()) {
      if (slot.remaining() == null) {
        json.writeNull();
      } else {
        json.writeNumber(slot.remaining());
      }
    }
    json.writeEndArray();
    json.writeNumberProperty("startsInLastHour", history.startsInLastHour());
    json.writeArrayPropertyStart("restarting");
    for (LastHour.Restarting restarting : history.restarting()) {
      json.writeStartObject();
      Json.shard(json, restarting.shard().shard(), restarting.shard().total());
      json.writeNumberProperty("starts", restarting.starts());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeRecent(JsonGenerator json, History.View history) {
    json.writeArrayPropertyStart("recent");
    for (History.Release release : history.recent()) {
      json.writeStartObject();
      Json.shard(json, release.shard().shard(), release.shard().total());
      json.writeNumberProperty("bucket", release.bucket());
      Json.millis(json, "waitedMillis", release.waitedNanos());
      Json.instant(json, "releasedAt", release.at());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
