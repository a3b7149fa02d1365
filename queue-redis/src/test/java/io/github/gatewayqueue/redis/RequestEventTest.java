package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.internal.RequestEvent;
import io.github.gatewayqueue.testsupport.Asking;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording tells of each request. */
class RequestEventTest extends RedisTestBase {
  private static final Set<String> OF_EVERY_EVENT =
      Set.of("startTime", "duration", "eventThread", "stackTrace");

  @TempDir private Path folder;

  RequestEventTest() {
    super(NEVER);
  }

  @Test
  void event_tellsTheShardTheWaitAndTheMoment() throws Exception {
    RedisQueue queue = open(builder());
    try (Recording recording = new Recording()) {
      recording.enable(RequestEvent.NAME);
      recording.start();
      long beginNanos = System.nanoTime();
      Asking.of(queue, 4, 9).awaitReturn();
      long endNanos = System.nanoTime();
      Requests.inLine(queue, 2, 9).interruptAndJoin();
      recording.stop();
      Path file = folder.resolve("requests.jfr");
      recording.dump(file);
      List<RecordedEvent> events =
          RecordingFile.readAllEvents(file).stream()
              .filter(event -> event.getEventType().getName().equals(RequestEvent.NAME))
              .sorted(Comparator.comparing(RecordedEvent::getStartTime))
              .toList();
      assertEquals(2, events.size());
      requireReleased(events.getFirst(), beginNanos, endNanos);
      requireInterrupted(events.getLast());
    }
  }

  private static void requireReleased(RecordedEvent event, long beginNanos, long endNanos) {
    assertEquals("Session Start Request", event.getEventType().getLabel());
    assertEquals(
        List.of(
            "shardId", "totalShards", "bucket", "waited", "released", "releaseNanos", "attempts"),
        event.getFields().stream()
            .map(ValueDescriptor::getName)
            .filter(name -> !OF_EVERY_EVENT.contains(name))
            .toList());
    assertEquals(4, event.getLong("shardId"));
    assertEquals(9, event.getLong("totalShards"));
    assertEquals(0, event.getInt("bucket"));
    assertTrue(event.getBoolean("released"));
    Duration waited = event.getDuration("waited");
    long releaseNanos = event.getLong("releaseNanos");
    assertTrue(waited.isPositive());
    assertTrue(releaseNanos - beginNanos >= waited.toNanos(), "waited since before it had asked");
    assertTrue(endNanos - releaseNanos >= 0, "released after it had returned");
  }

  private static void requireInterrupted(RecordedEvent event) {
    assertEquals(2, event.getLong("shardId"));
    assertEquals(-1, event.getInt("bucket"));
    assertFalse(event.getBoolean("released"));
    assertEquals(0, event.getLong("releaseNanos"));
  }
}
