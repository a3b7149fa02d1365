package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.broker.Metrics.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests for a session start: who is let in, who waits, and how each of them ends. Used by
 * the event loop, but for {@link #released}, {@link #ended} and {@link #waitingOn}.
 */
final class Requests {
  /** Load balancers ask for / to see whether a server is there. */
  private static final Problem SHARD_MISSING =
      new Problem(400, "shard is missing, expected ?shard=ID; to probe the broker, /health/ready");

  private static final Problem HOLD_WITHOUT_EVENTS =
      new Problem(400, "hold is for clients that take events, expected Accept: " + Events.TYPE);

  private final Settings settings;
  private final BrokerQueue queue;
  private final Loop loop;
  private final Metrics metrics;
  private final History history;

  /** By the thread that stands in line for each. */
  private final Map<Thread, WaitingRequest> waiting = new ConcurrentHashMap<>();

  private final Places places;
  private final Starts starts;
  private final Promise<Void> allEnded = Promise.promise();

  /** Those that wait. */
  private int count;

  /** Those whose thread has not ended: they wait, or are about to tell the queue something. */
  private int underWay;

  private int clientsWithEvents;
  private volatile boolean stopping;

  Requests(Settings settings, BrokerQueue queue, Loop loop, Metrics metrics) {
    this.settings = settings;
    this.queue = queue;
    this.loop = loop;
    this.metrics = metrics;
    this.history = new History(settings.pace().nanos());
    this.places = new Places(loop, this, settings);
    this.starts = new Starts(loop, metrics, history);
  }

  void start() {
    places.start();
    starts.start();
  }

  Starts starts() {
    return starts;
  }

  BrokerQueue queue() {
    return queue;
  }

  History history() {
    return history;
  }

  int clientsWithEvents() {
    return clientsWithEvents;
  }

  /** Returns why nobody is released within a minute, or null if that passes by itself. */
  @Nullable NotReady whyNotReady() {
    return stopping ? NotReady.STOPPING : queue.whyNotReady();
  }

  void accept(Exchange exchange) {
    if (stopping) {
      reject(exchange, Outcome.STOPPING, Problem.stopping());
      return;
    }
    ShardQuery shard;
    try {
      shard = ShardQuery.parse(exchange.request().uri());
    } catch (BadQueryException e) {
      reject(exchange, Outcome.BAD_REQUEST, new Problem(400, "" + e.getMessage()));
      return;
    }
    if (!shard.named() && queue.isLimited()) {
      reject(exchange, Outcome.BAD_REQUEST, SHARD_MISSING);
      return;
    }
    boolean events = Events.wanted(exchange.request());
    if (shard.hold() != null && !events) {
      reject(exchange, Outcome.BAD_REQUEST, HOLD_WITHOUT_EVENTS);
      return;
    }
    if (count >= settings.maxWaiting()) {
      reject(
          exchange,
          Outcome.FULL,
          Problem.retry(
              "the line is full: %s wait, at most %s may".formatted(count, settings.maxWaiting()),
              settings.interval()));
      return;
    }
    join(new WaitingRequest(exchange, shard, events, settings.pace().maxHold(), this));
  }

  private void join(WaitingRequest request) {
    count++;
    underWay++;
    history.joined();
    waiting.put(request.thread(), request);
    request.start();
    if (request.hasEvents()) {
      clientsWithEvents++;
      places.joined(request);
    }
  }

  /** Refuses a request that has not joined, and counts it. */
  void reject(Exchange exchange, Outcome outcome, Problem problem) {
    metrics.ended(outcome);
    refuse(exchange, problem);
  }

  /**
   * Answers a refusal, or hangs up if clients are not to get any answer but a release. Who takes
   * events tells the two apart, and needs to know why.
   */
  void refuse(Exchange exchange, Problem problem) {
    if (settings.onRefusal() == Broker.OnRefusal.CLOSE && !Events.wanted(exchange.request())) {
      exchange.hangUp();
    } else {
      exchange.refuse(problem);
    }
  }

  /** Returns the request that a thread stands in line for, or null if it has ended or is none. */
  @Nullable WaitingRequest waitingOn(@Nullable Thread thread) {
    return thread == null ? null : waiting.get(thread);
  }

  Problem unexpected(WaitingRequest request, Throwable thrown) {
    Log.error("the request of shard " + request.shard().shard() + " failed", thrown);
    return new Problem(500, "the request failed: " + thrown.getClass().getName());
  }

  /**
   * Called by a request's thread when it was released. Has its client told, and returns once it is
   * known what became of the start, and the queue has been told.
   */
  void released(WaitingRequest request, SessionStart start, long waitedNanos) {
    Instant now = Instant.now();
    HeldStart held = new HeldStart(start, request.holdTimeout(), settings.interval());
    waiting.remove(request.thread());
    loop.run(() -> {
      left(request);
      if (stopping || !request.isOpen()) {
        held.say(HeldStart.Word.CANCELLED); // nobody was told
        endedByClient();
        request.stop();
        return;
      }
      if (held.isExpired()) { // too late, since the store or this event loop was held up
        held.say(HeldStart.Word.CANCELLED);
        metrics.ended(Outcome.FAILED);
        request.hangUp();
        return;
      }
      int bucket = (int) (request.shard().shard() % queue.buckets());
      request.release(bucket, waitedNanos, held, starts);
      if (request.shard().hold() == null) {
        held.say(HeldStart.Word.CLOSED);
        history.started(request.shard());
      }
      metrics.ended(Outcome.RELEASED);
      metrics.waited(waitedNanos);
      history.released(new History.Release(request.shard(), bucket, waitedNanos, now));
    });
    try {
      held.tellQueue(() -> loop.run(() -> starts.expired(held)));
    } finally {
      loop.run(this::threadEnded);
    }
  }

  /** Called by a request's thread when it has left the line without a release. */
  void ended(WaitingRequest request, Outcome outcome, @Nullable Problem problem) {
    waiting.remove(request.thread());
    loop.run(() -> {
      left(request);
      if (outcome == Outcome.HUNG_UP) {
        endedByClient();
      } else {
        metrics.ended(outcome);
      }
      if (problem != null) {
        request.refuse(problem);
      }
      threadEnded();
    });
  }

  private void left(WaitingRequest request) {
    count--;
    if (request.hasEvents()) {
      clientsWithEvents--;
      places.ended(request);
    }
    history.left();
  }

  private void endedByClient() {
    metrics.ended(stopping ? Outcome.STOPPING : Outcome.HUNG_UP);
  }

  private void threadEnded() {
    underWay--;
    completeIfAllEnded();
  }

  /** Takes no more requests, and ends those that wait; the future tells when all have ended. */
  Future<Void> stop() {
    stopping = true;
    for (WaitingRequest request : waiting.values()) {
      request.stop();
    }
    starts.stop();
    completeIfAllEnded();
    return allEnded.future();
  }

  private void completeIfAllEnded() {
    if (stopping && underWay == 0) {
      allEnded.tryComplete();
    }
  }
}
