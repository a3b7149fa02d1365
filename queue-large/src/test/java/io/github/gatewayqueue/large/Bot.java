package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;

/** A queue, and the shards that ask it. They are started from one thread. */
final class Bot {
  /** To a test, this is for ever. */
  static final Duration NEVER = Duration.ofHours(1);

  /** An interval that makes nobody wait. */
  static final Duration AT_ONCE = Duration.ofNanos(1);

  static final Duration DAY = Duration.ofDays(1);

  /** Session starts per day. */
  static final int TOTAL = 10_000;

  private static final long SHARDS = 10_000;

  final LargeBotQueue queue;
  private final List<ShardRequest> requests = new ArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();

  Bot(LargeBotQueue queue) {
    this.queue = queue;
  }

  static SessionStartLimit limit(int remaining, Duration resetAfter, int maxConcurrency) {
    return new SessionStartLimit(TOTAL, remaining, resetAfter, maxConcurrency);
  }

  /** Starts a request, which joins when it gets round to it. */
  ShardRequest start(long id) {
    ShardRequest request = new ShardRequest(queue, id, SHARDS, ended::incrementAndGet);
    requests.add(request);
    request.start();
    return request;
  }

  /** Makes a request and waits until it is in line, or has ended. */
  ShardRequest join(long id) {
    ShardRequest request = start(id);
    awaitJoined();
    return request;
  }

  /** Makes requests one after another, so that they join in this order. */
  List<ShardRequest> join(LongStream ids) {
    return ids.mapToObj(this::join).toList();
  }

  /** Makes requests all at once, and waits until all are in line or have ended. */
  List<ShardRequest> joinInAnyOrder(LongStream ids) {
    List<ShardRequest> some = ids.mapToObj(this::start).toList();
    awaitJoined();
    return some;
  }

  private void awaitJoined() {
    // Ended is read first: a request that ends between the two is then missed, never counted twice.
    until(() -> ended.get() + queue.waiting() >= requests.size());
  }

  /** How many requests have ended. */
  int ended() {
    return ended.get();
  }

  /** Interrupts what is still under way, waits for all, and returns how many were released. */
  int interruptAll() throws InterruptedException {
    requests.forEach(ShardRequest::interrupt);
    int released = 0;
    for (ShardRequest request : requests) {
      if (request.awaitReleasedOrInterrupted()) {
        released++;
      }
    }
    return released;
  }

  /** Interrupts what is still under way, and waits for its end, whatever it is. */
  void end() throws InterruptedException {
    requests.forEach(ShardRequest::interrupt);
    for (ShardRequest request : requests) {
      request.join();
    }
  }

  /** Waits until a condition holds that is about to, and looks often, since many tests wait. */
  static void until(Callable<Boolean> condition) {
    Awaitility.with()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofNanos(20_000))
        .await()
        .atMost(Duration.ofMinutes(5))
        .until(condition);
  }
}
