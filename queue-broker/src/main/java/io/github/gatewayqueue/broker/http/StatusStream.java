package io.github.gatewayqueue.broker.http;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.broker.requests.EventLoop;
import io.github.gatewayqueue.broker.requests.Problem;
import io.github.gatewayqueue.internal.SafeLogger;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The clients that watch the status. It is written once for all of them, and only if something has
 * changed or nothing was sent for some seconds. Used by the event loop, except for reading the
 * status, which takes the locks of the lines.
 */
final class StatusStream {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.broker"));

  private static final long PERIOD_MILLIS = 250;
  private static final int MAX_WATCHERS = 200;

  private final EventLoop loop;
  private final Status status;
  private final long heartbeatNanos;
  private final Set<EventStream> watchers = new LinkedHashSet<>();

  /**
   * Clients that had not read their earlier statuses when a new one came; the one that has not read
   * for longest comes first.
   */
  private final SequencedSet<EventStream> unread = new LinkedHashSet<>();

  private int toldChanges;
  private long toldNanos;
  private boolean looking;

  /** Whether a client has not been sent any status yet. */
  private boolean due;

  /** Whether the last look failed; used by one look after the other. */
  private volatile boolean failed;

  private boolean stopped;

  /** A status; its event is null if it is the one that was told last. */
  private record Look(int changes, @Nullable String event) {}

  StatusStream(EventLoop loop, Status status, Duration heartbeat) {
    this.loop = loop;
    this.status = status;
    this.heartbeatNanos = heartbeat.toNanos();
  }

  void start() {
    loop.every(PERIOD_MILLIS, this::look);
  }

  void watch(Exchange exchange) {
    if (stopped) {
      exchange.refuse(Problem.stopping());
      return;
    }
    if (watchers.size() >= MAX_WATCHERS && !hangUpOnWhoDoesNotRead()) {
      exchange.refuse(
          Problem.retry(
              "%s watch the status, at most %s may".formatted(watchers.size(), MAX_WATCHERS),
              Duration.ofSeconds(10)));
      return;
    }
    EventStream watcher = new EventStream(exchange);
    watcher.begin();
    exchange.response().closeHandler(closed -> forget(watcher));
    watchers.add(watcher);
    due = true;
    look();
  }

  /** Makes room, if somebody does not read, and returns whether it has. */
  private boolean hangUpOnWhoDoesNotRead() {
    unread.removeIf(watcher -> !watcher.isBehind());
    if (unread.isEmpty()) {
      return false;
    }
    EventStream longest = unread.getFirst();
    forget(longest);
    longest.cutOff();
    return true;
  }

  private void forget(EventStream watcher) {
    watchers.remove(watcher);
    unread.remove(watcher);
  }

  private void look() {
    if (watchers.isEmpty() || looking) {
      return;
    }
    looking = true;
    boolean inAnyCase = due || System.nanoTime() - toldNanos >= heartbeatNanos;
    Integer known = inAnyCase ? null : toldChanges;
    due = false;
    loop.look("status", () -> lookNow(known), this::looked, this::warn, this::failed);
  }

  private Look lookNow(@Nullable Integer knownChanges) {
    int changes = status.changes();
    boolean isKnown = knownChanges != null && changes == knownChanges;
    return new Look(changes, isKnown ? null : EventStream.event("status", status.json(null)));
  }

  private void looked(Look look) {
    looking = false;
    failed = false;
    if (look.event != null) {
      toldChanges = look.changes;
      toldNanos = System.nanoTime();
      tell(look.event);
    }
    if (due) {
      look();
    }
  }

  /** Warns once: what fails, fails several times a second. */
  private void warn(Throwable failure) {
    if (!failed) {
      LOGGER.log(
          WARNING, "the status cannot be reported to those who watch it, trying again", failure);
    }
    failed = true;
  }

  private void failed() {
    looking = false;
    due = true;
  }

  private void tell(String event) {
    for (EventStream watcher : List.copyOf(watchers)) {
      if (watcher.isBehind()) {
        unread.add(watcher);
      } else {
        unread.remove(watcher);
        watcher.send(event);
      }
    }
  }

  void stop() {
    stopped = true;
    List.copyOf(watchers).forEach(EventStream::closing);
    watchers.clear();
    unread.clear();
  }
}
