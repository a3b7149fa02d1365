package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.GatewayQueueException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A request, as its thread and the conversation with the store share it. The thread waits for how
 * it ends, and may give it up; whatever else happens to it, the conversation decides.
 */
final class Ticket implements Comparable<Ticket> {
  private enum State {
    /** Has no place yet. */
    NEW,
    IN_LINE,
    RELEASED,
    GIVEN_UP,
    FAILED
  }

  private final AtomicInteger inLine;
  private final Thread thread = Thread.currentThread();

  /** When it was made, by {@link System#nanoTime}. */
  final long madeNanos = System.nanoTime();

  /** What the store knows it by. */
  final String name;

  /** The number of the request among those of this process. */
  final long number;

  final long shard;

  /** When the store got it, as the store writes it; null as long as that is not known. */
  @Nullable String arrival;

  /** Whether the store may know it. */
  boolean told;

  private State state = State.NEW;
  private @Nullable Release release;
  private @Nullable GatewayQueueException failure;

  /**
   * Creates a request of the calling thread.
   *
   * @param inLine counts those in line
   */
  Ticket(String process, long number, long shard, AtomicInteger inLine) {
    this.name = process + "." + number;
    this.number = number;
    this.shard = shard;
    this.inLine = inLine;
  }

  /**
   * Waits until it is released, which may come too late to be used.
   *
   * @throws InterruptedException if the thread was interrupted before the release
   * @throws GatewayQueueException if it was refused; of its own, as others may wait, too
   */
  Release await() throws InterruptedException {
    while (true) {
      synchronized (this) {
        if (release != null) {
          return release;
        }
        if (failure != null) {
          String message = failure.getMessage();
          throw new GatewayQueueException(message == null ? failure.toString() : message, failure);
        }
        if (Thread.interrupted()) {
          become(State.GIVEN_UP);
          throw new InterruptedException();
        }
      }
      LockSupport.park(this);
    }
  }

  /** Takes back a release that the thread did not use; it waits once more. */
  synchronized void takeBack() {
    release = null;
    become(State.NEW);
  }

  /** It has its place in line. */
  synchronized void line() {
    if (state == State.NEW) {
      become(State.IN_LINE);
    }
  }

  /**
   * Lets the thread go.
   *
   * @return false if it has given up
   */
  synchronized boolean release(Release release) {
    if (!isWaiting()) {
      return false;
    }
    this.release = release;
    become(State.RELEASED);
    LockSupport.unpark(thread);
    return true;
  }

  /** Has the thread throw, if it still waits. */
  synchronized void fail(GatewayQueueException failure) {
    if (isWaiting()) {
      this.failure = failure;
      become(State.FAILED);
      LockSupport.unpark(thread);
    }
  }

  /** Returns the thread that asks. */
  Thread thread() {
    return thread;
  }

  private boolean isWaiting() {
    return state == State.NEW || state == State.IN_LINE;
  }

  private void become(State next) {
    if (state == State.IN_LINE) {
      inLine.decrementAndGet();
    }
    if (next == State.IN_LINE) {
      inLine.incrementAndGet();
    }
    state = next;
  }

  /** By arrival, as the store orders its line. */
  @Override
  public int compareTo(Ticket other) {
    int order = requireArrival().compareTo(other.requireArrival());
    return order != 0 ? order : Long.compare(number, other.number);
  }

  /** Returns the arrival of a ticket that has its place. */
  String requireArrival() {
    if (arrival == null) {
      throw new IllegalStateException("ticket " + name + " has no place yet");
    }
    return arrival;
  }

  @Override
  public String toString() {
    return "Ticket[" + name + ", shard=" + shard + ", " + state + "]";
  }
}
