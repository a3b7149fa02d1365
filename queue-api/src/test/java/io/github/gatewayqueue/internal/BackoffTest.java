package io.github.gatewayqueue.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void after_failuresInARow_doublesUpToTheMost() {
    var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
    RandomGenerator none = () -> 0;
    assertEquals(Duration.ofSeconds(1), backoff.after(1, none));
    assertEquals(Duration.ofSeconds(2), backoff.after(2, none));
    assertEquals(Duration.ofSeconds(32), backoff.after(6, none));
    assertEquals(Duration.ofSeconds(60), backoff.after(7, none));
    assertEquals(Duration.ofSeconds(60), backoff.after(Integer.MAX_VALUE, none));
  }

  @Test
  void after_random_leavesOutAHalfAtMost() {
    var backoff = new Backoff(Duration.ofNanos(1000), Duration.ofDays(1));
    var random = new Random(1);
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 100_000; i++) {
      long nanos = backoff.after(1, random).toNanos();
      least = Math.min(least, nanos);
      most = Math.max(most, nanos);
    }
    assertEquals(500, least);
    assertEquals(1000, most);
    assertTrue(new Backoff(Duration.ofNanos(1), Duration.ofNanos(1)).after(9, random).isPositive());
  }
}
