package io.github.gatewayqueue.broker.requests;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.broker.queue.QueueSettings;
import io.github.gatewayqueue.internal.SafeLogger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends clients that take events their places in line, or their pauses before they join it: to all
 * clients from time to time, and to new ones soon after they have come. One look at the lines
 * serves many clients. Used by the event loop, except for that look.
 */
final class PositionUpdates {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.broker"));

  /** How long to wait for others that join, too, before the lines are looked at. */
  private static final long GATHER_MILLIS = 20;

  /** After so many events, something else may use the event loop: a release, for instance. */
  private static final int AT_ONCE = 32;

  private final Requests requests;
  private final EventLoop loop;
  private final Duration heartbeat;

  /** Those that were not told anything yet. */
  private final Set<WaitingRequest> fresh = new HashSet<>();

  private boolean scheduled;
  private boolean looking;
  private boolean periodDue;

  /** Whether the last look failed; used by one look after the other. */
  private volatile boolean failed;

  /** What a client is told. */
  private record News(WaitingRequest request, Consumer<Client> telling) {}

  PositionUpdates(Requests requests, EventLoop loop, Duration heartbeat) {
    this.requests = requests;
    this.loop = loop;
    this.heartbeat = heartbeat;
  }

  void start() {
    loop.every(
        heartbeat.toMillis(),
        () -> {
          periodDue = requests.clientsThatTakePlaces() > 0;
          lookIfNeeded();
        });
  }

  void joined(WaitingRequest request) {
    fresh.add(request);
    schedule();
  }

  void ended(WaitingRequest request) {
    fresh.remove(request);
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.after(
          GATHER_MILLIS,
          () -> {
            scheduled = false;
            lookIfNeeded();
          });
    }
  }

  private void lookIfNeeded() {
    if (looking || (!periodDue && fresh.isEmpty())) {
      return;
    }
    looking = true;
    Set<WaitingRequest> wanted = periodDue ? Set.of() : Set.copyOf(fresh);
    periodDue = false;
    loop.look("places", () -> look(wanted), this::seen, this::warn, () -> tell(List.of(), 0));
  }

  private List<News> look(Set<WaitingRequest> wanted) {
    List<News> news = new ArrayList<>();
    // Before the lines: a pause that ends meanwhile is seen, or else the place behind it.
    QueueSnapshot snapshot = requests.queue().snapshot();
    var lines = requests.queue().lines();
    Instant now = Instant.now();
    List<Integer> waiting = lines.stream().map(List::size).toList();
    QueueSettings settings = requests.settings();
    Forecast forecast =
        new Forecast(snapshot, waiting, settings.interval(), settings.reserve(), now);
    Set<WaitingRequest> inLine = new HashSet<>();
    for (int bucket = 0; bucket < lines.size(); bucket++) {
      List<? extends @Nullable Thread> line = lines.get(bucket);
      for (int i = 0; i < line.size(); i++) {
        WaitingRequest request = requests.waitingOn(line.get(i));
        if (request != null && isWanted(request, wanted)) {
          inLine.add(request);
          news.add(place(request, bucket, i + 1, forecast));
        }
      }
    }
    addPaused(
        news, snapshot, now, request -> isWanted(request, wanted) && !inLine.contains(request));
    return news;
  }

  private static boolean isWanted(WaitingRequest request, Set<WaitingRequest> wanted) {
    return request.client.takesPlaces() && (wanted.isEmpty() || wanted.contains(request));
  }

  private static News place(WaitingRequest request, int bucket, int position, Forecast forecast) {
    Long expectedNanos = forecast.nanosUntil(bucket, position);
    return new News(request, client -> client.place(bucket, position, expectedNanos));
  }

  /** Pauses are known by their shards: of several requests of one, all end at the same moment. */
  private void addPaused(
      List<News> news, QueueSnapshot snapshot, Instant now, Predicate<WaitingRequest> isMeant) {
    if (snapshot.pauses().isEmpty()) {
      return;
    }
    Map<Long, QueueSnapshot.Pause> pauses = new HashMap<>();
    snapshot.pauses().forEach(pause -> pauses.put(pause.shard(), pause));
    for (WaitingRequest request : requests.waiting()) {
      QueueSnapshot.Pause pause = pauses.get(request.shard.shard());
      if (pause != null && isMeant.test(request)) {
        long leftNanos = Math.max(0, Duration.between(now, pause.until()).toNanos());
        news.add(new News(request, client -> client.paused(pause.starts(), leftNanos)));
      }
    }
  }

  private void seen(List<News> news) {
    failed = false;
    tell(news, 0);
  }

  /** Warns once: what fails, may fail many times a second. */
  private void warn(Throwable failure) {
    if (!failed) {
      LOGGER.log(WARNING, "the places in line cannot be reported, trying again", failure);
    }
    failed = true;
  }

  private void tell(List<News> news, int from) {
    int to = Math.min(news.size(), from + AT_ONCE);
    for (News told : news.subList(from, to)) {
      fresh.remove(told.request);
      told.telling.accept(told.request.client);
    }
    if (to < news.size()) {
      loop.run(() -> tell(news, to));
      return;
    }
    looking = false;
    if (periodDue) {
      lookIfNeeded();
    } else if (!fresh.isEmpty()) {
      schedule(); // they were neither paused nor in line when that was looked at
    }
  }
}
