package io.github.gatewayqueue.redis;

/**
 * A start that the store holds for a ticket: whether it may be used, and what its caller has
 * reported. The caller and the worker share it. Guarded by itself. Moments are those of {@link
 * System#nanoTime}.
 */
final class Hold {
  private enum Phase {
    HELD,
    IDENTIFIED,
    OVER
  }

  final Ticket ticket;
  final int bucket;

  /** From when on it may be used, by what this process has heard of the bucket. */
  final long usableNanos;

  /** When it times out. */
  final long endNanos;

  private final long freshNanos;
  private final long slackNanos;
  private TwoClockMoment confirmed;
  private Phase phase = Phase.HELD;
  private boolean taken;
  private boolean lost;
  private boolean cancelled;

  /** For the worker alone: whether its ticket knows of it. */
  private boolean offered;

  /** For the worker alone: whether the last word of its use is on its way to the store. */
  private boolean told;

  /** Whether it had run out or was lost when the first word was said. */
  private boolean expired;

  /** When IDENTIFY was sent, or what is as good as that. */
  private long usedNanos;

  /**
   * Creates a hold that the store has just told of.
   *
   * @param confirmed when that answer was asked for
   */
  Hold(
      Ticket ticket,
      int bucket,
      RedisQueueSettings settings,
      TwoClockMoment confirmed,
      long usableNanos,
      long nowNanos) {
    this.ticket = ticket;
    this.bucket = bucket;
    this.usableNanos = usableNanos;
    this.confirmed = confirmed;
    long keptBackNanos = Math.max(0, usableNanos - nowNanos);
    long holdNanos = Math.min(ticket.holdTimeoutNanos, Long.MAX_VALUE - keptBackNanos);
    endNanos = nowNanos + keptBackNanos + holdNanos;
    freshNanos = settings.freshNanos();
    slackNanos = settings.slackNanos();
  }

  boolean isOffered() {
    return offered;
  }

  /** Has its ticket's thread use it. */
  void offer() {
    offered = true;
    ticket.release(this);
  }

  boolean isTold() {
    return told;
  }

  void told() {
    told = true;
  }

  /**
   * The store still holds the start, so it may be used for a while, counted from when the store was
   * asked.
   */
  synchronized void confirm(TwoClockMoment asked) {
    confirmed = asked;
  }

  /**
   * Has the calling thread use it.
   *
   * @return false if it is lost, or it is not certain enough that it is not
   */
  synchronized boolean take() {
    taken = !lost && isFresh();
    return taken;
  }

  /**
   * The start must not be used any more: the store does not hold it, or not for long.
   *
   * @return whether nobody does
   */
  synchronized boolean lose() {
    lost = true;
    return !taken;
  }

  synchronized boolean isTaken() {
    return taken;
  }

  private boolean isFresh() {
    return confirmed.elapsedNanos() < freshNanos;
  }

  /** Returns whether others may have been released before anything was said. */
  synchronized boolean isExpired() {
    return phase == Phase.HELD ? lost || System.nanoTime() - endNanos >= 0 || !isFresh() : expired;
  }

  /**
   * IDENTIFY is being sent.
   *
   * @return whether that is news
   */
  synchronized boolean identified() {
    return hear(Phase.IDENTIFIED, System.nanoTime());
  }

  /**
   * Discord has received the IDENTIFY by now, so no network delay needs to be added.
   *
   * @return whether that is news
   */
  synchronized boolean answered() {
    long earliestNanos = System.nanoTime() - slackNanos;
    boolean news = phase != Phase.OVER;
    if (!hear(Phase.OVER, earliestNanos) && news && earliestNanos - usedNanos < 0) {
      usedNanos = earliestNanos;
    }
    phase = Phase.OVER;
    return news;
  }

  /**
   * No IDENTIFY was sent, and none will be.
   *
   * @return whether that is news
   */
  synchronized boolean cancel() {
    boolean news = hear(Phase.OVER, System.nanoTime());
    cancelled |= news;
    return news;
  }

  /**
   * The start is over. Without a word before, IDENTIFY may have been sent.
   *
   * @return whether that is news
   */
  synchronized boolean close() {
    boolean news = phase != Phase.OVER;
    hear(Phase.OVER, System.nanoTime());
    phase = Phase.OVER;
    return news;
  }

  private boolean hear(Phase next, long nanos) {
    if (phase != Phase.HELD) {
      return false;
    }
    expired = isExpired();
    usedNanos = nanos;
    phase = next;
    return true;
  }

  /** Returns whether nothing was said of it yet. */
  synchronized boolean isOpen() {
    return phase == Phase.HELD;
  }

  /** Returns whether it was cancelled before anything else was said. */
  synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Returns when IDENTIFY was sent, or what is as good as that. */
  synchronized long usedNanos() {
    return usedNanos;
  }

  /**
   * Returns when the worker must look at it if nothing more is reported: it times out, or an answer
   * can no longer make the next start due earlier, and IDENTIFY must be reported.
   */
  synchronized long settleNanos() {
    return switch (phase) {
      case HELD -> endNanos;
      case IDENTIFIED -> usedNanos + slackNanos;
      case OVER -> usedNanos;
    };
  }
}
