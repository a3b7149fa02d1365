package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process reports to the store, and asks it, in one execution of the script.
 *
 * @param nanos when it was put together
 * @param outcomes the outcomes of tickets
 * @param joins tickets that need a place
 * @param reading a limit that was read
 * @param retryAfter how long a pause Discord has asked for, or zero
 * @param asks the first of the process's tickets in each bucket that the process asks about
 * @param confirms tickets whose starts are held, as far as the process knows
 * @param refresh whether the limit must be read although no request waits
 * @param last whether the process closes
 */
record Step(
    long nanos,
    List<TicketOutcome> outcomes,
    List<Ticket> joins,
    @Nullable Reading reading,
    Duration retryAfter,
    List<Ticket> asks,
    List<Ticket> confirms,
    Refresh refresh,
    boolean last) {

  /** Whether the limit must be read. */
  enum Refresh {
    NO("0"),
    /** If it is not known. */
    IF_UNKNOWN("1"),
    /** Unless the last reading is young. */
    IF_NOT_YOUNG("2");

    private final String word;

    Refresh(String word) {
      this.word = word;
    }
  }

  /** A limit that was read, and the number that the store has given to the reading. */
  record Reading(long number, SessionStartLimit limit) {}

  /** Returns the last step of a process, which tells and asks nothing else. */
  static Step last(long nanos, List<TicketOutcome> outcomes) {
    return new Step(
        nanos, outcomes, List.of(), null, Duration.ZERO, List.of(), List.of(), Refresh.NO, true);
  }

  /** Returns the outcomes of a kind, in their order. */
  List<TicketOutcome> outcomes(TicketOutcome.Kind kind) {
    return outcomes.stream().filter(outcome -> outcome.kind() == kind).toList();
  }

  /** Returns what follows the settings among the script's arguments. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    List<TicketOutcome> used = outcomes(TicketOutcome.Kind.USED);
    arguments.add(String.valueOf(used.size()));
    for (TicketOutcome outcome : used) {
      addTicket(arguments, outcome);
      arguments.add(String.valueOf(Micros.floor(Math.max(0, nanos - outcome.usedNanos()))));
    }
    for (TicketOutcome.Kind kind : List.of(TicketOutcome.Kind.UNUSED, TicketOutcome.Kind.STRAY)) {
      List<TicketOutcome> some = outcomes(kind);
      arguments.add(String.valueOf(some.size()));
      some.forEach(outcome -> addTicket(arguments, outcome));
    }
    arguments.add(String.valueOf(joins.size()));
    for (Ticket ticket : joins) {
      addTicket(arguments, ticket);
      arguments.add(ticket.mayPause ? "-1" : String.valueOf(ticket.arrival));
    }
    addReading(arguments);
    arguments.add(String.valueOf(Micros.ceil(retryAfter)));
    addTickets(arguments, asks);
    addTickets(arguments, confirms);
    arguments.add(refresh.word);
    arguments.add(last ? "1" : "0");
    return arguments;
  }

  private static void addTicket(List<String> arguments, TicketOutcome outcome) {
    arguments.add(outcome.name());
    arguments.add(outcome.shard());
  }

  private static void addTicket(List<String> arguments, Ticket ticket) {
    arguments.add(ticket.name);
    arguments.add(String.valueOf(ticket.shard));
  }

  private static void addTickets(List<String> arguments, List<Ticket> tickets) {
    arguments.add(String.valueOf(tickets.size()));
    tickets.forEach(ticket -> addTicket(arguments, ticket));
  }

  private void addReading(List<String> arguments) {
    if (reading == null) {
      arguments.add("0");
      return;
    }
    SessionStartLimit limit = reading.limit;
    arguments.add(String.valueOf(reading.number));
    arguments.add(String.valueOf(limit.total()));
    arguments.add(String.valueOf(limit.remaining()));
    arguments.add(String.valueOf(Micros.ceil(limit.resetAfter())));
    arguments.add(String.valueOf(limit.maxConcurrency()));
  }
}
