package io.github.gatewayqueue.jda;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import net.dv8tion.jda.api.utils.SessionController.SessionConnectNode;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the turns that wait, in order of arrival, and those that connect. Guarded by its monitor.
 * The bucket of a shard is never stored, so a change of the concurrency moves all at once.
 */
final class TurnQueue {
  final Map<SessionConnectNode, Turn> waiting = new LinkedHashMap<>();
  final Set<Turn> connecting = new HashSet<>();
  final Map<Integer, Trouble> troubles = new HashMap<>();
  int concurrency = 1;
  boolean someAreUp;
  boolean refused;
  private final long patienceNanos;
  private final long shortestPauseNanos;
  private final long longestPauseNanos;

  TurnQueue(Duration patience, Duration shortestPause, Duration longestPause) {
    patienceNanos = patience.toNanos();
    shortestPauseNanos = shortestPause.toNanos();
    longestPauseNanos = longestPause.toNanos();
  }

  /** What failed in a bucket since the last READY there, and the pause that follows. */
  record Trouble(String what, Level level, long pauseNanos, long untilNanos) {}

  int bucketOf(Turn turn) {
    return turn.node.getShardInfo().getShardId() % concurrency;
  }

  private @Nullable Turn firstOf(int bucket) {
    for (Turn turn : waiting.values()) {
      if (bucketOf(turn) == bucket) {
        return turn;
      }
    }
    return null;
  }

  /** Has the first turn that waits in the bucket of this one look again. No other is woken. */
  void wakeFirst(Turn turn) {
    LockSupport.unpark(firstOf(bucketOf(turn)));
  }

  /** Has all turns that wait start over. */
  void withdrawAll() {
    waiting.values().forEach(Turn::withdraw);
  }

  /** How long until a turn that waits may ask the queue, unless something changes. */
  long delayNanos(Turn turn) {
    int bucket = bucketOf(turn);
    if (firstOf(bucket) != turn) {
      return Long.MAX_VALUE;
    }
    long nowNanos = System.nanoTime();
    Trouble trouble = troubles.get(bucket);
    long delayNanos = trouble == null ? 0 : trouble.untilNanos - nowNanos;
    for (Turn other : connecting) {
      if (bucketOf(other) == bucket) {
        delayNanos = Math.max(delayNanos, other.sinceNanos + patienceNanos - nowNanos);
      }
    }
    return delayNanos;
  }

  /** Has the bucket of a turn pause. */
  Trouble fail(Turn turn, String what) {
    Trouble before = troubles.get(bucketOf(turn));
    long pauseNanos =
        before == null ? shortestPauseNanos : Math.min(2 * before.pauseNanos, longestPauseNanos);
    Level level = before != null && before.what.equals(what) ? Level.DEBUG : Level.WARNING;
    var trouble = new Trouble(what, level, pauseNanos, System.nanoTime() + pauseNanos);
    troubles.put(bucketOf(turn), trouble);
    return trouble;
  }
}
