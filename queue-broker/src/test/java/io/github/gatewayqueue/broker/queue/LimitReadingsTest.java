package io.github.gatewayqueue.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is remembered of the readings of the queue. */
class LimitReadingsTest {
  private static final SessionStartLimit LIMIT =
      new SessionStartLimit(1000, 500, Duration.ofHours(2), 16);

  /** What readings throw; without one there is a limit. */
  private @Nullable IOException failure;

  private @Nullable GatewayQueueException refusal;

  private final LimitReadings readings = new LimitReadings(this::read, 1);

  private SessionStartLimit read() throws IOException {
    if (failure != null) {
      throw failure;
    }
    if (refusal != null) {
      throw refusal;
    }
    return LIMIT;
  }

  private List<String> problems() {
    return readings.problems(new QueueSnapshot(List.of(), Optional.empty(), 0, List.of()));
  }

  @Test
  void fetch_failsOnce_isAProblemUntilItSucceeds() throws Exception {
    failure = new IOException("answered 503");
    assertThrows(IOException.class, readings::fetch);
    assertEquals(
        List.of("the session start limit could not be read, trying again: answered 503"),
        problems());
    assertNull(readings.readAt());
    assertEquals(1, readings.maxConcurrency());
    failure = null;
    assertEquals(LIMIT, readings.fetch());
    assertEquals(List.of(), problems());
    assertNotNull(readings.readAt());
    assertEquals(16, readings.maxConcurrency());
    assertEquals(1, readings.failed());
  }

  @Test
  void fetch_tokenIsRefused_isTold() {
    refusal = new GatewayQueueException("answered 401");
    assertThrows(GatewayQueueException.class, readings::fetch);
    assertTrue(readings.isRefused());
    assertEquals(
        "answered 401", readings.refused().toCompletableFuture().getNow(null).getMessage());
  }
}
