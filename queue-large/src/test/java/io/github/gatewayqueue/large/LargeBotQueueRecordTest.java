package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.large.RecordLine.Kind;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a queue knows of those before it, each of which leaves a copy of its record. */
class LargeBotQueueRecordTest extends BotTest {
  @TempDir Path folder;

  private Path file;
  private int processes;

  @BeforeEach
  void begin() {
    file = folder.resolve("starts-0");
  }

  /** What the next process finds: the file, which is its own as the process before has ended. */
  private Path nextProcess() throws Exception {
    processes++;
    Path next = folder.resolve("starts-" + processes);
    Files.copy(file, next);
    file = next;
    return next;
  }

  private LargeBotQueue.Builder braked(Path record) {
    return builder().record(record).initialLimit(limit(500, DAY, 1)).brake(Brake.ON);
  }

  @Test
  void build_startsJustBefore_areSubtractedAndSpaced() throws Exception {
    LargeBotQueue before =
        builder().record(file).initialLimit(limit(500, DAY, 16)).interval(Bot.NEVER).build();
    before.request(0, 16);
    before.request(1, 16);
    SessionStart cancelled = before.acquire(2, 16);
    cancelled.cancel();
    Bot bot =
        bot(builder().record(nextProcess()).initialLimit(limit(500, DAY, 16)).interval(Bot.NEVER));
    assertEquals(498, bot.queue.limit().orElseThrow().remaining());
    Asking same = bot.join(0);
    Asking other = bot.join(3); // which bucket the starts were of need not be as before
    assertFalse(same.ended());
    assertFalse(other.ended());
  }

  /** The process before may have used it until it ended, however short this one's holds are. */
  @Test
  void build_startWasHeld_theIntervalCountsFromNow() throws Exception {
    Duration interval = Duration.ofMillis(300);
    LargeBotQueue before =
        builder()
            .record(file)
            .initialLimit(limit(500, DAY, 1))
            .holdTimeout(Bot.NEVER)
            .interval(interval)
            .build();
    SessionStart held = before.acquire(0, 1);
    Await.until(() -> Files.readString(file).contains("start "));
    LargeBotQueue.Builder next =
        builder().record(nextProcess()).initialLimit(limit(500, DAY, 1)).interval(interval);
    long builtNanos = System.nanoTime();
    next.build().request(0, 1);
    assertTrue(System.nanoTime() - builtNanos >= interval.toNanos());
    held.close();
  }

  @Test
  void request_shardStartedInFourProcesses_waitsInTheFifth() throws Exception {
    braked(file).build().request(7, 16);
    for (int i = 0; i < 3; i++) {
      braked(nextProcess()).build().request(7, 16);
    }
    Bot bot = bot(braked(nextProcess()));
    Asking looping = bot.start(7);
    Await.until(() -> !bot.queue.snapshot().pauses().isEmpty());
    QueueSnapshot.Pause pause = bot.queue.snapshot().pauses().getFirst();
    assertEquals(7, pause.shard());
    assertEquals(4, pause.starts());
    assertFalse(looping.ended());
    bot.queue.request(8, 16); // nobody else waits for it
  }

  @Test
  void build_fifthProcessWithinTenMinutes_allItsShardsWait() throws Exception {
    try (var log = new CapturedLog("io.github.gatewayqueue.large", Level.WARNING)) {
      for (int i = 0; i < 4; i++) {
        Path record = i == 0 ? file : nextProcess();
        LargeBotQueue queue = braked(record).build();
        queue.request(i, 16);
        queue.request(i + 4, 16); // a process counts once
      }
      Bot bot = bot(braked(nextProcess()));
      bot.start(0);
      bot.start(1);
      Await.until(() -> bot.queue.snapshot().pauses().size() == 2);
      assertEquals(0, bot.queue.waiting());
      assertEquals(4, bot.queue.snapshot().pauses().getFirst().starts());
      String told =
          "WARNING: the process starts again and again, 5 times so far: its shards wait 5 s before"
              + " they join their lines";
      Await.until(() -> log.lines().contains(told));
    }
  }

  /** What it needs is down, for instance: it must not be held back when that is up again. */
  @Test
  void build_manyProcessesThatStartedNothing_nobodyWaits() throws Exception {
    braked(file).build();
    for (int i = 0; i < 9; i++) {
      braked(nextProcess()).build();
    }
    braked(nextProcess()).build().request(0, 1);
  }

  private static long pausesIn(Path file) throws IOException {
    return Files.readAllLines(file).stream().filter(line -> line.startsWith("paused ")).count();
  }

  private static String line(Kind kind, Duration ago) {
    RecordedMoment now = RecordedMoment.now();
    var moment =
        new RecordedMoment(now.wall().minus(ago), now.boot(), now.uptimeMillis() - ago.toMillis());
    return new RecordLine(kind, moment, 7, 7, 0).text();
  }

  /** Or a shard whose process is ended in each of its pauses would not start for an hour. */
  @Test
  void request_pauseBeganInAFormerProcess_isServedFromThen() throws Exception {
    List<String> lines = new ArrayList<>(List.of("gateway-queue start record 1"));
    for (int i = 0; i < 12; i++) { // so that the next pause lasts 15 min
      lines.add(line(Kind.START, Duration.ofMinutes(30).minusSeconds(i)));
    }
    lines.add(line(Kind.PAUSED, Duration.ofMinutes(16)));
    Files.write(file, lines);
    LargeBotQueue queue = braked(file).build();
    queue.request(7, 16);
    Bot bot = bot(braked(nextProcess()));
    Asking again = bot.start(7);
    Await.until(() -> pausesIn(file) == 2);
    assertFalse(again.ended());
  }

  @Test
  void build_recordOfAnotherQueue_isTakenOver() throws Exception {
    LargeBotQueue former = builder().record(file).initialLimit(limit(500, DAY, 1)).build();
    former.request(0, 1);
    LargeBotQueue later = builder().record(file).initialLimit(limit(500, DAY, 1)).build();
    assertEquals(499, later.limit().orElseThrow().remaining());
    former.request(0, 1); // is not kept from anything
  }

  @Test
  void build_badLimit_doesNotTakeTheRecord() {
    for (int i = 0; i < 2; i++) {
      assertThrows(
          IllegalArgumentException.class,
          () -> builder().record(file).reserve(20_000).initialLimit(limit(1, DAY, 1)).build());
    }
    assertEquals(List.of(), List.of(folder.toFile().list()));
  }
}
