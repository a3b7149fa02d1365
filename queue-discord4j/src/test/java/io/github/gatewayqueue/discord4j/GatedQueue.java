package io.github.gatewayqueue.discord4j;

import io.github.gatewayqueue.GatewayQueue;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Releases a shard when the test says so, and notes who asked. */
final class GatedQueue implements GatewayQueue {
  private final List<Integer> asked = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final Map<Integer, Semaphore> gates = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();

  @Override
  public void request(long id, long total) throws InterruptedException {
    threads.add(Thread.currentThread());
    asked.add((int) id);
    waiting.incrementAndGet();
    try {
      gate((int) id).acquire();
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** Releases a shard once, now or when it asks. */
  void open(int id) {
    gate(id).release();
  }

  private Semaphore gate(int id) {
    return gates.computeIfAbsent(id, any -> new Semaphore(0));
  }

  /** Which shards asked, in order. */
  List<Integer> asked() {
    return List.copyOf(asked);
  }

  int waiting() {
    return waiting.get();
  }

  /** The threads that asked. */
  List<Thread> threads() {
    return List.copyOf(threads);
  }

  @Override
  public String toString() {
    return "gate";
  }
}
