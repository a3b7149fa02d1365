package io.github.gatewayqueue.testsupport;

import io.github.gatewayqueue.SessionStart;

/** A start that records the calls on it, and passes them on. */
public abstract class WatchedStart implements SessionStart {
  public final long id;
  public final long releasedNanos = System.nanoTime();
  private final SessionStart start;

  protected WatchedStart(long id, SessionStart start) {
    this.id = id;
    this.start = start;
  }

  /** Notes a word: identified, answered, cancelled or closed. */
  protected abstract void say(String word);

  @Override
  public final void identified() {
    say("identified");
    start.identified();
  }

  @Override
  public final void answered() {
    say("answered");
    start.answered();
  }

  @Override
  public final void cancel() {
    say("cancelled");
    start.cancel();
  }

  @Override
  public final boolean isExpired() {
    return start.isExpired();
  }

  @Override
  public final void close() {
    say("closed");
    start.close();
  }
}
