package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.SessionStart;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A start that was released, until it is known what became of it. The thread that stood in line for
 * it waits for that and tells the queue, whose locks are not for the event loop; the event loop
 * passes on what is said.
 */
final class HeldStart {
  /** What is said of a start, or what is as good as that. */
  enum Word {
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

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_BYTES = 16;

  /** For how long after its end something may still be said of it. */
  static final Duration REMEMBERED = Duration.ofMinutes(1);

  /** A random name, which is told to its client and to nobody else. */
  final String id = randomId();

  private final SessionStart start;
  private final long endNanos;
  private final long slackNanos;
  private final BlockingQueue<Word> words = new LinkedBlockingQueue<>();

  /** A start that was released just now. */
  HeldStart(SessionStart start, Duration hold, Duration interval) {
    this.start = start;
    endNanos = System.nanoTime() + hold.toNanos();
    slackNanos = interval.toNanos() / 6;
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

  /** Returns for how long it is held if nothing is said, at least 0. */
  long leftNanos() {
    return isExpired() ? 0 : Math.max(0, endNanos - System.nanoTime());
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
    Word word = next(endNanos - System.nanoTime());
    if (word != null) {
      tell(word);
      return;
    }
    expired.run();
    word = next(REMEMBERED.toNanos());
    if (word == Word.IDENTIFIED || word == Word.ANSWERED) {
      tell(word); // others may have been released, so this puts the next one off
    }
  }

  private void tell(Word word) {
    switch (word) {
      case CANCELLED -> start.cancel();
      case ANSWERED -> start.answered();
      case IDENTIFIED, LOST -> {
        start.identified();
        if (isAnswered()) {
          start.answered();
        }
      }
      case EXPIRED, CLOSED -> {}
    }
    start.close();
  }

  /** Waits for the answer as long as it makes the next start due sooner. */
  private boolean isAnswered() {
    long untilNanos = System.nanoTime() + slackNanos;
    Word word = Word.IDENTIFIED;
    while (word == Word.IDENTIFIED || word == Word.CANCELLED) { // said twice, or too late
      word = next(untilNanos - System.nanoTime());
    }
    return word == Word.ANSWERED;
  }

  /** Waits for a word. An interrupt is of no account: a client that hangs up has a word for it. */
  private @Nullable Word next(long nanos) {
    long untilNanos = System.nanoTime() + nanos;
    while (true) {
      try {
        return words.poll(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        // goes on waiting
      }
    }
  }
}
