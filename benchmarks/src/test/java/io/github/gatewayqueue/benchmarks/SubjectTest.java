package io.github.gatewayqueue.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SubjectTest {
  private static final Duration INTERVAL = Duration.ofMillis(50);

  @AfterAll
  static void stopRedis() {
    Peers.stopRedis();
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"BARE", "SEMAPHORE"})
  void acquire_threeTimes_takesAnIntervalAtLeast(Subject subject) throws InterruptedException {
    Duration interval = subject.intervalFor(INTERVAL);
    boolean fixed = Subject.FIXED.contains(subject);
    try (Pacer pacer = subject.open(1, INTERVAL)) {
      long beginNanos = System.nanoTime();
      for (int i = 0; i < (fixed ? 2 : 3); i++) {
        pacer.acquire(0);
      }
      // Some let the second one go early, after which the third one waits for the full interval.
      // Two milliseconds are for those that count in milliseconds of the wall clock.
      long leastNanos = subject.isOurs() ? 2 * interval.toNanos() : interval.toNanos() - 2_000_000;
      assertTrue(System.nanoTime() - beginNanos >= leastNanos, subject.title);
    }
  }

  /** Guava's is not interrupted, and Redisson gives no promise. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"GUAVA", "REDISSON"})
  void acquire_interruptedWhileItWaits_throws(Subject subject) throws InterruptedException {
    try (Pacer pacer = subject.open(1, Duration.ofHours(1))) {
      pacer.holdUp();
      boolean[] thrown = new boolean[1];
      Crowd crowd =
          new Crowd(
              1,
              i -> {
                try {
                  pacer.acquire(0);
                } catch (InterruptedException e) {
                  thrown[0] = true;
                }
              });
      crowd.start();
      crowd.awaitWaiting();
      crowd.interruptAll();
      crowd.join();
      assertTrue(thrown[0]);
    }
  }

  @Test
  void open_bucketsOfSomethingWithoutThem_throws() {
    assertFalse(Subject.GUAVA.hasBuckets());
    assertThrows(IllegalArgumentException.class, () -> Subject.GUAVA.open(2, INTERVAL));
  }

  @Test
  void intervalFor_constant_isThatConstant() {
    assertEquals(Duration.ofSeconds(5), Subject.JDA.intervalFor(INTERVAL));
    assertEquals(INTERVAL, Subject.LOCAL.intervalFor(INTERVAL));
  }
}
