package io.github.gatewayqueue.broker.requests;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The starts of the last hour, at most {@value #MAX_STARTS}, and which shards started again and
 * again. Not safe for use by many threads.
 */
public final class LastHour {
  /** A shard that starts more often has more wrong with it than its connection. */
  static final int USUAL_STARTS = 5;

  static final int MAX_STARTS = 100_000;
  private static final int MAX_SHOWN = 20;
  private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();

  /** A shard of a bot with so many: after a change of the total it is another one. */
  public record Shard(long shard, long total) {}

  /** A shard that started more than {@link #USUAL_STARTS} times within the last hour. */
  public record Restarting(Shard shard, int starts) {}

  private record Start(@Nullable Shard shard, long atNanos) {}

  /** Oldest first. */
  private final Deque<Start> starts = new ArrayDeque<>();

  private final Map<Shard, Integer> counts = new HashMap<>();

  /**
   * Counts a start.
   *
   * @param shard which shard it was, or null if its client named none
   */
  void started(@Nullable Shard shard, long nowNanos) {
    forget(nowNanos);
    if (starts.size() == MAX_STARTS) {
      forgetFirst();
    }
    starts.addLast(new Start(shard, nowNanos));
    if (shard != null) {
      counts.merge(shard, 1, Integer::sum);
    }
  }

  int starts(long nowNanos) {
    forget(nowNanos);
    return starts.size();
  }

  /** Returns those that started most often first, at most {@value #MAX_SHOWN}. */
  List<Restarting> restarting(long nowNanos) {
    forget(nowNanos);
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() > USUAL_STARTS)
        .map(entry -> new Restarting(entry.getKey(), entry.getValue()))
        .sorted(
            Comparator.comparingInt(Restarting::starts)
                .reversed()
                .thenComparingLong(restarting -> restarting.shard.shard))
        .limit(MAX_SHOWN)
        .toList();
  }

  private void forget(long nowNanos) {
    while (!starts.isEmpty() && nowNanos - starts.getFirst().atNanos >= HOUR_NANOS) {
      forgetFirst();
    }
  }

  private void forgetFirst() {
    Shard shard = starts.removeFirst().shard;
    if (shard != null) {
      counts.computeIfPresent(shard, (same, count) -> count == 1 ? null : count - 1);
    }
  }
}
