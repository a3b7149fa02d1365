package io.github.gatewayqueue.large;

import io.github.gatewayqueue.Brake;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a queue knows of the starts that it and its predecessors have released: the brake, which
 * counts them by shard, and the record, from which the next process learns of them. Either may be
 * missing. Safe for use by many threads.
 */
final class StartNotes {
  private final @Nullable ShardBrake brake;
  private final @Nullable StartRecord record;

  /** Those of the predecessors, in their order. */
  private final List<StartRecord.Start> before;

  private final BrakePauses pauses = new BrakePauses();

  /** The shard as which the brake counts the processes that have opened the record. */
  private static final long PROCESS = -1;

  /** Until when the shards of this process wait, as processes start again and again. */
  private final long processUntilNanos;

  /** Opens the record, and has the brake count what is in it. */
  StartNotes(Brake brake, @Nullable Path file, long nowNanos) {
    this.brake = brake == Brake.ON ? new ShardBrake() : null;
    record = file == null ? null : StartRecord.open(file);
    before = record == null ? List.of() : record.starts();
    before.forEach(start -> replay(start.shard(), nowNanos - start.ageNanos()));
    ShardBrake.Pause process = ShardBrake.Pause.NONE;
    if (record != null) {
      for (long ageNanos : record.processAgesNanos()) {
        process = replay(PROCESS, nowNanos - ageNanos);
      }
    }
    processUntilNanos = nowNanos + process.nanos();
    if (process.nanos() > 0) {
      BrakePauses.warnOfProcess(process);
    }
  }

  private ShardBrake.Pause replay(long id, long startedNanos) {
    if (brake == null) {
      return ShardBrake.Pause.NONE;
    }
    ShardBrake.Pause pause = brake.arrive(id, startedNanos);
    brake.started(id, pause, startedNanos);
    return pause;
  }

  /** Returns whether nobody wants to know of starts. */
  boolean areUnwanted() {
    return brake == null && record == null;
  }

  /** Tells a budget of the predecessors' starts: those that Discord may not have counted yet. */
  void tell(Budget budget, long nowNanos) {
    for (StartRecord.Start start : before) {
      budget.remember(nowNanos - start.ageNanos(), usedNanos(start, nowNanos), nowNanos);
    }
  }

  /** Returns when the predecessors' last start was used, at the latest. */
  OptionalLong lastUsedNanos(long nowNanos) {
    return before.stream()
        .mapToLong(start -> usedNanos(start, nowNanos))
        .reduce((a, b) -> b - a > 0 ? b : a);
  }

  /** It may have been used as long as it was held, but not after the process had ended. */
  private static long usedNanos(StartRecord.Start start, long nowNanos) {
    return nowNanos - Math.max(0, start.ageNanos() - start.holdNanos());
  }

  /** Has a shard wait that starts again and again, or whose processes do. */
  ShardBrake.Pause pause(long id, long total) throws InterruptedException {
    if (brake == null) {
      return ShardBrake.Pause.NONE;
    }
    long nowNanos = System.nanoTime();
    ShardBrake.Pause pause = brake.arrive(id, nowNanos);
    long pauseNanos = Math.max(pause.nanos(), processUntilNanos - nowNanos);
    if (pauseNanos > 0) {
      pauses.await(id, total, pause, pauseNanos);
    }
    return pause;
  }

  /** Takes note of a release. */
  @Nullable RecordLine started(
      long id, int bucket, Duration holdTimeout, ShardBrake.Pause pause, long nowNanos) {
    if (brake != null) {
      brake.started(id, pause, nowNanos);
    }
    return record == null ? null : record.started(id, bucket, holdTimeout);
  }

  /** Takes note that a start was given back, which was none then. */
  void cancelled(long id, ShardBrake.Pause pause, long startedNanos, @Nullable RecordLine line) {
    if (brake != null) {
      brake.cancelled(id, pause, startedNanos);
    }
    if (record != null) {
      record.cancelled(line);
    }
  }

  BrakePauses pauses() {
    return pauses;
  }
}
