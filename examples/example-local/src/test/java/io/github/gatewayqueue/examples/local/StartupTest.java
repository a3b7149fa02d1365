package io.github.gatewayqueue.examples.local;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.gatewayqueue.local.LocalQueue;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StartupTest {
  private static final int SHARDS = 50;

  private final LocalQueue longQueue = new LocalQueue(Duration.ofHours(1));
  private final List<Integer> identified = new CopyOnWriteArrayList<>();

  @Test
  void run_shardsConnectInUnevenTimes_eachConnectsWhenAllBeforeItAreInLine() throws Exception {
    List<Integer> inLineBefore = new CopyOnWriteArrayList<>();
    var startup =
        new Startup(
            longQueue,
            SHARDS,
            shard -> {
              inLineBefore.add(longQueue.waiting());
              connectForAWhile();
            },
            identified::add);
    runUntilAllAreInLineThenInterrupt(startup);

    // the first one is released at once, all others are in line when the next one connects
    List<Integer> expected =
        IntStream.range(0, SHARDS).mapToObj(shard -> Math.max(0, shard - 1)).toList();
    assertEquals(expected, inLineBefore);
  }

  @Test
  void run_interrupted_everyShardLeavesTheLine() throws Exception {
    var startup = new Startup(longQueue, SHARDS, shard -> {}, identified::add);
    runUntilAllAreInLineThenInterrupt(startup);

    assertEquals(List.of(0), identified);
    assertEquals(SHARDS - 1, startup.interrupted());
    assertEquals(0, longQueue.waiting());
  }

  @Test
  void run_interruptedWhileAShardConnects_startsNoOtherShard() throws Exception {
    Set<Integer> connecting = ConcurrentHashMap.newKeySet();
    var startup =
        new Startup(
            longQueue,
            SHARDS,
            shard -> {
              connecting.add(shard);
              if (shard == 1) {
                LockSupport.park(); // until it is interrupted
              }
            },
            identified::add);
    var allInLine = new AtomicBoolean();
    var run = new FutureTask<>(() -> startup.run(() -> allInLine.set(true)), null);
    var thread = Thread.ofPlatform().start(run);
    await().atMost(Duration.ofMinutes(1)).until(() -> connecting.contains(1));
    thread.interrupt();
    run.get();

    assertFalse(allInLine.get());
    assertEquals(Set.of(0, 1), connecting);
    assertEquals(List.of(0), identified);
    assertEquals(1, startup.interrupted());
  }

  @Test
  void run_shortInterval_identifiesEveryShardOnce() {
    var queue = new LocalQueue(Duration.ofNanos(1));
    var startup = new Startup(queue, SHARDS, shard -> connectForAWhile(), identified::add);
    startup.run(() -> {});

    assertEquals(
        IntStream.range(0, SHARDS).boxed().toList(), identified.stream().sorted().toList());
    assertEquals(0, startup.interrupted());
  }

  @Test
  void run_oneShardCannotConnect_theOthersDoNotWaitForIt() {
    var reported = new CopyOnWriteArrayList<Throwable>();
    var before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reported.add(e));
    try {
      var queue = new LocalQueue(Duration.ofNanos(1));
      new Startup(queue, 4, StartupTest::refuseShard2, identified::add).run(() -> {});
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertEquals(Set.of(0, 1, 3), Set.copyOf(identified));
    assertEquals(List.of("no HELLO"), reported.stream().map(Throwable::getMessage).toList());
  }

  private static void refuseShard2(int shard) {
    if (shard == 2) {
      throw new IllegalStateException("no HELLO");
    }
  }

  private static void connectForAWhile() {
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(3_000_000));
  }

  private void runUntilAllAreInLineThenInterrupt(Startup startup) throws Exception {
    var allInLine = new AtomicBoolean();
    var run = new FutureTask<>(() -> startup.run(() -> allInLine.set(true)), null);
    var thread = Thread.ofPlatform().start(run);
    await().atMost(Duration.ofMinutes(1)).untilTrue(allInLine);
    assertEquals(SHARDS - 1, longQueue.waiting());
    await().atMost(Duration.ofMinutes(1)).until(() -> identified.contains(0));
    thread.interrupt();
    run.get();
    thread.join();
  }
}
