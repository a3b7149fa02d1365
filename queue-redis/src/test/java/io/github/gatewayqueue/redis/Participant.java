package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.redis.StepReply.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/** A process that takes one step at a time, and knows what it is told. */
final class Participant {
  final String name;
  private static final Duration HOLD = Duration.ofHours(1);

  final Store store;
  private int tickets;

  Participant(UnifiedJedis client, String name, RedisQueueSettings settings, boolean canRead) {
    this.name = name;
    store = new Store(client, name, settings, canRead);
  }

  Ticket ticket(long shard) {
    tickets++;
    return new Ticket(name, tickets, shard, 1000, HOLD, new AtomicInteger());
  }

  /** Joins, and returns the ticket with its arrival. */
  Ticket join(long shard) {
    Ticket ticket = ticket(shard);
    join(ticket);
    return ticket;
  }

  long join(Ticket ticket) {
    ticket.arrival = new Telling().join(ticket).take().arrivals().getFirst();
    return ticket.arrival;
  }

  Answer ask(Ticket ticket) {
    return new Telling().ask(ticket).take().answers().getFirst();
  }

  StepReply used(Ticket ticket, Duration ago) {
    return new Telling().word(ticket, TicketOutcome.Kind.USED, ago).take();
  }

  StepReply unused(Ticket ticket) {
    return new Telling().word(ticket, TicketOutcome.Kind.UNUSED, Duration.ZERO).take();
  }

  StepReply stray(Ticket ticket) {
    return new Telling().word(ticket, TicketOutcome.Kind.STRAY, Duration.ZERO).take();
  }

  boolean holds(Ticket ticket) {
    return new Telling().confirm(ticket).take().held().getFirst();
  }

  /** Has nothing to tell, but wants to know the limit. */
  StepReply look() {
    return new Telling().take();
  }

  StepReply read(long reading, SessionStartLimit limit) {
    return new Telling().read(new Step.Reading(reading, limit)).take();
  }

  void close() {
    store.take(Step.last(0, List.of()), false);
  }

  /** Returns a builder of a step. */
  Telling tell() {
    return new Telling();
  }

  /** One step. */
  final class Telling {
    private final long nanos = System.nanoTime();
    private final List<TicketOutcome> words = new ArrayList<>();
    private final List<Ticket> joins = new ArrayList<>();
    private final List<Ticket> asks = new ArrayList<>();
    private final List<Ticket> confirms = new ArrayList<>();
    private Step.@Nullable Reading reading;
    private Duration retryAfter = Duration.ZERO;
    private Step.Refresh refresh = Step.Refresh.IF_UNKNOWN;

    private Telling() {}

    Telling word(Ticket ticket, TicketOutcome.Kind kind, Duration ago) {
      String shard = String.valueOf(ticket.shard);
      words.add(new TicketOutcome(ticket.name, shard, kind, nanos - ago.toNanos()));
      return this;
    }

    Telling join(Ticket ticket) {
      joins.add(ticket);
      return this;
    }

    Telling ask(Ticket ticket) {
      asks.add(ticket);
      return this;
    }

    Telling confirm(Ticket ticket) {
      confirms.add(ticket);
      return this;
    }

    Telling refresh() {
      refresh = Step.Refresh.IF_NOT_YOUNG;
      return this;
    }

    Telling retryAfter(Duration time) {
      retryAfter = time;
      return this;
    }

    Telling read(Step.Reading result) {
      reading = result;
      return this;
    }

    StepReply take() {
      return store.take(
          new Step(nanos, words, joins, reading, retryAfter, asks, confirms, refresh, false),
          false);
    }
  }
}
