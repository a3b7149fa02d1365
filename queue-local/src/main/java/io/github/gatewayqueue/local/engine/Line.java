package io.github.gatewayqueue.local.engine;

import static java.util.Comparator.comparingLong;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The line of one bucket and its pacing: which request is the head, when it is due and whether it
 * may go. Plain state, without a lock, a thread or a clock; every moment is handed in, as a value
 * of {@link System#nanoTime}, and two of them are compared by their difference only.
 *
 * <p>The waiters contain the links themselves. So joining, leaving and releasing touch no more than
 * a waiter and its two neighbours, however long the line is.
 */
final class Line {
  private static final Hold[] NONE = {};

  private final long intervalNanos;
  private final StartBudget budget;

  /** No start before this moment, whatever becomes of those that are held. */
  private long notBeforeNanos;

  /** The last start, if it was acquired; after a resize those of all the old lines. */
  private Hold[] holds = NONE;

  /** The moment of the last release, if there was one. */
  private long lastReleaseNanos;

  private boolean hasReleased;

  private @Nullable Waiter head;
  private @Nullable Waiter tail;
  private int size;

  Line(long intervalNanos, StartBudget budget, long notBeforeNanos) {
    this.intervalNanos = intervalNanos;
    this.budget = budget;
    this.notBeforeNanos = notBeforeNanos;
  }

  @Nullable Waiter head() {
    return head;
  }

  /** Returns when spacing allows the next release, as far as is known. */
  long notBeforeNanos(long nowNanos) {
    long latest = notBeforeNanos;
    for (Hold hold : holds) {
      latest = later(latest, hold.notBeforeNanos(), nowNanos);
    }
    return latest;
  }

  /** Returns the starts that it waits for, or did so last. */
  List<Hold> holds() {
    return List.of(holds);
  }

  /** Returns whether a waiter, which is in this line or in none, is in it. */
  @SuppressWarnings("ReferenceEquality") // the one waiter, not one like it
  boolean contains(Waiter waiter) {
    return waiter == head || waiter.previous != null;
  }

  int size() {
    return size;
  }

  /** Returns who waits, in the order of the line. */
  List<Thread> threads() {
    List<Thread> threads = new ArrayList<>(size);
    for (Waiter waiter = head; waiter != null; waiter = waiter.next) {
      threads.add(waiter.thread);
    }
    return Collections.unmodifiableList(threads);
  }

  OptionalLong lastReleaseNanos() {
    return hasReleased ? OptionalLong.of(lastReleaseNanos) : OptionalLong.empty();
  }

  /** Puts the waiter, which is in no line, at the end. */
  void join(Waiter waiter) {
    Waiter last = tail;
    waiter.previous = last;
    if (last == null) {
      head = waiter;
    } else {
      last.next = waiter;
    }
    tail = waiter;
    size++;
  }

  /** Takes the waiter, which is in this line, out of it, wherever it stands. */
  void leave(Waiter waiter) {
    Waiter before = waiter.previous;
    Waiter behind = waiter.next;
    if (before == null) {
      head = behind;
    } else {
      before.next = behind;
    }
    if (behind == null) {
      tail = before;
    } else {
      behind.previous = before;
    }
    waiter.previous = null;
    waiter.next = null;
    size--;
  }

  /**
   * Releases the head, which takes it out of the line, if the spacing and the budget allow it now.
   *
   * @return 0 if the head was released; otherwise the nanoseconds after which it is worth asking
   *     again, more than 0
   */
  long tryReleaseHead(long nowNanos) {
    Waiter first = head;
    if (first == null) {
      throw new IllegalStateException("nobody is in line");
    }
    budget.check(nowNanos);
    long delayNanos = spacingNanos(nowNanos);
    if (delayNanos > 0) {
      return delayNanos;
    }
    Hold hold = first.hold;
    Hold[] held = hold == null ? NONE : new Hold[] {hold}; // nothing may fail once it is charged
    delayNanos = budget.tryCharge(nowNanos, hold == null ? 0 : hold.holdNanos());
    if (delayNanos > 0) {
      return delayNanos;
    }
    leave(first);
    first.releaseNanos = nowNanos;
    lastReleaseNanos = nowNanos;
    hasReleased = true;
    holds = held;
    if (hold == null) {
      notBeforeNanos = nowNanos + intervalNanos;
    } else {
      hold.release(nowNanos);
    }
    return 0;
  }

  /** Returns how long until spacing allows the next release, or until a hold runs out before. */
  private long spacingNanos(long nowNanos) {
    long delayNanos = notBeforeNanos(nowNanos) - nowNanos;
    for (Hold hold : holds) {
      OptionalLong runsOut = hold.runsOutInNanos(nowNanos);
      if (runsOut.isPresent()) {
        delayNanos = Math.min(delayNanos, runsOut.getAsLong());
      }
    }
    return delayNanos;
  }

  /**
   * Records a report on a start of this line. If its hold had timed out and others were released
   * since, the next release still keeps its distance from it.
   */
  void hear(Hold hold, long nowNanos) {
    if (!holds().contains(hold)) {
      notBeforeNanos = later(notBeforeNanos, hold.notBeforeNanos(), nowNanos);
    }
  }

  /** Returns a start that has run out and of which nobody was told so; null if there is none. */
  @Nullable Hold takeExpired(long nowNanos) {
    for (Hold hold : holds) {
      if (hold.tellExpiry(nowNanos)) {
        return hold;
      }
    }
    return null;
  }

  /** By the distance to the present, as two moments may be too far apart to subtract. */
  private static long later(long aNanos, long bNanos, long nowNanos) {
    return aNanos - nowNanos > bNanos - nowNanos ? aNanos : bNanos;
  }

  /**
   * Makes empty lines that are to take the shards of others, and carries the spacing over: a new
   * line releases no request until every old line that it takes shards from could release one.
   *
   * <p>Shard {@code s} goes from line {@code s % n} to line {@code s % m}. So two lines have a
   * shard in common exactly if their indexes leave the same remainder by the greatest common
   * divisor of {@code n} and {@code m}: there are as many different successors as that, and each is
   * gathered once.
   *
   * @param old the lines as they are
   * @param count how many lines there shall be
   */
  static Line[] successorsOf(Line[] old, int count, long nowNanos) {
    int divisor = greatestCommonDivisor(old.length, count);
    Line[] fresh = new Line[count];
    for (int i = 0; i < divisor; i++) {
      fresh[i] = new Line(old[i].intervalNanos, old[i].budget, old[i].notBeforeNanos);
      List<Hold> held = new ArrayList<>();
      for (int j = i; j < old.length; j += divisor) {
        fresh[i].carryOver(old[j], nowNanos);
        held.addAll(old[j].holds());
      }
      fresh[i].holds =
          held.stream().filter(hold -> hold.matters(nowNanos)).distinct().toArray(Hold[]::new);
      for (Hold hold : fresh[i].holds) {
        hold.share();
      }
    }
    for (int i = divisor; i < count; i++) {
      Line same = fresh[i % divisor];
      fresh[i] = new Line(same.intervalNanos, same.budget, same.notBeforeNanos);
      fresh[i].carryOver(same, nowNanos);
      fresh[i].holds = same.holds;
    }
    return fresh;
  }

  private void carryOver(Line old, long nowNanos) {
    notBeforeNanos = later(notBeforeNanos, old.notBeforeNanos, nowNanos);
    if (old.hasReleased
        && (!hasReleased || nowNanos - old.lastReleaseNanos < nowNanos - lastReleaseNanos)) {
      lastReleaseNanos = old.lastReleaseNanos;
      hasReleased = true;
    }
  }

  /** Moves everybody who is in one of some lines to its place in others, in order of arrival. */
  static void moveWaiters(Line[] old, Line[] fresh) {
    var firsts =
        new PriorityQueue<Line>(
            old.length, comparingLong(line -> requireNonNull(line.head).arrival));
    for (Line line : old) {
      if (line.head != null) {
        firsts.add(line);
      }
    }
    for (Line line = firsts.poll(); line != null; line = firsts.poll()) {
      Waiter waiter = requireNonNull(line.head);
      line.leave(waiter);
      fresh[(int) (waiter.id % fresh.length)].join(waiter);
      if (line.head != null) {
        firsts.add(line);
      }
    }
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }
}
