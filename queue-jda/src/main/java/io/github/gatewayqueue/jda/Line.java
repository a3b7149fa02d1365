package io.github.gatewayqueue.jda;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.utils.SessionController.SessionConnectNode;
import org.jspecify.annotations.Nullable;

/**
 * Who waits to connect, who is about to, and when a bucket may have its next one. Plain state:
 * every method is told what time it is, and callers hold the lock.
 *
 * <p>The bucket of a shard is never stored, but computed whenever somebody looks. So a change of
 * the concurrency moves everybody at once, in order of arrival, and keeps what is known of each
 * shard: a bucket waits for whatever any of the shards did that are in it <em>now</em>.
 */
final class Line {
  private final long spacingNanos;
  private final long patienceNanos;
  private final Duration shortestPause;
  private final Duration longestPause;

  /** In order of arrival. */
  private final Set<SessionConnectNode> waiting = new LinkedHashSet<>();

  private final List<Start> starts = new ArrayList<>();

  /** Until when the shard of this id keeps its bucket from going on, as it has identified. */
  private final Map<Integer, Long> spacedUntilNanos = new HashMap<>();

  /** Until when a bucket pauses after a failure. */
  private final Map<Integer, Long> pausedUntilNanos = new HashMap<>();

  /** Failures in a row, by bucket; none if there is no entry. */
  private final Map<Integer, Integer> failures = new HashMap<>();

  private int concurrency = 1;

  Line(Timing timing) {
    this.spacingNanos = timing.spacing().toNanos();
    this.patienceNanos = timing.patience().toNanos();
    this.shortestPause = timing.shortestPause();
    this.longestPause = timing.longestPause();
  }

  int concurrency() {
    return concurrency;
  }

  void concurrency(int newConcurrency) {
    concurrency = newConcurrency;
    failures.clear(); // they are of buckets that there are no more
    pausedUntilNanos.clear();
  }

  int bucketOf(SessionConnectNode node) {
    return shardId(node) % concurrency;
  }

  private static int shardId(SessionConnectNode node) {
    return node.getShardInfo().getShardId();
  }

  /** Has it wait behind all others, unless it waits already. */
  void add(SessionConnectNode node) {
    waiting.add(node);
  }

  /** Has it wait no more, and not again if it is about to connect and fails. */
  void remove(SessionConnectNode node) {
    waiting.remove(node);
    for (Start start : starts) {
      start.removed |= start.node.equals(node);
    }
  }

  int waiting() {
    return waiting.size();
  }

  /** The one of the bucket that has waited for longest, or null if none does. */
  @Nullable SessionConnectNode first(int bucket) {
    for (SessionConnectNode node : waiting) {
      if (bucketOf(node) == bucket) {
        return node;
      }
    }
    return null;
  }

  /** The buckets in which somebody waits, or is about to connect. */
  Set<Integer> buckets() {
    return Stream.concat(waiting.stream(), starts.stream().map(start -> start.node))
        .map(this::bucketOf)
        .collect(Collectors.toSet());
  }

  /** All who are about to connect. */
  List<Start> starts() {
    return List.copyOf(starts);
  }

  /** Whether the bucket has to wait for somebody who is about to connect, and is not overdue. */
  boolean isHeld(int bucket) {
    return starts.stream().anyMatch(start -> !start.overdue && bucketOf(start.node) == bucket);
  }

  /** How long until the next of the bucket may ask; zero if it may. */
  long quietNanos(int bucket, long nowNanos) {
    Long paused = pausedUntilNanos.get(bucket);
    long spaced = spacedNanos(bucket, nowNanos);
    return paused == null ? spaced : Math.max(spaced, paused - nowNanos);
  }

  /** How long until the next of the bucket may identify; zero if it may. */
  long spacedNanos(int bucket, long nowNanos) {
    spacedUntilNanos.values().removeIf(until -> until - nowNanos <= 0);
    long longest = 0;
    for (Map.Entry<Integer, Long> spaced : spacedUntilNanos.entrySet()) {
      if (spaced.getKey() % concurrency == bucket) {
        longest = Math.max(longest, spaced.getValue() - nowNanos);
      }
    }
    return longest;
  }

  /** Somebody who waits was released. */
  Start begin(SessionConnectNode node, long nowNanos) {
    waiting.remove(node);
    var start = new Start(node, nowNanos);
    starts.add(start);
    return start;
  }

  /** Takes note of the status of somebody's JDA. Returns whether it is overdue since now. */
  boolean observe(Start start, JDA.Status status, long nowNanos) {
    if (isAfterIdentify(status)) {
      identified(start, nowNanos);
      return false;
    }
    if (status == JDA.Status.WAITING_TO_RECONNECT) {
      // It is not stuck, but between two attempts. To go on without it would have both identify
      // whenever Discord is back.
      start.sinceNanos = nowNanos;
      start.overdue = false;
    }
    boolean late = nowNanos - start.sinceNanos >= patienceNanos;
    boolean sinceNow = late && !start.overdue;
    start.overdue |= late;
    return sinceNow;
  }

  static boolean isAfterIdentify(JDA.Status status) {
    return switch (status) {
      case AWAITING_LOGIN_CONFIRMATION, LOADING_SUBSYSTEMS, CONNECTED -> true;
      default -> false;
    };
  }

  /** Whether its IDENTIFY has not been seen, nor its failure. */
  boolean isPending(Start start) {
    return starts.contains(start);
  }

  /** Its IDENTIFY was sent, now at the latest. */
  void identified(Start start, long nowNanos) {
    starts.remove(start);
    failures.remove(bucketOf(start.node));
    spacedUntilNanos.put(shardId(start.node), nowNanos + spacingNanos);
  }

  /** It ended without an IDENTIFY. */
  void ended(Start start) {
    starts.remove(start);
  }

  /** Has the bucket of a failed node keep quiet, and returns for how long. */
  Duration pause(SessionConnectNode node, long nowNanos) {
    int inARow = failures.merge(bucketOf(node), 1, Integer::sum);
    Duration pause = shortestPause;
    for (int i = 1; i < inARow && pause.compareTo(longestPause) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    if (pause.compareTo(longestPause) > 0) {
      pause = longestPause;
    }
    pausedUntilNanos.put(bucketOf(node), nowNanos + pause.toNanos());
    return pause;
  }
}
