package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.http.HttpQueue.Protocol;
import io.github.gatewayqueue.internal.Backoff;
import io.github.gatewayqueue.internal.RequestEvent;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator can see of each request: the event of the flight recorder, and the log. */
class RequestEventTest {
  private static final String FULL = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n";

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void event_released_tellsTheShardTheWaitAndTheMoment(Protocol protocol) throws Exception {
    Duration interval = Duration.ofMillis(20);
    try (var broker = BrokerTest.broker().interval(interval).start();
        var queue = HttpQueue.builder(broker.uri()).protocol(protocol).margin(Await.HANG).build();
        Recording recording = record()) {
      long startNanos = System.nanoTime();
      queue.request(4, 9);
      long betweenNanos = System.nanoTime();
      queue.request(2, 9);
      long endNanos = System.nanoTime();
      List<RecordedEvent> events = stop(recording);
      assertEquals(2, events.size());
      requireReleased(events.getFirst(), 4, startNanos, betweenNanos);
      requireReleased(events.getLast(), 2, betweenNanos, endNanos);
    }
  }

  private static void requireReleased(
      RecordedEvent event, long id, long startNanos, long endNanos) {
    assertEquals(id, event.getLong("shardId"));
    assertEquals(9, event.getLong("totalShards"));
    assertEquals(0, event.getInt("bucket"));
    assertTrue(event.getBoolean("released"));
    assertEquals(1, event.getInt("attempts"));
    long waited = event.getDuration("waited").toNanos();
    long releaseNanos = event.getLong("releaseNanos");
    assertTrue(waited > 0, () -> "waited " + waited + " ns");
    assertTrue(releaseNanos - startNanos >= waited, "waited since before it had asked");
    assertTrue(endNanos - releaseNanos >= 0, "released after it had returned");
  }

  @Test
  void event_askedAgain_tellsHowOftenAndTheLastBucket() throws Exception {
    try (var server =
            new FakeBroker(
                FakeBroker.sending(FULL),
                inBucket(3, FakeBroker.sending("")),
                inBucket(5, FakeBroker.Client::sendReleased));
        var queue = server.queue().build();
        Recording recording = record()) {
      queue.request(5, 16);
      RecordedEvent event = theOnly(stop(recording));
      assertTrue(event.getBoolean("released"));
      assertEquals(3, event.getInt("attempts"));
      assertEquals(5, event.getInt("bucket"));
    }
  }

  @Test
  void event_interruptedInLine_tellsThatItWasNotReleased() throws Exception {
    try (var server = new FakeBroker(inBucket(3, FakeBroker.Client::awaitHangUp));
        var queue = server.queue().build();
        Recording recording = record()) {
      Asking asking = Asking.of(queue, 3, 16);
      Await.until(() -> queue.inLine() == 1);
      asking.interruptAndJoin();
      RecordedEvent event = theOnly(stop(recording));
      assertEquals(3, event.getLong("shardId"));
      assertEquals(16, event.getLong("totalShards"));
      assertEquals(3, event.getInt("bucket"));
      assertFalse(event.getBoolean("released"));
      assertEquals(0, event.getLong("releaseNanos"));
    }
  }

  @Test
  void event_refused_tellsThatTheBucketIsNotKnown() throws Exception {
    try (var server = new FakeBroker(FakeBroker.sending("HTTP/1.1 400 X\r\n\r\n"));
        var queue = server.queue().build();
        Recording recording = record()) {
      Asking.of(queue).awaitThrown(GatewayQueueException.class);
      RecordedEvent event = theOnly(stop(recording));
      assertFalse(event.getBoolean("released"));
      assertEquals(-1, event.getInt("bucket"));
    }
  }

  /** Of thousands that wait to be sent when a queue is closed, none is sent any more. */
  @Test
  void event_closedBeforeItsTurn_tellsThatNobodyWasAsked() throws Exception {
    try (var server = new FakeBroker(FakeBroker.keepingInLine());
        var client = HttpClient.newHttpClient();
        Recording recording = record()) {
      var broker = new BrokerClient(HttpQueue.builder(server.url()), client);
      var backoff = new Backoff(Await.HANG, Await.HANG);
      var patience = new Timeouts(backoff, Await.HANG, Await.HANG, Await.HANG);
      var turns = new Semaphore(0);
      var outage = new BrokerOutage("" + server.url());
      var state = new QueueState(broker, patience, outage, turns, new HeldStarts());
      var request = new ShardRequest(state, 0, 1);
      Asking asking = Asking.of((id, total) -> request.await());
      Await.until(turns::hasQueuedThreads);
      request.close();
      turns.release();
      asking.awaitThrown(GatewayQueueException.class);
      assertEquals(0, theOnly(stop(recording)).getInt("attempts"));
    }
  }

  private static Recording record() {
    Recording recording = new Recording();
    recording.enable(RequestEvent.NAME);
    recording.start();
    return recording;
  }

  /** Returns the events of {@code HttpQueue}: a broker in the same process records some, too. */
  private List<RecordedEvent> stop(Recording recording) throws Exception {
    recording.stop();
    Path file = folder.resolve("requests.jfr");
    recording.dump(file);
    List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
    events.removeIf(event -> !event.getEventType().getName().equals(RequestEvent.NAME));
    if (events.size() > 1) {
      events.removeIf(event -> event.getInt("attempts") == 0);
    }
    return events;
  }

  private static RecordedEvent theOnly(List<RecordedEvent> events) {
    assertEquals(1, events.size());
    return events.getFirst();
  }

  @Test
  void log_debug_tellsWhenARequestStartsToWaitAndHowItEnds() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.ALL);
        var server =
            new FakeBroker(
                FakeBroker.releasing(), FakeBroker.sending(FULL), FakeBroker.keepingInLine());
        var queue = server.queue().build()) {
      queue.request(0, 3);
      Asking asking = Asking.of(queue, 1, 3);
      Await.until(() -> queue.inLine() == 1);
      asking.interruptAndJoin();
      String full = "broker " + server.url() + "/ answered 503: no reason given";
      assertEquals(
          List.of(
              "FINE: shard 0 of 3 waits for its turn",
              "FINE: shard 0 of 3 was released after # s",
              "FINE: shard 1 of 3 waits for its turn",
              "WARNING: " + full + "; asking again until there is a release",
              "FINE: shard 1 of 3 asks again in # s: " + full,
              "INFO: broker " + server.url() + "/ takes requests again",
              "FINE: shard 1 of 3 left the line after # s: java.lang.InterruptedException"),
          log.linesWithoutTimes());
    }
  }

  @Test
  void log_handlerThatThrows_changesNothingForTheRequest() throws Exception {
    try (var log = new CapturedLog(HttpQueue.class.getPackageName(), Level.ALL);
        var server = new FakeBroker(FakeBroker.sending(FULL), FakeBroker.releasing());
        var queue = server.queue().build()) {
      log.failWith(new IllegalStateException("disk full"));
      queue.request(0, 1);
      assertEquals(5, log.lines().size(), () -> "" + log.lines());
      assertEquals(0, queue.inTrouble());
    }
  }

  private static FakeBroker.Answer inBucket(int bucket, FakeBroker.Answer then) {
    return FakeBroker.events(client -> {
      client.sendEvent(
          "waiting",
          "{\"bucket\":%s,\"elapsedMillis\":%s}".formatted(bucket, client.elapsedMillis()));
      then.to(client);
    });
  }
}
