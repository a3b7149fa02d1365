package io.github.gatewayqueue.local.engine;

import java.util.OptionalLong;

/**
 * A start that was released and is held until its outcome is reported: what was reported, and when
 * the next start of its bucket is due because of it. Moments are handed in, as values of {@link
 * System#nanoTime}; two of them are compared by their difference only.
 *
 * <p>A hold that times out needs no timer, and no change of state: unless something is reported,
 * the next start is due an interval after the hold's end.
 *
 * <p>Guarded by itself, because after a resize the lines of several buckets may wait for one start.
 */
final class Hold {
  private enum Phase {
    HELD,
    IDENTIFIED,
    OVER
  }

  final long shard;
  final long total;

  private final long holdNanos;
  private final long intervalNanos;

  private Phase phase = Phase.HELD;
  private long releaseNanos;
  private long notBeforeNanos;
  private boolean expired;
  private boolean expiryTold;
  private boolean shared;

  /**
   * Creates a start that is not released yet.
   *
   * @param holdNanos how long it is held at most
   * @param intervalNanos how long after IDENTIFY the next one may go
   */
  Hold(long shard, long total, long holdNanos, long intervalNanos) {
    this.shard = shard;
    this.total = total;
    this.holdNanos = holdNanos;
    this.intervalNanos = intervalNanos;
  }

  long holdNanos() {
    return holdNanos;
  }

  synchronized long releaseNanos() {
    return releaseNanos;
  }

  synchronized void release(long nowNanos) {
    releaseNanos = nowNanos;
    notBeforeNanos = nowNanos + Math.min(holdNanos, Long.MAX_VALUE - intervalNanos) + intervalNanos;
  }

  /**
   * Takes note that IDENTIFY is being sent. After the hold has timed out, this delays the next
   * start.
   *
   * @return whether this is the first that is said of it
   */
  synchronized boolean identified(long nowNanos) {
    boolean first = hear(nowNanos);
    if (first) {
      phase = Phase.IDENTIFIED;
      notBeforeNanos = nowNanos + intervalNanos;
    }
    return first;
  }

  /**
   * Records that Discord has received the IDENTIFY. No slack for the network is needed.
   *
   * @return whether this is the first that is said of it
   */
  synchronized boolean answered(long nowNanos) {
    boolean first = hear(nowNanos);
    long dueNanos = nowNanos + intervalNanos - slackNanos();
    boolean sooner = dueNanos - notBeforeNanos < 0;
    boolean putsOff = first && expired; // others may have been released
    if (phase != Phase.OVER && sooner != putsOff) {
      notBeforeNanos = dueNanos;
    }
    phase = Phase.OVER;
    return first;
  }

  /**
   * Takes note that there is no IDENTIFY and will be none.
   *
   * @return whether the start is given back; not if it was used, or has run out
   */
  synchronized boolean cancel(long nowNanos) {
    if (!hear(nowNanos)) {
      return false;
    }
    phase = Phase.OVER;
    if (!expired) {
      notBeforeNanos = releaseNanos; // it was due then
    }
    return !expired;
  }

  /**
   * Takes note that the start is over. Without a word before, IDENTIFY may have been sent.
   *
   * @return whether this is the first that is said of it
   */
  synchronized boolean close(long nowNanos) {
    boolean first = identified(nowNanos);
    phase = Phase.OVER;
    return first;
  }

  private boolean hear(long nowNanos) {
    boolean first = phase == Phase.HELD;
    if (first) {
      expired = hasRunOut(nowNanos);
    }
    return first;
  }

  /** Returns whether the hold ran out before anything was said. */
  synchronized boolean isExpired(long nowNanos) {
    return expired || (phase == Phase.HELD && hasRunOut(nowNanos));
  }

  /** Returns whether the hold has run out and nobody was told so; once. */
  synchronized boolean tellExpiry(long nowNanos) {
    boolean tell = !expiryTold && isExpired(nowNanos);
    expiryTold |= tell;
    return tell;
  }

  /** Takes note that lines of several buckets wait for it. */
  synchronized void share() {
    shared = true;
  }

  synchronized boolean isShared() {
    return shared;
  }

  /** Returns when the next start may go on account of this one, as far as is known. */
  synchronized long notBeforeNanos() {
    return notBeforeNanos;
  }

  /** Returns whether a line may not forget it yet. */
  synchronized boolean matters(long nowNanos) {
    return notBeforeNanos - nowNanos > 0 || (!expiryTold && isExpired(nowNanos));
  }

  /** Returns how long until it runs out, if that is still to come. */
  synchronized OptionalLong runsOutInNanos(long nowNanos) {
    return phase == Phase.HELD && !hasRunOut(nowNanos)
        ? OptionalLong.of(releaseNanos + holdNanos - nowNanos)
        : OptionalLong.empty();
  }

  /** What the interval has over Discord's own five seconds, if it is the usual one. */
  private long slackNanos() {
    return intervalNanos / 6;
  }

  private boolean hasRunOut(long nowNanos) {
    return nowNanos - releaseNanos >= holdNanos;
  }
}
