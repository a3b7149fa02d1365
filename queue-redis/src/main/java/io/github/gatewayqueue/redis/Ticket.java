package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.GatewayQueueException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request, shared by its thread and the worker. The thread waits for the outcome and may give up;
 * the worker decides everything else.
 */
final class Ticket implements Comparable<Ticket> {
  private enum State {
    /** Has no place yet. */
    NEW,
    IN_LINE,
    /** The store holds a start for it, which its thread may take. */
    HELD,
    TAKEN,
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
  final long total;

  /** How long a start for it is held at most. */
  final long holdTimeoutNanos;

  /** When the store got it, in its microseconds; 0 as long as that is not known. */
  long arrival;

  /** Whether the brake may hold it back before it joins: once, and for the worker alone. */
  boolean mayPause;

  /** Whether the store may know it. */
  boolean told;

  private State state = State.NEW;
  private @Nullable Hold hold;
  private @Nullable Supplier<GatewayQueueException> refusal;

  /**
   * Creates a request of the calling thread.
   *
   * @param inLine counts those in line
   */
  Ticket(
      String process,
      long number,
      long shard,
      long total,
      Duration holdTimeout,
      AtomicInteger inLine) {
    this.name = process + "." + number;
    this.number = number;
    this.shard = shard;
    this.total = total;
    this.holdTimeoutNanos = holdTimeout.toNanos();
    this.inLine = inLine;
  }

  /**
   * Waits until there is a start that the thread may use, and takes it.
   *
   * @throws InterruptedException if the thread was interrupted before
   * @throws GatewayQueueException if it was refused; of its own, as others may wait, too
   */
  Hold await() throws InterruptedException {
    while (true) {
      Hold offered = offered();
      // Without this object's monitor: the worker wants that one, too, and a thread that waits for
      // another meanwhile may have no carrier to go on.
      if (offered != null && offered.take() && took(offered)) {
        return offered;
      }
      if (!stillWaits()) {
        throw new InterruptedException();
      }
      LockSupport.park(this);
    }
  }

  private synchronized @Nullable Hold offered() {
    return hold;
  }

  /** Returns whether the start that its thread has taken is its own; if not, it was refused. */
  private synchronized boolean took(Hold taken) {
    boolean own = hold == taken;
    if (own) {
      become(State.TAKEN);
    }
    return own;
  }

  /** Returns false if its thread was interrupted, and gives it up. */
  private synchronized boolean stillWaits() {
    if (refusal != null) {
      throw refusal.get();
    }
    if (Thread.interrupted()) {
      become(State.GIVEN_UP);
      return false;
    }
    return true;
  }

  /** Takes back a start that its thread has not taken; it waits once more. */
  synchronized void takeBack() {
    if (state == State.HELD) {
      hold = null;
      become(State.NEW);
    }
  }

  /** It has its place in line. */
  synchronized void line() {
    if (state == State.NEW) {
      become(State.IN_LINE);
    }
  }

  /** Offers a start, if the thread still waits. */
  synchronized void release(Hold hold) {
    if (isWaiting()) {
      this.hold = hold;
      become(State.HELD);
      LockSupport.unpark(thread);
    }
  }

  /** Has the thread look again at the start that it was offered. */
  void wake() {
    LockSupport.unpark(thread);
  }

  /**
   * Has the thread throw, if it still waits.
   *
   * @param refusal makes what is thrown
   * @return whether it does
   */
  synchronized boolean fail(Supplier<GatewayQueueException> refusal) {
    if (!isWaiting()) {
      return false;
    }
    hold = null;
    this.refusal = refusal;
    become(State.FAILED);
    LockSupport.unpark(thread);
    return true;
  }

  /** Returns the thread that asks. */
  Thread thread() {
    return thread;
  }

  private boolean isWaiting() {
    return state == State.NEW || state == State.IN_LINE || state == State.HELD;
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
    int order = Long.compare(arrival, other.arrival);
    return order != 0 ? order : Long.compare(number, other.number);
  }

  /** Returns what the store's lines know it by. */
  String member() {
    return name + ":" + shard;
  }

  @Override
  public String toString() {
    return "Ticket[" + name + ", shard=" + shard + ", " + state + "]";
  }
}
