package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The simplest queue that satisfies the contract: a fair lock, and a condition for each request in
 * line. What a broken one gets wrong is a method of its own.
 */
class ReferenceQueue implements GatewayQueue, AutoCloseable {
  final long intervalNanos;
  final Deque<Condition> line = new ArrayDeque<>();
  long dueNanos = System.nanoTime();
  boolean closed;
  private final ReentrantLock lock = new ReentrantLock(true);

  ReferenceQueue(Duration interval) {
    if (interval.isNegative()
        || interval.isZero()
        || interval.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("interval is " + interval);
    }
    intervalNanos = interval.toNanos();
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    checkShard(id, total);
    lock.lockInterruptibly();
    try {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      Condition place = lock.newCondition();
      join(place);
      try {
        awaitTurn(place);
        released(System.nanoTime());
      } catch (InterruptedException e) {
        interrupted(place, System.nanoTime());
        throw e;
      } finally {
        leave(place);
      }
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return line.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      line.forEach(Condition::signal);
    } finally {
      lock.unlock();
    }
  }

  void checkShard(long id, long total) {
    if (total < 1 || id < 0 || id >= total) {
      throw new IllegalArgumentException("shard id is " + id + " of total " + total);
    }
  }

  void join(Condition place) {
    line.addLast(place);
  }

  void awaitTurn(Condition place) throws InterruptedException {
    while (true) {
      if (closed) {
        throw new GatewayQueueException("closed");
      }
      long leftNanos = dueNanos - System.nanoTime();
      if (!isHead(place)) {
        place.await();
      } else if (leftNanos > 0) {
        place.awaitNanos(leftNanos);
      } else {
        return;
      }
    }
  }

  boolean isHead(Condition place) {
    return place.equals(line.peekFirst());
  }

  void released(long nowNanos) {
    dueNanos = nowNanos + intervalNanos;
  }

  /** Called while the interrupted request is still in line. */
  void interrupted(Condition place, long nowNanos) {}

  void leave(Condition place) {
    line.remove(place);
    if (!line.isEmpty()) {
      line.getFirst().signal();
    }
  }
}
