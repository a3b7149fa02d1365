package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/** A queue, and the shards that ask it. They are started from one thread. */
final class Bot {
  /** Longer than any test takes. */
  static final Duration NEVER = Duration.ofHours(1);

  /** An interval that makes nobody wait. */
  static final Duration AT_ONCE = Duration.ofNanos(1);

  static final Duration DAY = Duration.ofDays(1);

  /** Session starts per day. */
  static final int TOTAL = 10_000;

  private static final long SHARDS = 10_000;

  final LargeBotQueue queue;
  private final List<Asking> requests = new ArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();

  Bot(LargeBotQueue queue) {
    this.queue = queue;
  }

  static SessionStartLimit limit(int remaining, Duration resetAfter, int maxConcurrency) {
    return new SessionStartLimit(TOTAL, remaining, resetAfter, maxConcurrency);
  }

  /** Starts a request, which joins when it gets round to it. */
  Asking start(long id) {
    Asking request = Asking.of(this::request, id, SHARDS);
    requests.add(request);
    return request;
  }

  private void request(long id, long total) throws InterruptedException {
    try {
      queue.request(id, total);
    } finally {
      ended.incrementAndGet();
    }
  }

  /** Makes a request and waits until it is in line, or has ended. */
  Asking join(long id) {
    Asking request = start(id);
    awaitJoined();
    return request;
  }

  /** Makes requests one after another, so that they join in this order. */
  List<Asking> join(LongStream ids) {
    return ids.mapToObj(this::join).toList();
  }

  /** Makes requests all at once, and waits until all are in line or have ended. */
  List<Asking> joinInAnyOrder(LongStream ids) {
    List<Asking> some = ids.mapToObj(this::start).toList();
    awaitJoined();
    return some;
  }

  private void awaitJoined() {
    // Ended is read first: a request that ends between the two is then missed, never counted twice.
    Await.until(() -> ended.get() + queue.waiting() >= requests.size());
  }

  /** How many requests have ended. */
  int ended() {
    return ended.get();
  }

  /** Interrupts what is still under way, waits for all, and returns how many were released. */
  int interruptAll() throws InterruptedException {
    requests.forEach(Asking::interrupt);
    int released = 0;
    for (Asking request : requests) {
      if (request.awaitReturnOrInterrupt()) {
        released++;
      }
    }
    return released;
  }

  /** Interrupts what is still under way, and waits for its end, whatever it is. */
  void end() throws InterruptedException {
    requests.forEach(Asking::interrupt);
    for (Asking request : requests) {
      request.thrown();
    }
  }
}
