package io.github.gatewayqueue.redis;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.internal.PauseEvent;
import io.github.gatewayqueue.internal.SafeLogger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tickets of this process: their places in the store's lines, the starts that are held for
 * them, and what the next step must report to the store and when. Plain state, without a thread;
 * moments are handed in as values of {@link System#nanoTime}. What a step reports is reported again
 * until a reply has confirmed it. Used by one thread.
 */
final class LocalTickets {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.redis"));

  /** So much at once keeps neither the store nor a release waiting for long. */
  private static final int MAX_AT_ONCE = 500;

  private final String process;
  private final RedisQueueSettings settings;
  private final long renewNanos;
  private final ObservedUses heard;

  /** Those of which the store is to hear once more, by name. */
  private final Map<String, Ticket> tickets = new HashMap<>();

  /** Tickets without a place, the first to ask first. */
  private final Set<Ticket> joining = new LinkedHashSet<>();

  /** Tickets that the brake holds back; other threads may count them. */
  private final Map<Ticket, Paused> paused = new ConcurrentHashMap<>();

  /** By bucket. */
  private final Map<Integer, BucketTickets> lines = new HashMap<>();

  /** Starts that the store holds, by the names of their tickets. */
  private final Map<String, Hold> holds = new LinkedHashMap<>();

  /** What to report of tickets, by their names. */
  private final Map<String, TicketOutcome> outcomes = new LinkedHashMap<>();

  private Step.@Nullable Reading reading;
  private Duration retryAfter = Duration.ZERO;
  private long readingWanted;
  private Step.Refresh refreshing = Step.Refresh.NO;

  /** Whether somebody waits for a reading that is young. */
  private boolean requiring;

  private long generation;
  private long cold;
  private int concurrency = 1;
  private boolean exhausted;

  /**
   * Since when no request is released because the limit is not known, if so, and whether that was
   * logged.
   */
  private boolean limitUnknown;

  private long limitUnknownSinceNanos;
  private boolean limitUnknownTold;

  /** When a step is due in any case, in which all buckets are asked for. */
  private long renewAtNanos;

  /** Whether the last step was one. */
  private boolean askedForAll;

  /**
   * Why a ticket waits before it joins.
   *
   * @param starts how many starts of its shard are remembered
   * @param joinNanos when it joins
   */
  private record Paused(int starts, long joinNanos, PauseEvent event) {}

  LocalTickets(String process, RedisQueueSettings settings, long nowNanos) {
    this.process = process;
    this.settings = settings;
    renewNanos = settings.lease().toNanos() / 3;
    heard = new ObservedUses(settings.interval().toNanos(), settings.startDelay().toNanos());
    renewAtNanos = nowNanos;
  }

  /** A request arrives. */
  void arrive(Ticket ticket) {
    ticket.mayPause = settings.brakes();
    tickets.put(ticket.name, ticket);
    joining.add(ticket);
  }

  /** A request was given up, whatever has become of it. */
  void giveUp(Ticket ticket, long nowNanos) {
    if (tickets.remove(ticket.name) == null) {
      return;
    }
    leave(ticket, nowNanos);
    if (holds.remove(ticket.name) != null) {
      askNext(ticket, nowNanos);
    }
    if (ticket.told) {
      tell(ticket, TicketOutcome.Kind.UNUSED, nowNanos);
    }
  }

  /** The step that gives a start back asks for the next one of its bucket, too. */
  private void askNext(Ticket ticket, long nowNanos) {
    BucketTickets line = lines.get(bucket(ticket));
    if (line != null) {
      line.askNanos = nowNanos;
    }
  }

  private void leave(Ticket ticket, long nowNanos) {
    joining.remove(ticket);
    Paused pause = paused.remove(ticket);
    if (pause != null) {
      pause.event.commit();
    }
    BucketTickets line = lines.get(bucket(ticket));
    if (line != null && ticket.arrival > 0) {
      line.remove(ticket, nowNanos);
    }
  }

  private void tell(Ticket ticket, TicketOutcome.Kind kind, long usedNanos) {
    outcomes.put(
        ticket.name, new TicketOutcome(ticket.name, String.valueOf(ticket.shard), kind, usedNanos));
  }

  /** The caller has said something of a start. */
  void said(Hold hold, long nowNanos) {
    if (!holds.containsKey(hold.ticket.name)) {
      tellLate(hold);
    } else if (hold.settleNanos() - nowNanos <= 0) {
      end(hold, nowNanos);
    }
  }

  /** The hold was lost or has run out before, or the store was told. */
  private void tellLate(Hold hold) {
    if (!hold.isTold() && !hold.isCancelled()) {
      hold.told();
      tell(hold.ticket, TicketOutcome.Kind.USED, hold.usedNanos());
    }
  }

  /** Has the store hear what the caller has said. */
  private void end(Hold hold, long nowNanos) {
    hold.told();
    if (hold.isCancelled()) {
      end(hold, TicketOutcome.Kind.UNUSED, nowNanos);
      askNext(hold.ticket, nowNanos);
    } else {
      end(hold, TicketOutcome.Kind.USED, hold.usedNanos());
    }
  }

  private void end(Hold hold, TicketOutcome.Kind kind, long usedNanos) {
    holds.remove(hold.ticket.name);
    tickets.remove(hold.ticket.name);
    tell(hold.ticket, kind, usedNanos);
  }

  /**
   * Refuses waiting requests.
   *
   * @param refusal makes what each of them throws
   * @param inLineOnly whether those go on for whom a start is held
   * @param beforeNanos when the reason was found; requests that came later are not refused
   */
  void fail(
      Supplier<GatewayQueueException> refusal,
      boolean inLineOnly,
      long beforeNanos,
      long nowNanos) {
    for (Ticket ticket : List.copyOf(tickets.values())) {
      boolean spared =
          ticket.madeNanos - beforeNanos > 0 || (inLineOnly && holds.containsKey(ticket.name));
      if (!spared && ticket.fail(refusal)) {
        giveUp(ticket, nowNanos);
      }
    }
  }

  /**
   * A notification came of a bucket.
   *
   * @param lastUse the moment of the bucket's last use, by the store's clock; 0 for none
   * @param ageNanos how long ago that was, at least, by the clock of its process
   * @param member the ticket and shard that are waited for
   * @param waitNanos when the next start is due, if it is not held
   */
  void hear(
      long generation,
      int bucket,
      long lastUse,
      long ageNanos,
      String member,
      long waitNanos,
      long nowNanos) {
    if (generation != this.generation) {
      lookAgain(nowNanos); // the lines are others
      return;
    }
    heard.hear(bucket, lastUse, nowNanos - ageNanos);
    if (!member.startsWith(process + ".")) {
      return;
    }
    BucketTickets line = lines.get(bucket);
    Ticket first = line == null ? null : line.first();
    if (line != null && first != null && first.member().equals(member)) {
      line.askNanos = nowNanos + waitNanos;
    } else {
      tellIfStray(member);
    }
  }

  /** The store names a ticket of the process: has it hear if the process has it no more. */
  private void tellIfStray(String member) {
    int colon = member.indexOf(':');
    String name = member.substring(0, Math.max(0, colon));
    if (!tickets.containsKey(name) && !outcomes.containsKey(name)) {
      outcomes.put(
          name, new TicketOutcome(name, member.substring(colon + 1), TicketOutcome.Kind.STRAY, 0));
    }
  }

  /** Something has changed for all buckets, or notifications may have been missed. */
  void lookAgain(long nowNanos) {
    renewAtNanos = nowNanos;
  }

  /** Somebody wants to know the limit: if it is not known, or as it is now. */
  void refresh(Step.Refresh how) {
    refreshing = how.compareTo(refreshing) > 0 ? how : refreshing;
  }

  /** Sets whether somebody waits for a reading that is young. */
  void require(boolean requiring) {
    this.requiring = requiring;
  }

  void read(Step.Reading result) {
    reading = result;
  }

  /** Discord asks to be left alone for so long. */
  void leaveAlone(Duration time) {
    retryAfter = time;
  }

  /** Returns the number of a reading that this process is to do now, once; or 0. */
  long takeReadingWanted() {
    long wanted = readingWanted;
    readingWanted = 0;
    return wanted;
  }

  /** Returns whether somebody waits, or did so, since the session starts were used up. */
  boolean isExhausted() {
    return exhausted;
  }

  /** Returns in how many nanoseconds there is something to tell or to ask; 0 or less for now. */
  long delayNanos(long nowNanos) {
    if (!joining.isEmpty()
        || !outcomes.isEmpty()
        || reading != null
        || retryAfter.isPositive()
        || refreshing != Step.Refresh.NO) {
      return 0;
    }
    long delay = renewAtNanos - nowNanos;
    for (Map.Entry<Integer, BucketTickets> line : lines.entrySet()) {
      if (!line.getValue().isEmpty()) {
        delay = Math.min(delay, askDelayNanos(line.getKey(), line.getValue(), nowNanos));
      }
    }
    return delay;
  }

  private long askDelayNanos(int bucket, BucketTickets line, long nowNanos) {
    return Math.max(line.askNanos - nowNanos, heard.notBeforeNanos(bucket) - nowNanos);
  }

  /** Returns in how many nanoseconds {@link #settle} has something to do; 0 or less for now. */
  long settleDelayNanos(long nowNanos) {
    long delay = Long.MAX_VALUE;
    for (Paused pause : paused.values()) {
      delay = Math.min(delay, pause.joinNanos - nowNanos);
    }
    for (Hold hold : holds.values()) {
      delay = Math.min(delay, hold.settleNanos() - nowNanos);
      if (!hold.isOffered()) {
        delay = Math.min(delay, hold.usableNanos - nowNanos);
      }
    }
    return delay;
  }

  /**
   * Does what is due with the starts that are held, and the tickets that are held back, for which
   * no store is needed.
   */
  void settle(long nowNanos) {
    paused
        .entrySet()
        .removeIf(entry -> {
          boolean due = entry.getValue().joinNanos - nowNanos <= 0;
          if (due) {
            entry.getValue().event.commit();
            joining.add(entry.getKey());
          }
          return due;
        });
    for (Hold hold : List.copyOf(holds.values())) {
      if (hold.settleNanos() - nowNanos <= 0) {
        settle(hold, nowNanos);
      } else if (!hold.isOffered() && hold.usableNanos - nowNanos <= 0) {
        hold.offer();
      }
    }
  }

  private void settle(Hold hold, long nowNanos) {
    if (!hold.isOpen()) {
      end(hold, nowNanos);
    } else if (hold.lose()) {
      goLast(hold.ticket, nowNanos);
    } else {
      LOGGER.log(
          WARNING,
          "the start of shard "
              + hold.ticket.shard
              + " of "
              + hold.ticket.total
              + " ran out: nothing was said of it; the next start of its bucket is due an interval"
              + " after that");
      end(hold, TicketOutcome.Kind.USED, nowNanos);
    }
  }

  /**
   * Gives back a start that could not be used in time, as the store answers too late or the thread
   * does not run; its ticket joins once more. Not where it was, or the others would get nothing.
   */
  private void goLast(Ticket ticket, long nowNanos) {
    LOGGER.log(
        WARNING,
        "the start of shard "
            + ticket.shard
            + " of "
            + ticket.total
            + " could not be used in time, and is given back; the request joins the end of the"
            + " line");
    holds.remove(ticket.name);
    tell(ticket, TicketOutcome.Kind.UNUSED, nowNanos);
    ticket.takeBack();
    ticket.arrival = 0;
    joining.add(ticket);
  }

  /** Returns what to tell the store now. */
  Step step(long nowNanos) {
    List<TicketOutcome> told = outcomes.values().stream().limit(MAX_AT_ONCE).toList();
    List<Ticket> joins =
        joining.stream().filter(ticket -> mayJoin(ticket, told)).limit(MAX_AT_ONCE).toList();
    joins.forEach(ticket -> ticket.told = true);
    return new Step(
        nowNanos,
        told,
        joins,
        reading,
        retryAfter,
        asks(joins, nowNanos),
        holds.values().stream().filter(Hold::isOpen).map(hold -> hold.ticket).toList(),
        requiring ? Step.Refresh.IF_NOT_YOUNG : refreshing,
        false);
  }

  /** A ticket that gives a start back joins after the give-back, or in the same step. */
  private boolean mayJoin(Ticket ticket, List<TicketOutcome> told) {
    TicketOutcome outcome = outcomes.get(ticket.name);
    return outcome == null || told.contains(outcome);
  }

  /** Returns the last report of a process that closes: no request waits any more. */
  Step lastStep(long nowNanos) {
    for (Hold hold : List.copyOf(holds.values())) {
      if (!hold.isOpen()) {
        end(hold, nowNanos);
      } else if (hold.lose()) {
        end(hold, TicketOutcome.Kind.UNUSED, nowNanos);
      }
    }
    return Step.last(nowNanos, List.copyOf(outcomes.values()));
  }

  private List<Ticket> asks(List<Ticket> joins, long nowNanos) {
    askedForAll = renewAtNanos - nowNanos <= 0;
    Map<Integer, Ticket> asks = new HashMap<>();
    lines.forEach((bucket, line) -> {
      Ticket first = line.first();
      if (first != null
          && (askedForAll || line.askNanos - nowNanos <= 0)
          && mayAsk(bucket, nowNanos)) {
        asks.put(bucket, first);
      }
    });
    for (Ticket ticket : joins) {
      int bucket = bucket(ticket);
      BucketTickets line = lines.get(bucket);
      if ((line == null || line.isEmpty()) && mayAsk(bucket, nowNanos)) {
        asks.putIfAbsent(bucket, ticket);
      }
    }
    return List.copyOf(asks.values());
  }

  private boolean mayAsk(int bucket, long nowNanos) {
    return generation > 0 && heard.notBeforeNanos(bucket) - nowNanos <= 0;
  }

  /**
   * Takes the answer to a step.
   *
   * @param asked when the step was taken
   * @param nowNanos when the answer came
   */
  void answered(Step step, StepReply reply, TwoClockMoment asked, long nowNanos) {
    step.outcomes().forEach(outcome -> outcomes.remove(outcome.name(), outcome));
    if (step.reading() != null) {
      reading = null;
    }
    if (askedForAll) {
      renewAtNanos = asked.nanos() + renewNanos;
    }
    if (!holds.isEmpty()) { // so that a lost answer does not expire them
      renewAtNanos = earlier(renewAtNanos, asked.nanos() + renewNanos / 2);
    }
    retryAfter = Duration.ZERO;
    refreshing = Step.Refresh.NO;
    readingWanted = reply.reading();
    concurrency = reply.concurrency();
    if (reply.cold() != cold) {
      cold = reply.cold();
      heard.begin(nowNanos);
    } else if (reply.generation() != generation) {
      heard.forget();
    }
    generation = reply.generation();
    takeUses(step, reply, nowNanos);
    takePlaces(step, reply, nowNanos);
    takePauses(step, reply, nowNanos);
    for (int i = 0; i < step.asks().size(); i++) {
      take(step.asks().get(i), reply.answers().get(i), asked, nowNanos);
    }
    for (int i = 0; i < step.confirms().size(); i++) {
      confirm(step.confirms().get(i), reply.held().get(i), asked, nowNanos);
    }
    if (reply.exhaustedNanos() > 0) {
      exhausted |= lines.values().stream().anyMatch(line -> !line.isEmpty());
    } else { // while that is read again, it is neither told once more nor taken back
      exhausted &= reply.budget().usable() <= 0;
    }
    if (reply.rejoin()) {
      lines.values().forEach(line -> joining.addAll(line.tickets()));
      lines.clear();
    }
    settle(nowNanos);
  }

  private static long earlier(long oneNanos, long otherNanos) {
    return oneNanos - otherNanos < 0 ? oneNanos : otherNanos;
  }

  private void takeUses(Step step, StepReply reply, long nowNanos) {
    for (int i = 0; i + 1 < reply.uses().size(); i += 2) {
      heard.hear(reply.uses().get(i).intValue(), reply.uses().get(i + 1), nowNanos);
    }
    List<TicketOutcome> used = step.outcomes(TicketOutcome.Kind.USED);
    for (int i = 0; i < used.size(); i++) {
      int bucket = bucket(Long.parseLong(used.get(i).shard()));
      heard.hear(bucket, reply.usedMoments().get(i), used.get(i).usedNanos());
      BucketTickets line = lines.get(bucket);
      if (line != null) {
        line.askNanos = heard.notBeforeNanos(bucket);
      }
    }
  }

  private void takePlaces(Step step, StepReply reply, long nowNanos) {
    for (int i = 0; i < step.joins().size(); i++) {
      Ticket ticket = step.joins().get(i);
      joining.remove(ticket);
      ticket.mayPause = false;
      if (reply.arrivals().get(i) == 0) {
        continue; // it waits first
      }
      ticket.arrival = reply.arrivals().get(i);
      ticket.line();
      line(ticket, nowNanos).add(ticket, nowNanos);
    }
  }

  private void takePauses(Step step, StepReply reply, long nowNanos) {
    for (StepReply.Pause pause : reply.pauses()) {
      Ticket ticket = step.joins().get(pause.join());
      if (!tickets.containsKey(ticket.name)) {
        continue; // it was given up meanwhile
      }
      PauseEvent event = PauseEvent.begin(ticket.shard, ticket.total, pause.starts());
      paused.put(ticket, new Paused(pause.starts(), nowNanos + pause.nanos(), event));
      if (pause.isNews()) {
        LOGGER.log(
            WARNING,
            "shard "
                + ticket.shard
                + " of "
                + ticket.total
                + " starts again and again, "
                + pause.starts()
                + " times so far: it waits "
                + DurationText.measured(Duration.ofNanos(pause.nanos()))
                + " before it joins the line");
      }
    }
  }

  private void take(Ticket ticket, StepReply.Answer answer, TwoClockMoment asked, long nowNanos) {
    heard.hear(bucket(ticket), answer.lastUse(), nowNanos);
    noteLimit(answer.kind(), nowNanos);
    // The store gave its answer somewhere between: half way is the best guess.
    long answeredNanos = asked.nanos() + (nowNanos - asked.nanos()) / 2;
    switch (answer.kind()) {
      case RELEASED -> takeStart(ticket, asked, nowNanos);
      case WAIT, EXHAUSTED, NO_LIMIT -> askAgain(ticket, answeredNanos + answer.nanos());
      case BEHIND -> {
        askAgain(ticket, nowNanos + Math.min(answer.nanos(), renewNanos));
        if (!answer.ownMember().isEmpty()) {
          tellIfStray(answer.ownMember());
        }
      }
      case UNKNOWN -> {} // all are to join once more
      case READ -> {
        askAgain(ticket, nowNanos + renewNanos);
        readingWanted = answer.detail();
      }
    }
  }

  /** Another one may be first by now. */
  private void askAgain(Ticket ticket, long askNanos) {
    BucketTickets line = lines.get(bucket(ticket));
    if (line != null && line.first() == ticket) {
      line.askNanos = askNanos;
    }
  }

  private void noteLimit(StepReply.Kind kind, long nowNanos) {
    boolean unknown = kind == StepReply.Kind.NO_LIMIT;
    if (kind == StepReply.Kind.RELEASED || kind == StepReply.Kind.EXHAUSTED) {
      limitUnknown = false;
      limitUnknownTold = false;
    } else if (unknown && !limitUnknown) {
      limitUnknown = true;
      limitUnknownSinceNanos = nowNanos;
    } else if (unknown && !limitUnknownTold && nowNanos - limitUnknownSinceNanos > 6 * renewNanos) {
      limitUnknownTold = true;
      LOGGER.log(
          WARNING, "nobody is released: no process could read the session start limit for a while");
    }
  }

  private void takeStart(Ticket ticket, TwoClockMoment asked, long nowNanos) {
    line(ticket, nowNanos).remove(ticket, nowNanos + renewNanos);
    int bucket = bucket(ticket);
    long usableNanos = heard.notBeforeNanos(bucket);
    holds.put(ticket.name, new Hold(ticket, bucket, settings, asked, usableNanos, nowNanos));
    if (asked.elapsedNanos() >= settings.freshNanos()) {
      lookAgain(nowNanos); // it cannot be used until it is confirmed
    }
  }

  private void confirm(Ticket ticket, boolean held, TwoClockMoment asked, long nowNanos) {
    Hold hold = holds.get(ticket.name);
    if (hold == null || !hold.isOpen()) {
      return; // it is over, or of another request's
    }
    if (!held) {
      lose(hold);
    } else if (asked.elapsedNanos() < settings.freshNanos()) {
      hold.confirm(asked);
      ticket.wake();
    } else if (!hold.isTaken() && hold.lose()) {
      goLast(ticket, nowNanos);
    }
  }

  private void lose(Hold hold) {
    Ticket ticket = hold.ticket;
    holds.remove(ticket.name);
    if (hold.lose()) {
      ticket.takeBack();
      joining.add(ticket);
    } else {
      tickets.remove(ticket.name);
      LOGGER.log(
          WARNING,
          "the start of shard "
              + ticket.shard
              + " of "
              + ticket.total
              + " was lost by the store, or with its lease");
    }
  }

  /** Returns the process's places in the store's lines: the bucket of each, and the ticket. */
  Map<Integer, Collection<Ticket>> places() {
    Map<Integer, Collection<Ticket>> places = new HashMap<>();
    lines.forEach((bucket, line) -> places.put(bucket, line.tickets()));
    return places;
  }

  /** Returns how many tickets the brake holds back; for any thread. */
  int paused() {
    return paused.size();
  }

  /** Returns the tickets that the brake holds back, the one that goes on first at the head. */
  List<QueueSnapshot.Pause> pauses(Instant now, long nowNanos) {
    List<QueueSnapshot.Pause> pauses = new ArrayList<>();
    paused.forEach((ticket, pause) -> {
      Instant until = now.plusNanos(pause.joinNanos - nowNanos);
      pauses.add(new QueueSnapshot.Pause(ticket.shard, pause.starts, until));
    });
    pauses.sort(Comparator.comparing(QueueSnapshot.Pause::until));
    return pauses;
  }

  private int bucket(Ticket ticket) {
    return bucket(ticket.shard);
  }

  private int bucket(long shard) {
    return Math.toIntExact(shard % concurrency);
  }

  private BucketTickets line(Ticket ticket, long nowNanos) {
    return lines.computeIfAbsent(bucket(ticket), bucket -> new BucketTickets(nowNanos));
  }
}
