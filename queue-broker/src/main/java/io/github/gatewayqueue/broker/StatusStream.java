package io.github.gatewayqueue.broker;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Those who watch the status. It is written once for all of them, and only if something has
 * changed, or nothing has been told for a while. Used by the event loop, but for the look at the
 * status, which takes the locks of the lines.
 */
final class StatusStream {
  private static final long PERIOD_MILLIS = 250;
  private static final int MAX_WATCHERS = 200;

  private final Loop loop;
  private final Status status;
  private final long heartbeatNanos;
  private final Set<Exchange> watchers = new LinkedHashSet<>();

  /**
   * Those who had not read the statuses before when there was a new one for them; who has not for
   * longest is the first.
   */
  private final SequencedSet<Exchange> unread = new LinkedHashSet<>();

  private int toldChanges;
  private long toldNanos;
  private boolean looking;

  /** Somebody was told nothing yet. */
  private boolean due;

  private boolean failed;
  private boolean stopped;

  /** A status; its event is null if it is the one that was told last. */
  private record Look(int changes, @Nullable String event) {}

  StatusStream(Loop loop, Status status, Duration heartbeat) {
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
    exchange.beginEvents();
    exchange.response().closeHandler(closed -> forget(exchange));
    watchers.add(exchange);
    due = true;
    look();
  }

  /** Makes room, if somebody does not read, and returns whether it has. */
  private boolean hangUpOnWhoDoesNotRead() {
    unread.removeIf(exchange -> !exchange.response().writeQueueFull());
    if (unread.isEmpty()) {
      return false;
    }
    Exchange longest = unread.getFirst();
    forget(longest);
    longest.cutOff();
    return true;
  }

  private void forget(Exchange exchange) {
    watchers.remove(exchange);
    unread.remove(exchange);
  }

  private void look() {
    if (watchers.isEmpty() || looking) {
      return;
    }
    looking = true;
    boolean inAnyCase = due || System.nanoTime() - toldNanos >= heartbeatNanos;
    Integer known = inAnyCase ? null : toldChanges;
    due = false;
    Thread.ofVirtual().name("status").start(() -> look(known));
  }

  private void look(@Nullable Integer knownChanges) {
    Look look = null;
    RuntimeException failure = null;
    try {
      look = lookNow(knownChanges);
    } catch (RuntimeException e) {
      failure = e;
    } finally { // also after an error: without this nobody would ever look again
      Look found = look;
      RuntimeException thrown = failure;
      loop.run(() -> looked(found, thrown));
    }
  }

  private Look lookNow(@Nullable Integer knownChanges) {
    int changes = status.changes();
    boolean isKnown = knownChanges != null && changes == knownChanges;
    return new Look(changes, isKnown ? null : Events.event("status", status.json()));
  }

  private void looked(@Nullable Look look, @Nullable RuntimeException failure) {
    looking = false;
    if (look == null) {
      due = true;
      warn(failure);
      return;
    }
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

  /** Once: what fails, fails several times a second. */
  private void warn(@Nullable RuntimeException failure) {
    if (!failed) {
      Log.warning("the status can not be told to those who watch it, trying again", failure);
    }
    failed = true;
  }

  private void tell(String event) {
    for (Exchange exchange : List.copyOf(watchers)) {
      if (exchange.response().writeQueueFull()) {
        unread.add(exchange);
      } else {
        unread.remove(exchange);
        exchange.write(event);
      }
    }
  }

  void stop() {
    stopped = true;
    for (Exchange exchange : List.copyOf(watchers)) {
      exchange.write(Events.closing(WaitingRequest.RETRY_AFTER_STOP));
      exchange.end();
    }
    watchers.clear();
    unread.clear();
  }
}
