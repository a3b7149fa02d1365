package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.AT_ONCE;
import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.NEVER;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.QueueSnapshot.Pause;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That a shard waits which starts again and again, and no other. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // only if somebody is lost
class LargeBotQueueBrakeTest extends LoggedBotTest {
  private static final String EVENT = "io.github.gatewayqueue.Pause";
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final long SICK = 3;

  @TempDir Path folder;

  /** A bot whose sick shard has started four times. */
  private Bot sick(LargeBotQueue.Builder builder) throws InterruptedException {
    Bot bot = bot(builder.initialLimit(limit(5_000, DAY, 16)));
    for (int i = 0; i < 4; i++) {
      bot.join(SICK).awaitReturn();
    }
    return bot;
  }

  private static Pause awaitPause(Bot bot) {
    Await.until(() -> !bot.queue.snapshot().pauses().isEmpty());
    return bot.queue.snapshot().pauses().getFirst();
  }

  private static void requireTold(List<String> lines) {
    assertEquals(1, lines.size(), () -> "" + lines);
    String line = lines.getFirst();
    assertTrue(line.startsWith("WARNING: shard 3 of 10000 starts again and again, 4 times"), line);
    assertTrue(line.contains(" 5 s "), line);
  }

  @Test
  void request_fifthStart_waitsWhileOthersGoAndIsTold() throws InterruptedException, IOException {
    try (Recording recording = new Recording()) {
      recording.enable(EVENT);
      recording.start();
      Bot bot = sick(builder().brake(Brake.ON));
      assertEquals(List.of(), lines());
      long beforeNanos = System.nanoTime();
      Asking fifth = bot.start(SICK);
      Pause pause = awaitPause(bot);
      bot.queue.request(SICK + 16, Bot.TOTAL); // of the same bucket
      assertEquals(SICK, pause.shard());
      assertEquals(4, pause.starts());
      assertTrue(fifth.awaitReturn() - beforeNanos >= PAUSE.toNanos());
      assertEquals(List.of(), bot.queue.snapshot().pauses());
      requireTold(lines());
      recording.stop();
      Path file = folder.resolve("pauses.jfr");
      recording.dump(file);
      List<RecordedEvent> events =
          RecordingFile.readAllEvents(file).stream()
              .filter(event -> event.getEventType().getName().equals(EVENT))
              .toList();
      assertEquals(1, events.size());
      RecordedEvent event = events.getFirst();
      assertEquals(SICK, event.getLong("shardId"));
      assertEquals(10_000, event.getLong("totalShards"));
      assertEquals(4, event.getInt("starts"));
    }
  }

  @Test
  void request_interruptedInItsPauseAndMadeAgain_usesOneStartAndIsToldOnce()
      throws InterruptedException {
    Bot bot = sick(LargeBotQueue.builder(source).interval(AT_ONCE)); // on is the default
    long beforeNanos = System.nanoTime();
    Asking fifth = bot.start(SICK);
    assertEquals(4, awaitPause(bot).starts());
    fifth.interruptAndJoin();
    assertEquals(List.of(), bot.queue.snapshot().pauses());
    assertEquals(4_996, bot.queue.limit().orElseThrow().remaining());
    assertTrue(bot.start(SICK).awaitReturn() - beforeNanos >= PAUSE.toNanos());
    assertEquals(4_995, bot.queue.limit().orElseThrow().remaining());
    requireTold(lines());
  }

  @Test
  void request_brakeIsOff_neverWaits() throws InterruptedException {
    Bot bot = sick(builder().brake(Brake.OFF));
    for (int i = 0; i < 100; i++) {
      bot.join(SICK).awaitReturn();
    }
    assertEquals(List.of(), lines());
  }

  @Test
  void request_badInputOfASickShard_isRefusedBeforeAnyPause() throws InterruptedException {
    LargeBotQueue queue = sick(builder().brake(Brake.ON)).queue;
    assertThrows(IllegalArgumentException.class, () -> queue.request(SICK, SICK));
    assertThrows(IllegalArgumentException.class, () -> queue.acquire(SICK, 0));
    assertThrows(
        IllegalArgumentException.class, () -> queue.acquire(SICK, Bot.TOTAL, Duration.ZERO));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> queue.request(SICK, Bot.TOTAL));
    assertEquals(List.of(), lines());
  }

  @Test
  void acquire_cancelledAgainAndAgain_neverWaits() throws InterruptedException {
    LargeBotQueue.Builder builder = builder().brake(Brake.ON).holdTimeout(NEVER);
    LargeBotQueue queue = builder.initialLimit(limit(5_000, DAY, 16)).build();
    for (int i = 0; i < 100; i++) {
      SessionStart start = queue.acquire(SICK, Bot.TOTAL);
      start.cancel();
      start.close();
    }
    assertEquals(List.of(), lines());
  }
}
