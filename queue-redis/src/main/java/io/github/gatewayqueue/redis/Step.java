package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process tells the store at once, and what it asks.
 *
 * @param known the generation of the buckets that the process knows, or 0
 * @param strays the names of tickets in line that are not the process's any more
 * @param voids releases that could not be used
 * @param leaves the names of tickets that were given up
 * @param joins tickets that need a place
 * @param reading what came of reading the limit, if that was done
 * @param asks the first of the process's tickets in each bucket of interest
 * @param refresh whether the limit is to be read if it is not known
 * @param last whether the process closes
 */
record Step(
    long known,
    List<String> strays,
    List<LateRelease> voids,
    List<String> leaves,
    List<Ticket> joins,
    @Nullable Reading reading,
    List<Ticket> asks,
    boolean refresh,
    boolean last) {

  /** A release that came too late; its ticket goes next. */
  record LateRelease(Ticket ticket, long moment) {}

  /** What came of reading the limit; no limit if it failed. */
  record Reading(long number, @Nullable SessionStartLimit limit) {}

  /** Returns what follows the settings among the script's arguments. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add(String.valueOf(known));
    arguments.add(String.valueOf(strays.size()));
    arguments.addAll(strays);
    arguments.add(String.valueOf(voids.size()));
    for (LateRelease late : voids) {
      addPlace(arguments, late.ticket);
      arguments.add(String.valueOf(late.moment));
    }
    arguments.add(String.valueOf(leaves.size()));
    arguments.addAll(leaves);
    arguments.add(String.valueOf(joins.size()));
    for (Ticket ticket : joins) {
      addPlace(arguments, ticket);
    }
    addReading(arguments);
    arguments.add(String.valueOf(asks.size()));
    for (Ticket ticket : asks) {
      arguments.add(ticket.name);
      arguments.add(String.valueOf(ticket.shard));
    }
    arguments.add(refresh ? "1" : "0");
    arguments.add(last ? "1" : "0");
    return arguments;
  }

  private static void addPlace(List<String> arguments, Ticket ticket) {
    arguments.add(ticket.name);
    arguments.add(String.valueOf(ticket.shard));
    arguments.add(ticket.arrival == null ? "0" : ticket.arrival);
  }

  private void addReading(List<String> arguments) {
    if (reading == null) {
      arguments.add("0");
      return;
    }
    arguments.add(String.valueOf(reading.number));
    SessionStartLimit limit = reading.limit;
    if (limit == null) {
      arguments.addAll(List.of("-1", "0", "0", "1"));
    } else {
      arguments.add(String.valueOf(limit.total()));
      arguments.add(String.valueOf(limit.remaining()));
      arguments.add(String.valueOf(Micros.ceil(limit.resetAfter())));
      arguments.add(String.valueOf(limit.maxConcurrency()));
    }
  }
}
