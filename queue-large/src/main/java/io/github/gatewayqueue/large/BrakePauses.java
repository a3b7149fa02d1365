package io.github.gatewayqueue.large;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.internal.PauseEvent;
import io.github.gatewayqueue.local.engine.BackgroundLogger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Delays the requests of shards that start again and again, and reports them. Safe for use by many
 * threads.
 */
final class BrakePauses {
  private static final BackgroundLogger LOGGER =
      new BackgroundLogger(System.getLogger("io.github.gatewayqueue.large"));

  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

  /** One for each request: two of the same shard may wait until the same moment. */
  private static final class Waiting {
    final long shard;
    final int starts;
    final long untilNanos;

    Waiting(long shard, int starts, long untilNanos) {
      this.shard = shard;
      this.starts = starts;
      this.untilNanos = untilNanos;
    }
  }

  static void warnOfProcess(ShardBrake.Pause pause) {
    Duration time = Duration.ofNanos(pause.nanos());
    LOGGER.log(
        WARNING,
        () ->
            "the process starts again and again, %s times so far: its shards wait %s before they"
                    .formatted(pause.starts() + 1, DurationText.measured(time))
                + " join their lines");
  }

  /**
   * Waits so long, which may be longer than the pause of the shard.
   *
   * @param starts how many starts of the shard are remembered or, if that is why it waits, of how
   *     many processes
   */
  void await(long id, long total, ShardBrake.Pause pause, int starts, long nanos)
      throws InterruptedException {
    if (pause.isNews()) {
      Duration time = Duration.ofNanos(pause.nanos());
      LOGGER.log(
          WARNING,
          () ->
              "shard %s of %s starts again and again, %s times so far: it waits %s before it joins"
                      .formatted(id, total, pause.starts(), DurationText.measured(time))
                  + " the line");
    }
    PauseEvent event = PauseEvent.begin(id, total, starts);
    long untilNanos = System.nanoTime() + nanos;
    Waiting paused = new Waiting(id, starts, untilNanos);
    waiting.add(paused);
    try {
      for (long left = nanos; left > 0; left = untilNanos - System.nanoTime()) {
        Thread.sleep(Duration.ofNanos(left));
      }
    } finally {
      waiting.remove(paused);
      event.commit();
    }
  }

  int count() {
    return waiting.size();
  }

  /** Returns who waits, the one that goes on first at the head. */
  List<QueueSnapshot.Pause> snapshot(Instant now, long nowNanos) {
    List<QueueSnapshot.Pause> pauses = new ArrayList<>();
    for (Waiting paused : waiting) {
      pauses.add(
          new QueueSnapshot.Pause(
              paused.shard, paused.starts, now.plusNanos(paused.untilNanos - nowNanos)));
    }
    pauses.sort(Comparator.comparing(QueueSnapshot.Pause::until));
    return pauses;
  }
}
