package io.github.gatewayqueue.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The tickets that this process has in one bucket, by arrival. Used by one thread. */
final class BucketTickets {
  private final TreeSet<Ticket> tickets = new TreeSet<>();

  /** When to ask for the first of them. */
  long askNanos;

  BucketTickets(long askNanos) {
    this.askNanos = askNanos;
  }

  /**
   * Adds a ticket that has its place.
   *
   * @param nowNanos when to ask if it is the first
   */
  void add(Ticket ticket, long nowNanos) {
    tickets.add(ticket);
    if (tickets.first() == ticket) {
      askNanos = nowNanos;
    }
  }

  /** Removes a ticket; if it was the first, the next one is due to ask at that moment. */
  void remove(Ticket ticket, long nowNanos) {
    boolean wasFirst = first() == ticket;
    tickets.remove(ticket);
    if (wasFirst) {
      askNanos = nowNanos;
    }
  }

  @Nullable Ticket first() {
    return tickets.isEmpty() ? null : tickets.first();
  }

  boolean isEmpty() {
    return tickets.isEmpty();
  }

  List<Ticket> tickets() {
    return new ArrayList<>(tickets);
  }
}
