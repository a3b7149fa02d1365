package io.github.gatewayqueue.broker.requests;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The starts of the last 24 hours, and what was left of the session starts, in slots of ten
 * minutes. The clock only goes forward, so setting the wall clock moves nothing. Not safe for use
 * by many threads.
 */
public final class LastDay {
  public static final Duration SLOT = Duration.ofMinutes(10);

  /** 24 hours, and the slot that has not ended. */
  public static final int MAX_SLOTS = (int) Duration.ofDays(1).dividedBy(SLOT) + 1;

  /**
   * What happened within ten minutes.
   *
   * @param remaining the session starts left when they were last looked at, null if never
   */
  public record Slot(int starts, @Nullable Integer remaining) {
    static final Slot EMPTY = new Slot(0, null);
  }

  /**
   * How it stands.
   *
   * @param beganNanos when the first slot began
   * @param slots without gaps, oldest first; the last one has not ended
   */
  record View(long beganNanos, List<Slot> slots) {}

  /** Oldest first, at least one. */
  private final Deque<Slot> slots = new ArrayDeque<>();

  /** When the last slot began. */
  private long beganNanos;

  LastDay(long nowNanos) {
    beganNanos = nowNanos;
    slots.add(Slot.EMPTY);
  }

  void started(long nowNanos) {
    Slot slot = takeLast(nowNanos);
    slots.addLast(new Slot(slot.starts + 1, slot.remaining));
  }

  void remaining(int remaining, long nowNanos) {
    Slot slot = takeLast(nowNanos);
    slots.addLast(new Slot(slot.starts, remaining));
  }

  View view(long nowNanos) {
    advance(nowNanos);
    return new View(beganNanos - (slots.size() - 1) * SLOT.toNanos(), List.copyOf(slots));
  }

  private Slot takeLast(long nowNanos) {
    advance(nowNanos);
    return slots.removeLast();
  }

  private void advance(long nowNanos) {
    long ended = (nowNanos - beganNanos) / SLOT.toNanos();
    beganNanos += ended * SLOT.toNanos();
    for (long i = Math.min(ended, MAX_SLOTS); i > 0; i--) {
      slots.addLast(Slot.EMPTY);
      if (slots.size() > MAX_SLOTS) {
        slots.removeFirst();
      }
    }
  }
}
