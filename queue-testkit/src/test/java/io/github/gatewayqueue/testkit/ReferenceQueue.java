package io.github.gatewayqueue.testkit;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The simplest queue that satisfies the contract: a fair lock, and a condition for each request in
 * line. What a broken one gets wrong is a method of its own.
 */
class ReferenceQueue implements GatewayQueue, AutoCloseable {
  long intervalNanos;
  long holdNanos = Duration.ofHours(1).toNanos();
  final Deque<Condition> line = new ArrayDeque<>();
  long dueNanos = System.nanoTime();
  boolean closed;
  private final ReentrantLock lock = new ReentrantLock(true);

  ReferenceQueue(Duration interval) {
    setInterval(interval);
  }

  /** For a broken one, whose interval is set before it is used. */
  ReferenceQueue() {}

  void setInterval(Duration interval) {
    if (interval.isNegative()
        || interval.isZero()
        || interval.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("interval is " + interval);
    }
    intervalNanos = interval.toNanos();
  }

  @Override
  public void request(long id, long total) throws InterruptedException {
    await(id, total, null);
  }

  @Override
  public SessionStart acquire(long id, long total) throws InterruptedException {
    Start start = new Start();
    await(id, total, start);
    return start;
  }

  private void await(long id, long total, @Nullable Start start) throws InterruptedException {
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
        if (start == null) {
          released(System.nanoTime());
        } else {
          held(start, System.nanoTime());
        }
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

  void held(Start start, long nowNanos) {
    start.releaseNanos = nowNanos;
    dueNanos = nowNanos + holdNanos + intervalNanos;
  }

  boolean isOver(Start start) {
    return start.over;
  }

  boolean hasRunOut(Start start, long nowNanos) {
    return !start.identified && !start.over && nowNanos - start.releaseNanos >= holdNanos;
  }

  boolean isToBeHeard(Start start, Word word) {
    return !start.identified || word == Word.ANSWERED;
  }

  /** Returns when the next one is due, now that this was said of a start. */
  long dueAfter(Start start, Word word, long nowNanos) {
    return switch (word) {
      case IDENTIFIED, CLOSED -> nowNanos + intervalNanos;
      case ANSWERED -> Math.min(dueNanos, nowNanos + intervalNanos * 5 / 6);
      case CANCELLED -> start.releaseNanos;
    };
  }

  /** Called with the first word of a start that has run out. */
  void heardLate(Word word, long nowNanos) {
    if (word != Word.CANCELLED) {
      dueNanos = Math.max(dueNanos, nowNanos + intervalNanos);
    }
  }

  enum Word {
    IDENTIFIED,
    ANSWERED,
    CANCELLED,
    CLOSED
  }

  /** What was said of a start, guarded by the lock. */
  final class Start implements SessionStart {
    long releaseNanos;
    boolean identified;
    private boolean over;
    private boolean expired;

    @Override
    public void identified() {
      say(Word.IDENTIFIED);
    }

    @Override
    public void answered() {
      say(Word.ANSWERED);
    }

    @Override
    public void cancel() {
      say(Word.CANCELLED);
    }

    @Override
    public void close() {
      say(Word.CLOSED);
    }

    private void say(Word word) {
      lock.lock();
      try {
        long nowNanos = System.nanoTime();
        if (isOver(this)) {
          return;
        }
        if (hasRunOut(this, nowNanos)) {
          expired = true;
          heardLate(word, nowNanos);
        } else if (isToBeHeard(this, word)) {
          dueNanos = dueAfter(this, word, nowNanos);
        }
        over = word != Word.IDENTIFIED && !(identified && word == Word.CANCELLED);
        identified |= word == Word.IDENTIFIED;
        if (!line.isEmpty()) {
          line.getFirst().signal();
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public boolean isExpired() {
      lock.lock();
      try {
        return expired || hasRunOut(this, System.nanoTime());
      } finally {
        lock.unlock();
      }
    }
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
