package io.github.gatewayqueue.redis;

import java.util.HashMap;
import java.util.Map;

/**
 * The last start of each bucket, and when this process learned of it, on its own monotonic clock.
 * This is the second clock by which starts are spaced, because the store's can be set. Used by one
 * thread.
 */
final class ObservedUses {
  private final long intervalNanos;
  private final long startDelayNanos;
  private final Map<Integer, Use> uses = new HashMap<>();

  /** Before which nothing is used in a bucket of which no use was heard. */
  private long baseNanos;

  private boolean heardAny;
  private long latestNanos;

  /**
   * A bucket's last use.
   *
   * @param moment when it was by the store's clock: which one it is
   * @param nanos when it was by this process's clock, at the latest
   */
  private record Use(long moment, long nanos) {}

  ObservedUses(long intervalNanos, long startDelayNanos) {
    this.intervalNanos = intervalNanos;
    this.startDelayNanos = startDelayNanos;
  }

  /** The store does not know of any use; this process may. */
  void begin(long nowNanos) {
    uses.clear();
    baseNanos = nowNanos + startDelayNanos;
    if (heardAny && latestNanos + intervalNanos - baseNanos > 0) {
      baseNanos = latestNanos + intervalNanos;
    }
  }

  /** The buckets are others. */
  void forget() {
    uses.clear();
  }

  /**
   * Hears of a bucket's last use.
   *
   * @param moment when it was by the store's clock, 0 for none
   * @param nanos when it was by this process's clock, at the latest
   */
  void hear(int bucket, long moment, long nanos) {
    Use known = uses.get(bucket);
    boolean news = moment > 0 && (known == null || known.moment < moment);
    boolean better = known != null && known.moment == moment && nanos - known.nanos < 0;
    if (news || better) {
      uses.put(bucket, new Use(moment, nanos));
    }
    if (news && (!heardAny || nanos - latestNanos > 0)) {
      heardAny = true;
      latestNanos = nanos;
    }
  }

  /** Returns the moment before which no start of the bucket may be used. */
  long notBeforeNanos(int bucket) {
    Use last = uses.get(bucket);
    return last == null ? baseNanos : last.nanos + intervalNanos;
  }
}
