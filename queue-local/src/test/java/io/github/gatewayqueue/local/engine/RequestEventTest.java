package io.github.gatewayqueue.local.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.gatewayqueue.internal.RequestEvent;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.logging.Level;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator can see of a request: the event of the flight recorder, and the log. */
class RequestEventTest {
  private static final Duration INTERVAL = Duration.ofMillis(20);

  /** Keeps the JIT from optimizing an allocation away. */
  private @Nullable Object sink;

  /** They are not to find lines that other tests caused. */
  @BeforeEach
  void awaitLogged() throws InterruptedException {
    BackgroundLogger.awaitLogged();
  }

  @Test
  void event_released_tellsTheShardTheWaitAndTheMoment(@TempDir Path folder) throws Exception {
    LocalQueue queue = new LocalQueue(INTERVAL);
    List<RecordedEvent> events;
    try (Recording recording = record()) {
      queue.request(4, 9);
      queue.request(2, 9);
      events = stop(recording, folder);
    }
    assertEquals(2, events.size());
    RecordedEvent first = events.getFirst();
    RecordedEvent second = events.getLast();
    assertEquals(4, first.getLong("shardId"));
    assertEquals(2, second.getLong("shardId"));
    for (RecordedEvent event : events) {
      assertEquals(9, event.getLong("totalShards"));
      assertEquals(0, event.getInt("bucket"));
      assertTrue(event.getBoolean("released"));
    }
    long gap = second.getLong("releaseNanos") - first.getLong("releaseNanos");
    assertTrue(gap >= INTERVAL.toNanos(), () -> "released " + gap + " ns apart");
    long waited = second.getDuration("waited").toNanos();
    assertTrue(waited > 0 && waited <= gap, () -> "waited " + waited + " ns of " + gap);
  }

  @Test
  void event_interrupted_tellsThatItWasNotReleased(@TempDir Path folder) throws Exception {
    LocalQueue queue = new LocalQueue(Duration.ofHours(1));
    queue.request(0, 2);
    List<RecordedEvent> events;
    try (Recording recording = record()) {
      Asking asking = Asking.of(queue, 1, 2);
      Await.until(() -> queue.waiting() == 1);
      asking.interrupt();
      asking.awaitInterruptedException();
      events = stop(recording, folder);
    }
    assertEquals(1, events.size());
    assertEquals(1, events.getFirst().getLong("shardId"));
    assertFalse(events.getFirst().getBoolean("released"));
    assertEquals(0, events.getFirst().getLong("releaseNanos"));
  }

  private static Recording record() {
    Recording recording = new Recording();
    recording.enable(RequestEvent.NAME);
    recording.start();
    return recording;
  }

  private static List<RecordedEvent> stop(Recording recording, Path folder) throws Exception {
    recording.stop();
    Path file = folder.resolve("requests.jfr");
    recording.dump(file);
    List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
    events.removeIf(event -> !event.getEventType().getName().equals(RequestEvent.NAME));
    return events;
  }

  @Test
  void request_nothingRecorded_allocatesItsWaiterAndNothingElse() {
    Buckets buckets = new Buckets(Duration.ofNanos(1), Duration.ZERO, 1, StartBudget.UNLIMITED);
    long perWaiter = allocatedPerCall(id -> sink = new Waiter(id, Thread.currentThread(), null));
    long perRequest =
        allocatedPerCall(id -> {
          try {
            buckets.request(id, Long.MAX_VALUE);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    assertTrue(perWaiter > 0);
    assertEquals(perWaiter, perRequest);
  }

  /** Bytes that a call allocates: the least of several rounds, as others may add to one. */
  private static long allocatedPerCall(LongConsumer call) {
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    int calls = 10_000;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int id = 0; id < calls; id++) {
        call.accept(id);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least / calls;
  }

  @Test
  void log_debug_tellsWhenARequestStartsToWaitAndHowItEnds() throws Exception {
    AtomicBoolean open = new AtomicBoolean(true);
    StartBudget budget = (now, hold) -> open.get() ? 0 : Long.MAX_VALUE;
    Buckets buckets = new Buckets(Duration.ofNanos(1), Duration.ZERO, 1, budget);
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue", Level.FINE)) {
      buckets.request(0, 3);
      open.set(false);
      Asking first = Asking.of(buckets::request, 1, 3);
      Await.until(() -> log.lines().size() == 2);
      Asking second = Asking.of(buckets::request, 2, 3);
      Await.until(() -> log.lines().size() == 3);
      second.interrupt();
      second.awaitInterruptedException();
      open.set(true);
      buckets.wakeHeads();
      first.awaitReturn();
      Await.until(() -> log.lines().size() == 5);
      assertEquals(
          List.of(
              "FINE: shard 0 of 3 was released after # s",
              "FINE: shard 1 of 3 waits for its turn",
              "FINE: shard 2 of 3 waits for its turn",
              "FINE: shard 2 of 3 left the line after # s: java.lang.InterruptedException",
              "FINE: shard 1 of 3 was released after # s"),
          log.linesWithoutTimes());
    }
  }

  @Test
  void log_handlerThatThrows_changesNothingForTheRequests() throws Exception {
    LocalQueue queue = new LocalQueue(Duration.ofHours(1));
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue", Level.FINE)) {
      log.failWith(new IllegalStateException("disk full"));
      queue.request(0, 2);
      Asking asking = Asking.of(queue, 1, 2);
      Await.until(() -> queue.waiting() == 1);
      asking.interrupt();
      asking.awaitInterruptedException();
      Await.until(() -> log.lines().size() == 3);
    }
  }

  @Test
  void log_handlerThatThrowsAnError_theReleasedIsTold() throws Exception {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue", Level.FINE)) {
      log.failWith(new NoClassDefFoundError("org/example/Layout"));
      new LocalQueue().request(0, 1);
      Await.until(() -> log.lines().size() == 1);
    }
  }

  /** Nothing of the user's runs between the release and the return. */
  @Test
  void log_handlerThatBlocks_thoseWhoAreReleasedReturn() throws Exception {
    LocalQueue queue = new LocalQueue(INTERVAL);
    CountDownLatch blocked = new CountDownLatch(1);
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue", Level.FINE)) {
      log.then(() -> Await.zero(blocked));
      try {
        List<Asking> askings = new ArrayList<>();
        for (int shard = 0; shard < 6; shard++) {
          askings.add(Asking.of(queue, shard, 6));
        }
        Asking.awaitReturns(askings);
        Await.until(() -> log.lines().size() == 1);
      } finally {
        blocked.countDown();
      }
      Await.until(
          () -> log.lines().stream().filter(line -> line.contains("was released")).count() == 6);
    }
  }
}
