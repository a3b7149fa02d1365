package io.github.gatewayqueue.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.LargeBotQueueSnapshot;
import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The first reading, before the start delay, and those of the queue. */
class LimitReadingsTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final SessionStartLimit LIMIT =
      new SessionStartLimit(1000, 500, Duration.ofHours(2), 16);
  private static final LargeBotQueueSnapshot UNKNOWN = snapshot(Optional.empty());

  private static LargeBotQueueSnapshot snapshot(Optional<SessionStartLimit> limit) {
    var bucket = new LargeBotQueueSnapshot.Bucket(0, null, null, List.of());
    return new LargeBotQueueSnapshot(List.of(bucket), limit, 0, List.of());
  }

  /** Two at once would ask Discord twice, and the older of them could pass for the last. */
  @Test
  void fetch_firstReadingUnderWay_waitsForItsEnd() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch answer = new CountDownLatch(1);
    LimitReadings readings =
        new LimitReadings(
            () -> {
              if (calls.incrementAndGet() == 1) {
                Await.zero(answer);
                throw new IOException("answered 503");
              }
              return LIMIT;
            },
            LONG);
    readings.start();
    Await.until(() -> calls.get() == 1);
    FutureTask<SessionStartLimit> fetch = new FutureTask<>(readings::fetch);
    Thread queue = Thread.ofVirtual().start(fetch);
    Await.until(() -> queue.getState() == Thread.State.WAITING);
    assertEquals(1, calls.get());
    answer.countDown();
    assertEquals(LIMIT, fetch.get());
    List<String> problems = new ArrayList<>();
    readings.addProblems(problems, snapshot(Optional.of(LIMIT)), 1);
    assertEquals(List.of(), problems);
    assertEquals(1, readings.failed());
  }

  @Test
  void complete_queueHasHadALimitSince_firstReadingIsForgotten() {
    LimitReadings readings = new LimitReadings(() -> LIMIT, LONG);
    readings.start();
    Await.until(() -> readings.complete(UNKNOWN).limit().isPresent());
    assertNull(readings.whyNotReady(UNKNOWN, 1));
    readings.complete(snapshot(Optional.of(LIMIT)));
    assertEquals(Optional.empty(), readings.complete(UNKNOWN).limit());
    assertNotNull(readings.whyNotReady(UNKNOWN, 1));
  }

  /** As of a store that nobody has told of a limit yet, though it could release somebody. */
  @Test
  void whyNotReady_nothingWasRead_isUnknownWhateverTheBucketsSay() {
    LimitReadings readings = new LimitReadings(() -> LIMIT, LONG);
    var bucket = new LargeBotQueueSnapshot.Bucket(0, null, Instant.now(), List.of());
    var snapshot = new LargeBotQueueSnapshot(List.of(bucket), Optional.empty(), 0, List.of());
    assertEquals(NotReady.LIMIT_UNKNOWN, readings.whyNotReady(snapshot, 1));
  }

  @Test
  void start_noDelay_readsNothingItself() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    LimitReadings readings =
        new LimitReadings(
            () -> {
              calls.incrementAndGet();
              return LIMIT;
            },
            Duration.ZERO);
    readings.start();
    readings.fetch();
    assertEquals(1, calls.get());
  }
}
