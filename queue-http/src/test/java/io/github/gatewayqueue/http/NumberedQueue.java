package io.github.gatewayqueue.http;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.broker.Broker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An {@link HttpQueue} and its broker, which knows which of its requests are in line, also of plain
 * ones, which are told nothing: each has a number of shards of its own, by which the engine's log
 * names it. With one bucket that number means nothing to the broker.
 */
final class NumberedQueue implements GatewayQueue, AutoCloseable {
  private static final long NUMBERED = 1000; // larger totals are left alone, and so are bad ones
  private static final AtomicLong REQUESTS = new AtomicLong(); // of all queues: they share the log

  private final EngineLog log;
  private final Broker broker;
  private final HttpQueue queue;
  private final Set<Long> underWay = ConcurrentHashMap.newKeySet();

  /** Creates a queue that asks a broker in this JVM. */
  NumberedQueue(EngineLog log, Broker broker, HttpQueue queue) {
    this.log = log;
    this.broker = broker;
    this.queue = queue;
  }

  private interface Call<T> {
    T with(long number) throws InterruptedException;
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    numbered(
        id,
        total,
        number -> {
          queue.request(id, number);
          return number;
        });
  }

  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    return numbered(id, total, number -> queue.acquire(id, number));
  }

  private <T> T numbered(long id, long total, Call<T> call) throws InterruptedException {
    boolean proper = total > id && total < NUMBERED;
    long number = proper ? total + NUMBERED * REQUESTS.incrementAndGet() : total;
    underWay.add(number);
    try {
      return call.with(number);
    } finally {
      underWay.remove(number);
    }
  }

  /** Returns how many are in the broker's line and have not ended here. */
  int waiting() {
    return (int) underWay.stream().filter(log::isInLine).count();
  }

  /** Closes the queue, and the broker behind it. */
  @Override
  public void close() {
    queue.close();
    broker.close();
  }
}
