package io.github.gatewayqueue.broker.requests;

import org.jspecify.annotations.Nullable;

/**
 * A client that requests a session start, and how it learns the outcome of its request. Most
 * clients get their release only; clients that get more override the methods that do nothing here.
 * What is sent after a client has hung up is lost. Used by the event loop alone, except for {@link
 * #askedNanos} and {@link #takesPlaces}, which never change.
 */
public interface Client {
  /** Returns when its request came in, as {@link System#nanoTime} has it. */
  long askedNanos();

  /** Returns whether it can still be told something. */
  boolean isOpen();

  /**
   * Sets what is run if the client hangs up before its answer is complete; replaces what was set.
   */
  void whenGone(Runnable action);

  /** Returns whether it wants to know its place in line, or its pause before that. */
  default boolean takesPlaces() {
    return false;
  }

  /** Its request waits from now on. */
  default void joined() {}

  /**
   * Tells its place in line, unless it has not read what it was told before.
   *
   * @param bucket the line
   * @param position the place in it, from 1 on
   * @param expectedNanos until its release, or null if nobody knows
   */
  default void place(int bucket, int position, @Nullable Long expectedNanos) {}

  /**
   * Tells that the brake holds its request back, unless it has not read what it was told before.
   *
   * @param starts how many starts of the shard are remembered
   * @param leftNanos until it joins the line
   */
  default void paused(int starts, long leftNanos) {}

  /**
   * Tells that it is released. Unless it holds the start, this is the last.
   *
   * @param held the start that it holds, or null if it does not
   */
  void released(int bucket, long waitedNanos, @Nullable HeldStart held);

  /** Shows a client that holds a start that its connection lives. */
  default void beat() {}

  /** Tells a client that the start it held has run out, or is lost. */
  default void expired(HeldStart held) {}

  /** There is nothing more to tell. */
  default void end() {}

  /** Tells why it is not released, and ends the answer. */
  void refused(Problem problem);

  /** Tells that the broker stops, and ends the answer. */
  void stopping();

  /** Has it ask again, as a client does that has lost its connection. */
  void hangUp();
}
