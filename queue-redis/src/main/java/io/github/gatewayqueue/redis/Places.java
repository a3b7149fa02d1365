package io.github.gatewayqueue.redis;

import io.github.gatewayqueue.GatewayQueueException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The places that this process has in the store's lines: what to tell the store next, when, and
 * what follows from its answers. Plain state, without a lock, a thread or a clock in it; every
 * moment is handed in as a value of {@link System#nanoTime}. Whatever a step tells stays to be told
 * until an answer has confirmed it.
 */
final class Places {
  /** So much at once keeps neither the store nor a release waiting for long. */
  private static final int MAX_AT_ONCE = 500;

  private final String process;
  private final long renewNanos;
  private final long marginNanos;
  private final Heard heard;

  /** Tickets without a place, the first to ask first. */
  private final Set<Ticket> joining = new LinkedHashSet<>();

  /** By bucket. */
  private final Map<Integer, OwnLine> lines = new HashMap<>();

  private final Deque<String> leaving = new ArrayDeque<>();

  /** Names of tickets that are in line, but not this process's any more. */
  private final Deque<String> strays = new ArrayDeque<>();

  private final Deque<Step.LateRelease> voids = new ArrayDeque<>();

  /** Released by the store a little too early by the clock of this process. */
  private final List<Held> held = new ArrayList<>();

  private Step.@Nullable Reading reading;
  private long readingWanted;
  private boolean refreshing;
  private long generation;
  private long cold = -1;
  private int concurrency = 1;
  private boolean exhausted;

  /** How late releases were that could not be used, and nobody was told of. */
  private final List<Duration> late = new ArrayList<>();

  /** When a step is due in any case, in which all buckets are asked for. */
  private long renewAtNanos;

  /** Whether the last step was one. */
  private boolean askedForAll;

  private record Held(Ticket ticket, Release release, long untilNanos) {}

  Places(String process, Settings settings, long nowNanos) {
    this.process = process;
    renewNanos = settings.lease().toNanos() / 3;
    marginNanos = settings.margin().toNanos();
    heard = new Heard(settings.interval().toNanos(), settings.startDelay().toNanos());
    renewAtNanos = nowNanos;
  }

  /** A request arrives. */
  void arrive(Ticket ticket) {
    joining.add(ticket);
  }

  /** A request was given up, whatever has become of it. */
  void giveUp(Ticket ticket, long nowNanos) {
    joining.remove(ticket);
    if (ticket.arrival != null) {
      line(ticket, nowNanos).remove(ticket, nowNanos);
    }
    if (ticket.told) {
      leaving.add(ticket.name);
    }
  }

  /**
   * A release could not be used any more when the request's thread had it; the ticket goes next.
   */
  void tooLate(Ticket ticket, Release release, long nowNanos) {
    ticket.line();
    voids.add(new Step.LateRelease(ticket, release.moment()));
    addLate(release, nowNanos);
    line(ticket, nowNanos).add(ticket, nowNanos);
  }

  /**
   * Refuses whoever has no place or waits.
   *
   * @param beforeNanos when it was found that they have to be; who has come later may be lucky
   */
  void failAll(GatewayQueueException failure, long beforeNanos, long nowNanos) {
    List<Ticket> all = new ArrayList<>(joining);
    lines.values().forEach(line -> all.addAll(line.tickets()));
    held.forEach(release -> all.add(release.ticket));
    all.removeIf(ticket -> ticket.madeNanos - beforeNanos > 0);
    held.removeIf(release -> all.contains(release.ticket));
    for (Ticket ticket : all) {
      ticket.fail(failure);
      giveUp(ticket, nowNanos);
    }
  }

  /**
   * News came of the first in a bucket's line.
   *
   * @param number the number of the bucket's last release
   * @param head the name of the first ticket in line
   * @param waitNanos when that one is due
   */
  void hear(long generation, int bucket, long number, String head, long waitNanos, long nowNanos) {
    if (generation != this.generation) {
      renewAtNanos = nowNanos; // the buckets are others, and these are to be asked for
      return;
    }
    heard.hear(bucket, number, nowNanos);
    OwnLine line = lines.get(bucket);
    if (!head.startsWith(process + ".")) {
      return;
    }
    if (!removeIfStray(head) && line != null) {
      line.askNanos = nowNanos + waitNanos;
    }
  }

  private void removeIfStray(long number) {
    if (number > 0) {
      removeIfStray(process + "." + number);
    }
  }

  /** Takes a ticket out of the line that left, or was used, if the store has lost that. */
  private boolean removeIfStray(String name) {
    if (knows(name)) {
      return false;
    }
    if (!strays.contains(name)) {
      strays.add(name);
    }
    return true;
  }

  private boolean knows(String name) {
    return lines.values().stream().anyMatch(line -> line.hasFirst(name))
        || joining.stream().anyMatch(ticket -> ticket.name.equals(name))
        || lines.values().stream()
            .flatMap(line -> line.tickets().stream())
            .anyMatch(ticket -> ticket.name.equals(name));
  }

  /** Something has changed for all buckets, or news may have been missed. */
  void lookAgain(long nowNanos) {
    renewAtNanos = nowNanos;
  }

  /** The same, and releases may have been missed. */
  void listenAgain(long nowNanos) {
    generation = 0;
    lookAgain(nowNanos);
  }

  /** Somebody wants to know the limit. */
  void refresh() {
    refreshing = true;
  }

  void read(Step.Reading result) {
    reading = result;
  }

  /** Returns the number of a reading that this process is to do now, once; or 0. */
  long takeReadingWanted() {
    long wanted = readingWanted;
    readingWanted = 0;
    return wanted;
  }

  /** Returns how late each release was that could not be used, once. */
  List<Duration> takeLate() {
    List<Duration> taken = List.copyOf(late);
    late.clear();
    return taken;
  }

  /** Returns whether nobody was released since the session starts were used up. */
  boolean isExhausted() {
    return exhausted;
  }

  /** Returns in how many nanoseconds there is something to tell or to ask; 0 or less for now. */
  long delayNanos(long nowNanos) {
    if (!joining.isEmpty()
        || !leaving.isEmpty()
        || !strays.isEmpty()
        || !voids.isEmpty()
        || reading != null
        || refreshing) {
      return 0;
    }
    long delay = renewAtNanos - nowNanos;
    for (Map.Entry<Integer, OwnLine> line : lines.entrySet()) {
      if (!line.getValue().isEmpty()) {
        delay = Math.min(delay, askDelayNanos(line.getKey(), line.getValue(), nowNanos));
      }
    }
    return delay;
  }

  /** Returns in how many nanoseconds one that is held back may go; 0 or less for now. */
  long heldNanos(long nowNanos) {
    long delay = Long.MAX_VALUE;
    for (Held release : held) {
      delay = Math.min(delay, release.untilNanos - nowNanos);
    }
    return delay;
  }

  private long askDelayNanos(int bucket, OwnLine line, long nowNanos) {
    return Math.max(line.askNanos - nowNanos, heard.notBeforeNanos(bucket) - nowNanos);
  }

  /** Lets those go that were held back, as soon as that may be. */
  void releaseHeld(long nowNanos) {
    Iterator<Held> releases = held.iterator();
    while (releases.hasNext()) {
      Held release = releases.next();
      if (release.untilNanos - nowNanos <= 0) {
        releases.remove();
        release(release.ticket, release.release);
      }
    }
  }

  private void release(Ticket ticket, Release release) {
    if (!ticket.release(release)) {
      leaving.add(ticket.name); // it will not be used, and is not to be charged
    }
  }

  /** Returns what to tell the store now. */
  Step step(long nowNanos) {
    List<Ticket> joins = joining.stream().limit(MAX_AT_ONCE).toList();
    joins.forEach(ticket -> ticket.told = true);
    return new Step(
        generation,
        strays.stream().limit(MAX_AT_ONCE).toList(),
        voids.stream().limit(MAX_AT_ONCE).toList(),
        leaving.stream().limit(MAX_AT_ONCE).toList(),
        joins,
        reading,
        asks(joins, nowNanos),
        refreshing,
        false);
  }

  /** Returns what a process has to tell that closes: nobody waits any more. */
  Step lastStep() {
    held.forEach(release -> leaving.add(release.ticket.name));
    return new Step(
        generation,
        List.copyOf(strays),
        List.of(),
        List.copyOf(leaving),
        List.of(),
        null,
        List.of(),
        false,
        true);
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
      OwnLine line = lines.get(bucket);
      if ((line == null || line.isEmpty()) && mayAsk(bucket, nowNanos)) {
        asks.putIfAbsent(bucket, ticket);
      }
    }
    return List.copyOf(asks.values());
  }

  private boolean mayAsk(int bucket, long nowNanos) {
    return cold >= 0 && heard.notBeforeNanos(bucket) - nowNanos <= 0;
  }

  /**
   * Takes the answer to a step.
   *
   * @param asked when the step was taken
   * @param nowNanos when the answer came
   */
  void answered(Step step, StepReply reply, Release.Moment asked, long nowNanos) {
    removeFirst(strays, step.strays().size());
    removeFirst(voids, step.voids().size());
    removeFirst(leaving, step.leaves().size());
    if (step.reading() != null) {
      reading = null;
    }
    if (askedForAll) {
      renewAtNanos = asked.nanos() + renewNanos;
    }
    boolean becameCold = cold >= 0 && reply.cold() != cold;
    refreshing = false;
    readingWanted = reply.reading();
    takeBuckets(reply, nowNanos);
    for (int i = 0; i < step.joins().size(); i++) {
      Ticket ticket = step.joins().get(i);
      joining.remove(ticket);
      ticket.arrival = reply.arrivals().get(i);
      ticket.line();
      line(ticket, nowNanos).add(ticket, nowNanos);
    }
    for (int i = 0; i < step.asks().size(); i++) {
      take(step.asks().get(i), reply.answers().get(i), asked, nowNanos);
    }
    if (becameCold) {
      joinAgain();
    }
  }

  /** A store that became cold may have lost places, and with them who stands before whom. */
  private void joinAgain() {
    lines.values().forEach(line -> joining.addAll(line.tickets()));
    lines.clear();
  }

  private static void removeFirst(Deque<?> deque, int count) {
    for (int i = 0; i < count; i++) {
      deque.removeFirst();
    }
  }

  private void takeBuckets(StepReply reply, long nowNanos) {
    if (reply.cold() != cold) {
      cold = reply.cold();
      heard.begin(nowNanos);
    } else if (reply.concurrency() != concurrency) {
      heard.forget();
    }
    if (reply.generation() != generation) {
      generation = reply.generation();
      heard.hearAll(reply.numbers(), nowNanos);
      renewAtNanos = nowNanos;
    }
    if (reply.concurrency() != concurrency) {
      concurrency = reply.concurrency();
      List<Ticket> tickets = new ArrayList<>();
      lines.values().forEach(line -> tickets.addAll(line.tickets()));
      lines.clear();
      tickets.forEach(ticket -> line(ticket, nowNanos).add(ticket, nowNanos));
    }
  }

  private void take(Ticket ticket, StepReply.Answer answer, Release.Moment asked, long nowNanos) {
    int bucket = bucket(ticket);
    OwnLine line = line(ticket, nowNanos);
    line.askNanos = nowNanos + renewNanos; // unless the answer has it otherwise
    switch (answer.kind()) {
      case RELEASED -> {
        exhausted = false;
        takeRelease(ticket, answer, asked, nowNanos);
      }
      // The store gave its answer somewhere between: half way is the best guess.
      case WAIT, EXHAUSTED, NO_LIMIT -> {
        exhausted |= answer.kind() == StepReply.Kind.EXHAUSTED;
        line.askNanos = asked.nanos() + (nowNanos - asked.nanos()) / 2 + answer.nanos();
      }
      case BEHIND -> {
        line.askNanos = nowNanos + Math.min(answer.nanos(), renewNanos);
        removeIfStray(answer.ownTicket());
      }
      case UNKNOWN -> {
        lines.remove(bucket);
        joining.addAll(line.tickets());
      }
      case READ -> readingWanted = answer.reading();
    }
  }

  private void takeRelease(
      Ticket ticket, StepReply.Answer answer, Release.Moment asked, long nowNanos) {
    int bucket = bucket(ticket);
    long fromNanos = heard.usableFromNanos(bucket, answer.number(), nowNanos);
    long waitNanos = Math.max(0, fromNanos - nowNanos);
    Release release = new Release(bucket, answer.moment(), asked, marginNanos - answer.nanos());
    if (nowNanos + waitNanos - asked.nanos() > release.usableNanos()) {
      voids.add(new Step.LateRelease(ticket, answer.moment()));
      addLate(release, nowNanos + waitNanos);
      line(ticket, nowNanos).askNanos = nowNanos;
      return;
    }
    OwnLine line = line(ticket, nowNanos);
    line.remove(ticket, nowNanos + renewNanos);
    if (waitNanos > 0) {
      held.add(new Held(ticket, release, fromNanos));
    } else {
      release(ticket, release);
    }
  }

  private void addLate(Release release, long nowNanos) {
    long usableNanos = release.asked().nanos() + release.usableNanos();
    late.add(Duration.ofNanos(marginNanos + nowNanos - usableNanos));
  }

  private int bucket(Ticket ticket) {
    return Math.toIntExact(ticket.shard % concurrency);
  }

  private OwnLine line(Ticket ticket, long nowNanos) {
    return lines.computeIfAbsent(bucket(ticket), bucket -> new OwnLine(nowNanos));
  }
}
