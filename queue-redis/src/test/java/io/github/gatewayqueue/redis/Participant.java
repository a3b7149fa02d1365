package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.redis.StepReply.Answer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/** A process that takes one step at a time, and knows what it is told. */
final class Participant {
  final String name;
  final String namespace;
  final Store store;
  private int tickets;

  Participant(UnifiedJedis client, String name, Settings settings, boolean canRead) {
    this.name = name;
    namespace = settings.namespace();
    store = new Store(client, name, settings, canRead);
  }

  Ticket ticket(long shard) {
    tickets++;
    return new Ticket(name, tickets, shard, new AtomicInteger());
  }

  /** Joins, and returns the ticket with its arrival. */
  Ticket join(long shard) {
    Ticket ticket = ticket(shard);
    ticket.arrival = join(ticket);
    return ticket;
  }

  String join(Ticket ticket) {
    return take(List.of(), List.of(), List.of(ticket), null, List.of()).arrivals().getFirst();
  }

  Answer ask(Ticket ticket) {
    return take(List.of(), List.of(), List.of(), null, List.of(ticket)).answers().getFirst();
  }

  StepReply look() {
    return take(List.of(), List.of(), List.of(), null, List.of());
  }

  void leave(Ticket ticket) {
    leave(ticket.name);
  }

  void leave(String ticket) {
    take(List.of(), List.of(ticket), List.of(), null, List.of());
  }

  void late(Ticket ticket, long moment) {
    take(List.of(new Step.LateRelease(ticket, moment)), List.of(), List.of(), null, List.of());
  }

  StepReply read(long reading, @Nullable SessionStartLimit limit) {
    return take(List.of(), List.of(), List.of(), new Step.Reading(reading, limit), List.of());
  }

  StepReply take(
      List<Step.LateRelease> late,
      List<String> leaves,
      List<Ticket> joins,
      Step.@Nullable Reading reading,
      List<Ticket> asks) {
    return store.take(
        new Step(0, List.of(), late, leaves, joins, reading, asks, false, false), false, 0);
  }

  void close() {
    store.take(
        new Step(0, List.of(), List.of(), List.of(), List.of(), null, List.of(), false, true),
        false,
        0);
  }
}
