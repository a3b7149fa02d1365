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
 * absent. Safe for use by many threads.
 */
final class StartNotes {
  private final @Nullable ShardBrake brake;
  private final @Nullable StartRecord record;

  /** The starts of the predecessors, in their order. */
  private final List<StartRecord.Past> before;

  private final BrakePauses pauses = new BrakePauses();

  /** The shard as which the brake counts the processes that have opened the record. */
  private static final long PROCESS = -1;

  /** How long the shards of this process wait, as processes start again and again; until when. */
  private final ShardBrake.Pause process;

  private final long processUntilNanos;

  /** Opens the record, and has the brake count what is in it. */
  StartNotes(Brake brake, @Nullable Path file, long nowNanos) {
    ShardBrake counts = brake == Brake.ON ? new ShardBrake() : null;
    this.brake = counts;
    record = file == null ? null : StartRecord.open(file);
    List<StartRecord.Past> past = record == null ? List.of() : record.past();
    before = past.stream().filter(one -> one.kind() == RecordLine.Kind.START).toList();
    process = counts == null ? ShardBrake.Pause.NONE : replay(counts, past, nowNanos);
    processUntilNanos = nowNanos + process.nanos();
    if (process.nanos() > 0) {
      BrakePauses.warnOfProcess(process);
    }
  }

  /**
   * Has the brake count what is in the record. A process counts if it started a session: one that
   * ends before that, as something else is down, must not be held back for it.
   *
   * @return how long the shards of this process wait
   */
  private static ShardBrake.Pause replay(
      ShardBrake brake, List<StartRecord.Past> past, long nowNanos) {
    ShardBrake.Pause process = ShardBrake.Pause.NONE;
    boolean hasStarted =
        true; // that of a process that began more than a day ago, which is the first
    for (StartRecord.Past one : past) {
      long nanos = nowNanos - one.ageNanos();
      switch (one.kind()) {
        case PROCESS -> {
          process = brake.arrive(PROCESS, nanos);
          hasStarted = false;
        }
        case START -> {
          brake.started(one.shard(), brake.arrive(one.shard(), nanos), nanos);
          if (!hasStarted) {
            brake.started(PROCESS, process, nanos);
          }
          hasStarted = true;
        }
        default -> brake.arrive(one.shard(), nanos);
      }
    }
    return process;
  }

  /** Returns whether nobody wants to know of starts. */
  boolean areUnwanted() {
    return brake == null && record == null;
  }

  /** Tells a budget of the predecessors' starts: those that Discord may not have counted yet. */
  void tell(Budget budget, long nowNanos) {
    for (StartRecord.Past start : before) {
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
  private static long usedNanos(StartRecord.Past start, long nowNanos) {
    return nowNanos - Math.max(0, start.ageNanos() - start.holdNanos());
  }

  /** Has a shard wait that starts again and again, or whose processes do. */
  ShardBrake.Pause pause(long id, long total) throws InterruptedException {
    if (brake == null) {
      return ShardBrake.Pause.NONE;
    }
    long nowNanos = System.nanoTime();
    ShardBrake.Pause pause = brake.arrive(id, nowNanos);
    if (pause.isNews() && record != null) {
      record.paused(id);
    }
    long processNanos = processUntilNanos - nowNanos;
    if (processNanos > pause.nanos()) {
      pauses.await(id, total, pause, process.starts(), processNanos);
    } else if (pause.nanos() > 0) {
      pauses.await(id, total, pause, pause.starts(), pause.nanos());
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
