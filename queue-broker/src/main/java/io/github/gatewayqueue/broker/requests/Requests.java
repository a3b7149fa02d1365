package io.github.gatewayqueue.broker.requests;

import static java.lang.System.Logger.Level.ERROR;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.broker.queue.BrokerQueue;
import io.github.gatewayqueue.broker.queue.NotReady;
import io.github.gatewayqueue.broker.queue.QueueSettings;
import io.github.gatewayqueue.broker.requests.Metrics.Outcome;
import io.github.gatewayqueue.internal.SafeLogger;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests for session starts: which are accepted, which wait, and how each of them ends. Used
 * by the event loop. Methods for other threads, such as {@link #waitingOn} and {@link
 * #whyNotReady}, are safe for them; {@link #released} and {@link #ended} are for the threads of the
 * requests.
 */
public final class Requests {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.broker"));

  private final QueueSettings settings;
  private final int maxWaiting;
  private final Duration maxHold;
  private final BrokerQueue queue;
  private final EventLoop loop;
  private final Metrics metrics;
  private final History history;

  /** By the thread that stands in line for each. */
  private final Map<Thread, WaitingRequest> waiting = new ConcurrentHashMap<>();

  private final PositionUpdates places;
  private final HeldStarts starts;
  private final Promise<Void> allEnded = Promise.promise();

  /** Those that wait. */
  private int count;

  /** Those whose thread has not ended: they wait, or are about to tell the queue something. */
  private int underWay;

  private int clientsThatTakePlaces;
  private volatile boolean stopping;

  /**
   * Begins with an empty line.
   *
   * @param maxWaiting how many requests may wait at once
   */
  public Requests(
      QueueSettings settings,
      int maxWaiting,
      BrokerTiming pace,
      BrokerQueue queue,
      EventLoop loop,
      Metrics metrics) {
    this.settings = settings;
    this.maxWaiting = maxWaiting;
    this.maxHold = pace.maxHold();
    this.queue = queue;
    this.loop = loop;
    this.metrics = metrics;
    this.history = new History(pace.nanos());
    this.places = new PositionUpdates(this, loop, pace.heartbeat());
    this.starts = new HeldStarts(loop, metrics, history);
  }

  public void start() {
    places.start();
    starts.start();
  }

  public HeldStarts starts() {
    return starts;
  }

  public BrokerQueue queue() {
    return queue;
  }

  public History history() {
    return history;
  }

  QueueSettings settings() {
    return settings;
  }

  int clientsThatTakePlaces() {
    return clientsThatTakePlaces;
  }

  public boolean isStopping() {
    return stopping;
  }

  /** Returns why nobody is released within a minute, or null if that passes by itself. */
  public @Nullable NotReady whyNotReady() {
    return stopping ? NotReady.STOPPING : queue.whyNotReady();
  }

  /** Has a client's request wait in line, unless too many wait; not once the broker stops. */
  public void accept(Client client, ShardQuery shard) {
    if (count >= maxWaiting) {
      metrics.ended(Outcome.FULL);
      client.refused(
          Problem.retry(
              "the line is full: %s wait, at most %s may".formatted(count, maxWaiting),
              settings.interval()));
    } else {
      join(new WaitingRequest(client, shard, maxHold, this));
    }
  }

  private void join(WaitingRequest request) {
    count++;
    underWay++;
    history.joined();
    waiting.put(request.thread, request);
    request.start();
    if (request.client.takesPlaces()) {
      clientsThatTakePlaces++;
      places.joined(request);
    }
  }

  /** Returns those that wait, in no order. */
  Collection<WaitingRequest> waiting() {
    return waiting.values();
  }

  /** Returns the request that a thread stands in line for, or null if it has ended or is none. */
  @Nullable WaitingRequest waitingOn(@Nullable Thread thread) {
    return thread == null ? null : waiting.get(thread);
  }

  /** Returns the shard that a thread stands in line for, or null if that is not known here. */
  public @Nullable ShardQuery shardOf(@Nullable Thread thread) {
    WaitingRequest request = waitingOn(thread);
    return request == null ? null : request.shard;
  }

  Problem unexpected(WaitingRequest request, Throwable thrown) {
    LOGGER.log(ERROR, "the request of shard " + request.shard.shard() + " failed", thrown);
    return new Problem(500, "the request failed: " + thrown.getClass().getName());
  }

  /**
   * Called by a request's thread when it was released. Has its client told, and returns once it is
   * known what became of the start, and the queue has been told.
   */
  void released(WaitingRequest request, SessionStart start, long waitedNanos) {
    Instant now = Instant.now();
    HeldStart held = new HeldStart(request.shard, start, request.holdTimeout, settings.interval());
    waiting.remove(request.thread);
    loop.run(() -> {
      left(request);
      Client client = request.client;
      if (stopping || !client.isOpen()) {
        held.say(HeldStart.Word.CANCELLED); // nobody was told
        endedByClient();
        request.stop();
        return;
      }
      if (held.isExpired()) { // too late, because the store or this event loop was held up
        held.say(HeldStart.Word.CANCELLED);
        metrics.ended(Outcome.FAILED);
        client.hangUp();
        return;
      }
      int bucket = (int) (request.shard.shard() % queue.buckets());
      if (request.shard.hold() == null) {
        client.released(bucket, waitedNanos, null);
        held.say(HeldStart.Word.CLOSED);
        history.started(request.shard);
      } else {
        starts.add(held, client);
        client.released(bucket, waitedNanos, held);
      }
      metrics.ended(Outcome.RELEASED);
      metrics.waited(waitedNanos);
      history.released(new History.Release(request.shard, bucket, waitedNanos, now));
    });
    try {
      held.tellQueue(() -> loop.run(() -> starts.expired(held)));
    } finally {
      loop.run(this::threadEnded);
    }
  }

  /** Called by a request's thread when it has left the line without a release. */
  void ended(WaitingRequest request, Outcome outcome, @Nullable Problem problem) {
    waiting.remove(request.thread);
    loop.run(() -> {
      left(request);
      if (outcome == Outcome.HUNG_UP) {
        endedByClient();
      } else {
        metrics.ended(outcome);
      }
      if (problem != null) {
        request.client.refused(problem);
      }
      threadEnded();
    });
  }

  private void left(WaitingRequest request) {
    count--;
    if (request.client.takesPlaces()) {
      clientsThatTakePlaces--;
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
  public Future<Void> stop() {
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
