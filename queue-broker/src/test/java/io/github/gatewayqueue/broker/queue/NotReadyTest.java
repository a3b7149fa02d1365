package io.github.gatewayqueue.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.QueueSnapshot.Bucket;
import io.github.gatewayqueue.QueueSnapshot.Hold;
import io.github.gatewayqueue.SessionStartLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NotReadyTest {
  private static final Instant NOW = Instant.EPOCH;
  private static final Duration DAY = Duration.ofHours(23);
  private static final Bucket HELD = new Bucket(0, NOW, null, List.of(new Hold(3, NOW)));
  private static final SessionStartLimit MUCH = new SessionStartLimit(1000, 900, DAY, 1);
  private static final SessionStartLimit RESERVE = new SessionStartLimit(1000, 1, DAY, 1);

  private static Bucket free(Duration untilNext) {
    return new Bucket(1, null, NOW.plus(untilNext), List.of());
  }

  private static @Nullable NotReady of(@Nullable SessionStartLimit limit, Bucket... buckets) {
    return NotReady.of(
        new QueueSnapshot(List.of(buckets), Optional.ofNullable(limit), 0, List.of()), 1, NOW);
  }

  @Test
  void of_nextReleaseIsNotKnown_limitUnknown() {
    assertEquals(NotReady.LIMIT_UNKNOWN, of(null, new Bucket(0, null, null, List.of())));
    assertEquals(NotReady.LIMIT_UNKNOWN, of(MUCH, HELD, new Bucket(0, NOW, null, List.of())));
  }

  @Test
  void of_bucketsHoldStarts_ready() {
    assertNull(of(MUCH, HELD));
    assertNull(of(null, HELD));
    assertNull(of(RESERVE, HELD, HELD));
    assertNull(of(MUCH, HELD, free(Duration.ZERO)));
  }

  @Test
  void of_usedUpForMoreThanAMinute_exhausted() {
    assertEquals(NotReady.EXHAUSTED, of(RESERVE, free(DAY)));
    assertEquals(NotReady.EXHAUSTED, of(RESERVE, HELD, free(DAY), free(DAY)));
    assertEquals(NotReady.EXHAUSTED, of(RESERVE, free(Duration.ofSeconds(61))));
  }

  @Test
  void of_usedUpForAMinute_ready() {
    assertNull(of(RESERVE, free(Duration.ofSeconds(60))));
    assertNull(of(RESERVE, free(DAY), free(Duration.ZERO)));
  }

  @Test
  void of_longInterval_ready() {
    assertNull(of(MUCH, free(DAY)));
    assertNull(of(null, free(DAY)));
  }
}
