package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.GatewayQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A queue under test, and the requests made of it. All are for shard 0, which is in the same bucket
 * whatever {@code max_concurrency} is, and are made by one thread.
 */
final class QueueUnderTest {
  private final ContractBase contract;
  private final GatewayQueue queue;
  private final Duration interval;
  private final Set<Request> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicInteger ended = new AtomicInteger();
  private int started;

  QueueUnderTest(ContractBase contract, GatewayQueue queue, Duration interval) {
    this.contract = contract;
    this.queue = queue;
    this.interval = interval;
  }

  GatewayQueue queue() {
    return queue;
  }

  int waiting() {
    return contract.waiting(queue);
  }

  /** Starts a request, which joins when it gets round to it. */
  Request start() {
    return start(0, 1);
  }

  Request start(long id, long total) {
    return started(create(Request.Call.request(queue), id, total));
  }

  /** Starts a request for a start that is held. */
  Request startAcquiring() {
    return startAcquiring(0, 1);
  }

  Request startAcquiring(long id, long total) {
    return started(create(queue::acquire, id, total));
  }

  /** Starts a request that makes its own call. */
  Request start(Request.Call call) {
    return started(create(call, 0, 1));
  }

  private static Request started(Request request) {
    request.start();
    return request;
  }

  /** Starts a request whose thread has its interrupt status set when it calls. */
  Request startInterrupted() {
    Request request = create(Request.Call.request(queue), 0, 1);
    request.startInterrupted();
    return request;
  }

  private Request create(Request.Call call, long id, long total) {
    started++;
    var request = new Request(call, id, total, contract.hangGuard(), this::noteEnd);
    underWay.add(request);
    return request;
  }

  private void noteEnd(Request request) {
    underWay.remove(request);
    ended.incrementAndGet();
  }

  /** Makes a request and waits until it has its place in line, or has ended. */
  Request join() {
    Request request = start();
    awaitJoined();
    return request;
  }

  /** The same for a start that is held. */
  Request joinAcquiring() {
    Request request = startAcquiring();
    awaitJoined();
    return request;
  }

  /** Makes requests one after another, so that they join in the order of the list. */
  List<Request> join(int count) {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(join());
    }
    return requests;
  }

  /** Makes requests all at once, and waits until all have a place in line, in whichever order. */
  List<Request> joinInAnyOrder(int count) {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(start());
    }
    awaitJoined();
    return requests;
  }

  private void awaitJoined() {
    for (int joined = joined(); joined < started; joined = joined()) {
      int before = joined;
      new HangGuard(contract.hangGuard())
          .await("one more request has joined", () -> joined() > before);
    }
  }

  private int joined() {
    // Ended is read first: a request that ends between the two is then missed, never counted twice.
    return ended.get() + waiting();
  }

  /**
   * Waits until all have returned, and fails if one did so earlier than its place allows.
   *
   * @param startNanos a moment before the first of them was made
   * @param inOrder requests in the order in which they must have been released
   */
  void requireSpacing(long startNanos, List<Request> inOrder) throws InterruptedException {
    long dueNanos = startNanos;
    for (Request request : inOrder) {
      Request.requireNotBefore(dueNanos, request.awaitReturn());
      dueNanos += interval.toNanos();
    }
  }

  /** Interrupts what is still under way, and waits for its end. */
  void end() throws InterruptedException {
    underWay.forEach(Request::interrupt);
    for (Request request : underWay) {
      request.await();
    }
  }
}
