package io.github.gatewayqueue.broker;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Those who watch the status. It is written once for all of them, and only if something has
 * changed, or nothing has been told for a while. Used by the event loop, but for the writing.
 */
final class StatusStream {
  private static final long PERIOD_MILLIS = 250;
  private static final long HEARTBEAT_NANOS = Duration.ofMillis(4500).toNanos();
  private static final int MOST_WATCHERS = 200;

  private final Context context;
  private final Vertx vertx;
  private final Status status;
  private final Set<Exchange> watchers = new HashSet<>();
  private int toldChanges;
  private long toldNanos;
  private boolean writing;
  private boolean stopped;

  StatusStream(Vertx vertx, Context context, Status status) {
    this.vertx = vertx;
    this.context = context;
    this.status = status;
  }

  void start() {
    vertx.setPeriodic(PERIOD_MILLIS, timer -> tellIfChanged());
  }

  void watch(Exchange exchange) {
    if (stopped || watchers.size() >= MOST_WATCHERS) {
      exchange.refuse(
          Problem.retry(
              "%d watch the status, at most %d may".formatted(watchers.size(), MOST_WATCHERS),
              Duration.ofSeconds(10)));
      return;
    }
    exchange.beginEvents();
    exchange.response().closeHandler(closed -> watchers.remove(exchange));
    tell(List.of(exchange), () -> watchers.add(exchange));
  }

  private void tellIfChanged() {
    if (watchers.isEmpty() || writing) {
      return;
    }
    int changes = status.changes();
    long nowNanos = System.nanoTime();
    if (changes == toldChanges && nowNanos - toldNanos < HEARTBEAT_NANOS) {
      return;
    }
    toldChanges = changes;
    toldNanos = nowNanos;
    writing = true;
    tell(List.copyOf(watchers), () -> writing = false);
  }

  private void tell(Collection<Exchange> exchanges, Runnable done) {
    Thread.ofVirtual()
        .name("status")
        .start(() -> {
          String event = Events.event("status", status.json());
          context.runOnContext(nothing -> {
            for (Exchange exchange : exchanges) {
              if (exchange.isOpen() && !exchange.response().writeQueueFull()) {
                exchange.write(event);
              }
            }
            done.run();
          });
        });
  }

  void stop() {
    stopped = true;
    for (Exchange exchange : List.copyOf(watchers)) {
      exchange.write(Events.closing(WaitingRequest.RETRY_AFTER_STOP));
      exchange.end();
    }
    watchers.clear();
  }
}
