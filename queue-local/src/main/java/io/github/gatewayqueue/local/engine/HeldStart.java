package io.github.gatewayqueue.local.engine;

import io.github.gatewayqueue.SessionStart;

/**
 * The {@link SessionStart} of a caller, with the buckets that must learn of its calls. It reads the
 * clock under the hold's monitor, so a later call has a later time.
 */
final class HeldStart implements SessionStart {
  private final Buckets buckets;
  private final Hold hold;

  HeldStart(Buckets buckets, Hold hold) {
    this.buckets = buckets;
    this.hold = hold;
  }

  private interface Word {
    boolean isFirst(Hold hold, long nowNanos);
  }

  @Override
  public void identified() {
    use(Hold::identified);
  }

  @Override
  public void answered() {
    use(Hold::answered);
  }

  @Override
  public void close() {
    use(Hold::close);
  }

  private void use(Word word) {
    StackReserve.require();
    long nowNanos;
    boolean first;
    synchronized (hold) {
      nowNanos = System.nanoTime();
      first = word.isFirst(hold, nowNanos);
    }
    if (first) {
      buckets.used(hold, nowNanos);
    }
    buckets.hear(hold);
  }

  @Override
  public void cancel() {
    StackReserve.require();
    boolean givenBack;
    synchronized (hold) {
      givenBack = hold.cancel(System.nanoTime());
    }
    if (givenBack) {
      buckets.takeBack(hold);
    }
  }

  @Override
  public boolean isExpired() {
    return hold.isExpired(System.nanoTime());
  }

  @Override
  public String toString() {
    return "SessionStart[shard " + hold.shard + " of " + hold.total + "]";
  }
}
