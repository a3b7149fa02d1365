package io.github.gatewayqueue.fakediscord;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongSupplier;

/**
 * One direction of one connection. A message arrives after a time that the network chooses and, as
 * with TCP, in the order of sending: a late message delays those behind it. Without a delay it
 * arrives before {@code send} returns. Used by the event loop alone.
 */
final class Wire {
  /** The time, which tests have of their own. */
  interface Timer {
    long nanoTime();

    /** Runs the action once, in that time or somewhat sooner or later. */
    void after(long delayNanos, Runnable action);
  }

  private record Message(long dueNanos, Runnable arrival) {}

  private final LongSupplier delayNanos;
  private final Timer timer;
  private final Queue<Message> underWay = new ArrayDeque<>();

  /** When the last message that was sent is due; only of use while it is under way. */
  private long lastDueNanos;

  /** Whether somebody looks after those under way: the timer, or a call further up the stack. */
  private boolean attended;

  Wire(LongSupplier delayNanos, Timer timer) {
    this.delayNanos = delayNanos;
    this.timer = timer;
  }

  void send(Runnable arrival) {
    send(timer.nanoTime(), arrival);
  }

  /** Sends something that had to leave at a moment, be it in the past. */
  void send(long sentNanos, Runnable arrival) {
    long dueNanos = sentNanos + delayNanos.getAsLong();
    if (!underWay.isEmpty() && dueNanos - lastDueNanos < 0) {
      dueNanos = lastDueNanos;
    }
    lastDueNanos = dueNanos;
    underWay.add(new Message(dueNanos, arrival));
    if (!attended) {
      deliver();
    }
  }

  private void deliver() {
    attended = true;
    try {
      for (Message next = underWay.peek(); next != null; next = underWay.peek()) {
        if (next.dueNanos - timer.nanoTime() > 0) {
          return;
        }
        underWay.remove();
        next.arrival.run();
      }
    } finally {
      Message next = underWay.peek(); // one that is not due, or follows one that threw
      attended = next != null;
      if (next != null) {
        timer.after(next.dueNanos - timer.nanoTime(), this::deliver);
      }
    }
  }
}
