package io.github.gatewayqueue.large;

import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.local.engine.StackReserve;
import org.jspecify.annotations.Nullable;

/** A start that was noted by the brake and in the record, unless it is cancelled. */
final class NotedStart implements SessionStart {
  private final StartNotes notes;
  private final long id;
  private final ShardBrake.Pause pause;
  private SessionStart start;
  private long startedNanos;
  private @Nullable RecordLine line;

  /** Set by whatever is said first: what is said later changes nothing. */
  private boolean over;

  /** Created before the release: nothing may fail after it. */
  @SuppressWarnings("NullAway.Init") // released() is called before anybody else gets hold of this
  NotedStart(StartNotes notes, long id, ShardBrake.Pause pause) {
    this.notes = notes;
    this.id = id;
    this.pause = pause;
  }

  NotedStart released(SessionStart start, long startedNanos, @Nullable RecordLine line) {
    this.start = start;
    this.startedNanos = startedNanos;
    this.line = line;
    return this;
  }

  @Override
  public void identified() {
    isFirst();
    start.identified();
  }

  @Override
  public void answered() {
    isFirst();
    start.answered();
  }

  @Override
  public void cancel() {
    if (isFirst() && !start.isExpired()) {
      notes.cancelled(id, pause, startedNanos, line);
    }
    start.cancel();
  }

  @Override
  public boolean isExpired() {
    return start.isExpired();
  }

  @Override
  public void close() {
    isFirst();
    start.close();
  }

  private synchronized boolean isFirst() {
    StackReserve.require(); // or this would be over, and the start held
    boolean first = !over;
    over = true;
    return first;
  }
}
