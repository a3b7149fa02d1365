package io.github.gatewayqueue.broker.requests;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.broker.queue.QueueSettings;
import io.github.gatewayqueue.internal.SafeLogger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reports their places in line to clients that take events: from time to time all of them, and soon
 * after they have joined the new ones, always with one look at the lines for many clients. Used by
 * the event loop, but for the look itself.
 */
final class PositionUpdates {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.broker"));

  /** How long to wait for others that join, too, before the lines are looked at. */
  private static final long GATHER_MILLIS = 20;

  /** After so many events, something else may use the event loop: a release, for instance. */
  private static final int AT_ONCE = 32;

  private final EventLoop loop;
  private final Requests requests;
  private final QueueSettings settings;
  private final Duration heartbeat;

  /** Those that were not told their place yet. */
  private final Set<WaitingRequest> fresh = new HashSet<>();

  private boolean scheduled;
  private boolean looking;
  private boolean periodDue;

  /** Whether the last look failed; used by one look after the other. */
  private volatile boolean failed;

  private record Place(
      WaitingRequest request, int bucket, int position, @Nullable Long expectedNanos) {}

  PositionUpdates(EventLoop loop, Requests requests, QueueSettings settings, Duration heartbeat) {
    this.loop = loop;
    this.requests = requests;
    this.settings = settings;
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

  private List<Place> look(Set<WaitingRequest> wanted) {
    List<Place> places = new ArrayList<>();
    var lines = requests.queue().lines();
    QueueSnapshot snapshot = requests.queue().snapshot();
    List<Integer> waiting = lines.stream().map(List::size).toList();
    Forecast forecast =
        new Forecast(snapshot, waiting, settings.interval(), settings.reserve(), Instant.now());
    for (int bucket = 0; bucket < lines.size(); bucket++) {
      List<? extends @Nullable Thread> line = lines.get(bucket);
      for (int i = 0; i < line.size(); i++) {
        WaitingRequest request = requests.waitingOn(line.get(i));
        if (request != null
            && request.client().takesPlaces()
            && (wanted.isEmpty() || wanted.contains(request))) {
          places.add(new Place(request, bucket, i + 1, forecast.nanosUntil(bucket, i + 1)));
        }
      }
    }
    return places;
  }

  private void seen(List<Place> places) {
    failed = false;
    tell(places, 0);
  }

  /** Warns once: what fails, may fail many times a second. */
  private void warn(Throwable failure) {
    if (!failed) {
      LOGGER.log(WARNING, "the places in line cannot be reported, trying again", failure);
    }
    failed = true;
  }

  private void tell(List<Place> places, int from) {
    int to = Math.min(places.size(), from + AT_ONCE);
    for (Place place : places.subList(from, to)) {
      fresh.remove(place.request);
      place.request.client().place(place.bucket, place.position, place.expectedNanos);
    }
    if (to < places.size()) {
      loop.run(() -> tell(places, to));
      return;
    }
    looking = false;
    if (periodDue) {
      lookIfNeeded();
    } else if (!fresh.isEmpty()) {
      schedule(); // they had not joined the line when it was looked at
    }
  }
}
