package io.github.gatewayqueue.broker.requests;

import static java.util.Objects.requireNonNullElse;

import io.github.gatewayqueue.SessionStart;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A start that was released, until its outcome is known. The virtual thread that stood in line for
 * it waits for the outcome and reports it to the queue, because the event loop must not wait for
 * the queue's locks. The event loop passes on what the client reports.
 */
public final class HeldStart {
  /** What is said of a start, or what is as good as that. */
  public enum Word {
    IDENTIFIED,
    ANSWERED,
    CANCELLED,
    /** Its client hung up without a word: silence means sent. */
    LOST,
    /** Nobody has said anything in time. */
    EXPIRED,
    /** Nothing more can come: its client cannot say anything, or the broker stops. */
    CLOSED
  }

  /** What is heard of a start that has run out: it puts the next one off. */
  private static final Set<Word> LATE = EnumSet.of(Word.IDENTIFIED, Word.ANSWERED, Word.CLOSED);

  private static final Set<Word> ANSWER = EnumSet.of(Word.ANSWERED, Word.CLOSED);

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_BYTES = 16;

  /** How much longer the queue holds it than its client is told: it takes time to tell it. */
  static final Duration SPARE = Duration.ofSeconds(1);

  /** For how long a client that was hung up on may not know it, and identify. */
  private static final Duration UNAWARE = Duration.ofSeconds(3);

  /** For how long after its end something may still be said of it. */
  static final Duration REMEMBERED = Duration.ofMinutes(1);

  final ShardQuery shard;

  private final SessionStart start;
  private final long holdNanos;
  private final long endNanos;
  private final long slackNanos;
  private final BlockingQueue<Word> words = new LinkedBlockingQueue<>();
  private @Nullable String id;

  /** Null if it does not hold this, or was told the last. For the event loop, as what follows. */
  @Nullable Client client;

  /** Something was said of this, or it ran out. */
  boolean isOver;

  long overNanos;

  /**
   * Creates a start that was released just now.
   *
   * @param hold how long its client holds it at most, {@link #SPARE} less than the queue
   */
  HeldStart(ShardQuery shard, SessionStart start, Duration hold, Duration interval) {
    this.shard = shard;
    this.start = start;
    holdNanos = hold.toNanos();
    endNanos = System.nanoTime() + holdNanos + SPARE.toNanos();
    slackNanos = interval.toNanos() / 6;
  }

  /** Returns a random name, which is told to its client alone. For the event loop. */
  public String id() {
    if (id == null) {
      id = randomId();
    }
    return id;
  }

  private static String randomId() {
    byte[] bytes = new byte[ID_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns whether it ran out, or the queue has lost it. */
  boolean isExpired() {
    return start.isExpired();
  }

  /** Returns for how long its client still holds it if nothing is said, at least 0. */
  public long leftNanos() {
    return isOver || isExpired() ? 0 : Math.clamp(endNanos - System.nanoTime(), 0, holdNanos);
  }

  void say(Word word) {
    words.add(word);
  }

  /**
   * Tells the queue what is said, once it is; returns when nothing more can be of use.
   *
   * @param expired run if the hold runs out before anything is said
   */
  void tellQueue(Runnable expired) {
    Word word = next(endNanos - System.nanoTime(), EnumSet.allOf(Word.class));
    if (word == Word.LOST) {
      long nanos = Math.min(UNAWARE.toNanos(), endNanos - System.nanoTime());
      word = requireNonNullElse(next(nanos, EnumSet.complementOf(EnumSet.of(Word.LOST))), word);
    }
    if (word == null) {
      expired.run();
      word = next(REMEMBERED.toNanos(), LATE);
      if (word == null || word == Word.CLOSED) {
        return; // others may have been released: what is said now would put the next one off
      }
    }
    switch (word) {
      case CANCELLED -> start.cancel();
      case ANSWERED -> start.answered();
      case IDENTIFIED, LOST -> {
        start.identified();
        // later, an answer would not make the next one due sooner than the interval does
        if (next(slackNanos, ANSWER) == Word.ANSWERED) {
          start.answered();
        }
      }
      case EXPIRED, CLOSED -> {}
    }
    start.close();
  }

  /** Waits for one of these words, and ignores others. A hang-up is a word, and no interrupt. */
  private @Nullable Word next(long nanos, Set<Word> expected) {
    long untilNanos = System.nanoTime() + nanos;
    while (true) {
      try {
        Word word = words.poll(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (word == null || expected.contains(word)) {
          return word;
        }
      } catch (InterruptedException e) {
        // goes on waiting
      }
    }
  }
}
