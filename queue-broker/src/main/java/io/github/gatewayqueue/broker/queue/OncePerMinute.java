package io.github.gatewayqueue.broker.queue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Limits warnings of one kind to one a minute. Used by one thread. */
public final class OncePerMinute {
  private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

  private @Nullable Long lastNanos;

  /** Returns whether it is time to warn, and takes it that this is done then. */
  public boolean isDue(long nowNanos) {
    if (lastNanos != null && nowNanos - lastNanos < PERIOD_NANOS) {
      return false;
    }
    lastNanos = nowNanos;
    return true;
  }
}
