package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Outage;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.events.StatusChangeEvent;
import net.dv8tion.jda.api.hooks.EventListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real shards, one bucket, and a Discord that does on purpose what the real one does at times. */
class FaultTest {
  private static final Duration HOLD_TIMEOUT = Duration.ofSeconds(1);

  private final CountingQueue queue = new CountingQueue(new LocalQueue(Scaled.INTERVAL));
  private final QueueSessionController controller = Scaled.controller(queue);

  @AfterEach
  void noThreadIsLeft() {
    Await.until(() -> LeftThreads.names().isEmpty());
  }

  private static CountingQueue losingPatience() {
    return new CountingQueue(
        LargeBotQueue.builder(() -> new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1))
            .interval(Scaled.INTERVAL)
            .holdTimeout(HOLD_TIMEOUT)
            .brake(Brake.OFF)
            .build());
  }

  private static List<Long> accepted(FakeDiscord discord) {
    return discord.identifies().stream()
        .filter(identify -> identify.verdict() == Verdict.ACCEPTED)
        .map(Identify::shardId)
        .toList();
  }

  private static void assertNoViolation(FakeDiscord discord) {
    assertEquals(0, discord.score().violations(), () -> "" + discord.identifies());
  }

  /**
   * Each IDENTIFY that Discord has read had a start. JDA 6.5.0 does not forget heartbeats that a
   * lost connection left without an answer: upon HELLO it may give up the third one, with an
   * IDENTIFY under way.
   */
  private void assertAllRead(FakeDiscord discord) {
    queue.awaitAllSaid();
    assertTrue(discord.score().identifies() <= queue.order().size(), () -> "" + queue.story());
  }

  /** The second would identify before the first, had it not waited for it. */
  @Test
  void slowConnection_nextShardWaitsForItsAnswer() {
    Duration delay = Duration.ofMillis(1_500);
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().delaySockets(delay, 1);
      try (TestBot bot = TestBot.start(discord, controller, 3)) {
        bot.awaitConnected(3);
        queue.awaitStory("0 answered", "1 answered", "2 answered");
        assertEquals(3, discord.score().identifies());
        assertNoViolation(discord);
        long apartNanos = queue.start(1).releasedNanos - queue.start(0).releasedNanos;
        assertTrue(apartNanos >= delay.plus(Scaled.SPACING).toNanos());
        queue.assertSpaced(1, Scaled.SPACING);
      }
    }
  }

  /** Discord reads IDENTIFY when it gets round to HELLO, which JDA does not wait for. */
  @Test
  void lateHello_nextShardWaitsForTheAnswer() {
    Duration delay = Duration.ofMillis(1_500);
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().delayHello(delay);
      try (TestBot bot = TestBot.start(discord, controller, 2)) {
        bot.awaitConnected(2);
        queue.awaitStory("0 answered", "1 answered");
        long apartNanos = queue.start(1).releasedNanos - queue.start(0).releasedNanos;
        assertTrue(apartNanos >= delay.plus(Scaled.SPACING).toNanos());
      }
    }
  }

  @Test
  @Thorough("At the real interval, for 25 s; a HELLO is late on every build.")
  void lateHellos_atTheRealInterval_noneIsTooEarly() {
    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(4).start()) {
      discord.faults().delayHello(Duration.ZERO, Duration.ofSeconds(3));
      var realQueue = StormTest.largeBotQueue(discord, LocalQueue.DEFAULT_INTERVAL);
      try (TestBot bot = TestBot.start(discord, new QueueSessionController(realQueue), 12)) {
        bot.awaitConnected(12);
        assertEquals(12, discord.score().identifies());
        assertTrue(discord.score().isClean(), () -> "" + discord.identifies());
      }
    }
  }

  @Test
  void noHello_allComeUpAllTheSame() {
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().withholdHello();
      try (TestBot bot = TestBot.start(discord, controller, 2)) {
        bot.awaitConnected(2);
        queue.awaitStory("0 answered", "1 answered");
      }
    }
  }

  /** JDA's own controller would wait for ever behind the first. */
  @Test
  void readyIsLost_costsItsBucketTheHoldTimeout() {
    var impatient = losingPatience();
    var server = new AtomicReference<FakeDiscord>();
    try (FakeDiscord discord =
            Scaled.discord().onIdentify(identify -> server.get().faults().heal()).start();
        var log = new CapturedLog("io.github.gatewayqueue", Level.WARNING)) {
      server.set(discord);
      discord.faults().withholdReady();
      var bot =
          TestBot.start(
              discord,
              QueueSessionController.builder(impatient).patience(Duration.ZERO).build(),
              3);
      try (bot) {
        bot.awaitConnected(2);
        impatient.awaitStory("0 ", "1 answered", "2 answered");
        assertNoViolation(discord);
        long apartNanos = impatient.start(1).releasedNanos - impatient.start(0).releasedNanos;
        assertTrue(apartNanos >= HOLD_TIMEOUT.plus(Scaled.INTERVAL).toNanos());
        assertEquals(1, log.lines().size(), () -> "" + log.lines()); // the queue's
      }
      impatient.awaitAllSaid();
    }
  }

  @Test
  @Thorough("Waits for 9 s; a READY that is lost stands for it.")
  void connectionHangs_bucketGoesOnAndItsLateAnswerIsSpacedFrom() {
    var impatient = losingPatience();
    var hurried = QueueSessionController.builder(impatient).patience(Duration.ZERO).build();
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().delaySockets(Duration.ofSeconds(9), 1);
      try (TestBot bot = TestBot.start(discord, hurried, List.of(0, 1), 3)) {
        Await.until(() -> accepted(discord).contains(0L));
        // Not by the same manager: JDA 6.5.0 may have lost its worker, and would never start it.
        try (TestBot other = TestBot.start(discord, hurried, List.of(2), 3)) {
          other.awaitConnected(1);
        }
        bot.awaitConnected(2);
        impatient.awaitAllSaid();
        assertEquals(List.of(1L, 0L, 2L), accepted(discord));
        long apartNanos = impatient.start(2).releasedNanos - impatient.start(0).saidNanos;
        assertTrue(apartNanos >= Scaled.SPACING.toNanos());
      }
    }
  }

  @Test
  void opNine_shardGoesThroughTheQueueAgain() {
    var allWait = new CountDownLatch(1);
    var gated = Scaled.controller(StormTest.gated(queue, id -> allWait.await()));
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().invalidateIdentifies(2);
      try (TestBot bot = TestBot.start(discord, gated, 3)) {
        Await.until(() -> gated.waiting() == 3);
        allWait.countDown();
        bot.awaitConnected(3);
        queue.awaitAllSaid();
        assertEquals(3, queue.count("answered"), () -> "" + queue.story());
        assertEquals(2, queue.count("closed"), () -> "" + queue.story());
        assertEquals(5, discord.score().identifies());
        // The third was in line before them; which of them is told first that it is to start anew
        // is up to JDA's threads.
        assertEquals(2L, accepted(discord).getFirst());
        assertEquals(Set.of(0L, 1L, 2L), Set.copyOf(accepted(discord)));
        assertNoViolation(discord);
        queue.assertSpaced(1, Scaled.SPACING);
      }
    }
  }

  @Test
  @Thorough("A storm of its own; StormTest loses sockets as well.")
  void socketLostUponIdentify_shardGoesThroughTheQueueAgain() {
    var losses = new AtomicInteger(2);
    var server = new AtomicReference<FakeDiscord>();
    try (FakeDiscord discord =
        Scaled.discord()
            .onIdentify(identify -> {
              if (losses.getAndDecrement() > 0) {
                server.get().forgetSessions();
                server.get().dropSockets();
              }
            })
            .start()) {
      server.set(discord);
      try (TestBot bot = TestBot.start(discord, controller, 3)) {
        bot.awaitAccepted(5);
        bot.awaitConnected(3);
        assertAllRead(discord);
        assertNoViolation(discord);
        queue.assertSpaced(1, Scaled.SPACING);
      }
    }
  }

  /** JDA tries to resume a session that has ended, and is told to start anew. */
  @Test
  void closedRightAfterReady_shardGoesThroughTheQueueAgain() {
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().endSessions(Duration.ZERO, 4000, 1);
      try (TestBot bot = TestBot.start(discord, controller, 2)) {
        bot.awaitAccepted(3);
        bot.awaitConnected(2);
        assertAllRead(discord);
        assertNoViolation(discord);
        queue.assertSpaced(1, Scaled.SPACING);
      }
    }
  }

  /** A start that was given back is free: the budget is for when Discord is back. */
  @Test
  void gatewayRefusesForAWhile_startsAreGivenBackAndAllComeUp() {
    var gate = new Semaphore(1);
    var gated = Scaled.controller(StormTest.gated(queue, id -> gate.acquire()));
    try (FakeDiscord discord = Scaled.discord().start();
        var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      try (TestBot bot = TestBot.start(discord, gated, 3)) {
        bot.awaitConnected(1);
        Await.until(() -> gated.waiting() == 2);
        discord.startOutage(Outage.REFUSING);
        long beginNanos = System.nanoTime();
        gate.release(3);
        Await.until(() -> queue.count("cancelled") == 3 && log.lines().size() == 3);
        assertTrue(System.nanoTime() - beginNanos >= Scaled.PAUSE.multipliedBy(1 + 2).toNanos());
        assertEquals(1, log.lines().stream().filter(line -> line.startsWith("WARNING")).count());
        discord.endOutage();
        gate.release(100);
        bot.awaitConnected(3);
        assertEquals(3, discord.score().identifies());
        Await.until(() -> queue.count("answered") == 3);
        assertNoViolation(discord);
      }
    }
  }

  /** JDA would try such a shard again by itself, and identify whenever Discord is back. */
  @Test
  void gatewayRefusesReconnects_startsAreGivenBackAndAllComeUp() {
    requireReconnectsAfterOutage(queue, true);
  }

  @Test
  @Thorough("Waits for JDA's sleeps; without them it is tested on every build.")
  void gatewayRefusesReconnects_jdasSleepStaysAndIsLongerThanAHold_allComeUp() {
    requireReconnectsAfterOutage(losingPatience(), false);
  }

  private static void requireReconnectsAfterOutage(CountingQueue queue, boolean skipsBackOff) {
    var gate = new Semaphore(2); // for the start-up; then nobody, until the outage has begun
    var gated = Scaled.controller(StormTest.gated(queue, id -> gate.acquire()));
    gated.skipsBackOff = skipsBackOff;
    try (FakeDiscord discord = Scaled.discord().start()) {
      try (TestBot bot = TestBot.start(discord, gated, 2)) {
        bot.awaitConnected(2);
        discord.forgetSessions();
        discord.dropSockets();
        Await.until(() -> count(bot, JDA.Status.RECONNECT_QUEUED) == 2);
        discord.startOutage(Outage.REFUSING);
        gate.release(1_000);
        Await.until(() -> queue.count("cancelled") >= 2);
        assertEquals(2, discord.score().identifies());
        discord.endOutage();
        bot.awaitAccepted(4);
        bot.awaitConnected(2);
        assertEquals(4, discord.score().identifies());
        assertNoViolation(discord);
        queue.assertSpaced(1, Scaled.SPACING);
      }
    }
  }

  private static long count(TestBot bot, JDA.Status status) {
    return bot.manager().getShardCache().stream()
        .filter(shard -> shard.getStatus() == status)
        .count();
  }

  @ParameterizedTest
  @ValueSource(ints = {4004, 4010, 4011, 4013, 4014})
  void closeCodeThatNoRetryCures_atTheFirstShard_nobodyElseStarts(int code) {
    try (FakeDiscord discord = refusing(code, 0);
        var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      var fast = Scaled.controller(queue);
      try (TestBot bot = TestBot.start(discord, fast, 3)) {
        Await.until(() -> bot.manager().getShardCache().size() == 3);
        Await.until(() -> bot.shard(0).getStatus() == JDA.Status.SHUTDOWN);
        Await.until(() -> LeftThreads.names().isEmpty());
        assertEquals(List.of("0 closed"), queue.story());
        assertEquals(1, discord.score().identifies());
        // Those that wait would never come up: JDA.awaitReady() would block for good.
        Await.until(() -> count(bot, JDA.Status.SHUTDOWN) == 3);
        Await.until(() -> log.lines().size() == 3);
        String begin = "SEVERE: shard 0 of 3: Discord refuses it, no other starts: ";
        assertEquals(
            1,
            log.lines().stream().filter(line -> line.startsWith(begin)).count(),
            () -> "" + log.lines());
        for (int id = 1; id < 3; id++) {
          String line = "WARNING: shard " + id + " of 3: shut down, as Discord refuses the bot";
          assertTrue(log.lines().contains(line), () -> "" + log.lines());
        }
      }
      // A controller that was refused starts nothing any more, and says so.
      try (TestBot second = TestBot.start(discord, fast, 1)) {
        Await.until(() -> count(second, JDA.Status.SHUTDOWN) == 1);
        assertEquals(1, queue.asked.get());
      }
    }
  }

  /** One that has outgrown its guilds does not concern the others. */
  @Test
  void shardingRequired_othersAreUp_theyGoOn() {
    try (FakeDiscord discord = refusing(4011, 1)) {
      try (TestBot bot = TestBot.start(discord, controller, 3)) {
        queue.awaitStory("0 answered", "1 closed", "2 answered"); // all sockets were closed so
        bot.awaitConnected(1);
        assertEquals(JDA.Status.CONNECTED, bot.shard(2).getStatus());
      }
    }
  }

  @Test
  void autoReconnectIsSwitchedOff_whileAReconnectWaits_startIsGivenBack() {
    var gate = new Semaphore(1);
    var gated = Scaled.controller(StormTest.gated(queue, id -> gate.acquire()));
    try (FakeDiscord discord = Scaled.discord().start();
        TestBot bot = TestBot.start(discord, gated, 1)) {
      bot.awaitConnected(1);
      discord.forgetSessions();
      discord.dropSockets();
      Await.until(gate::hasQueuedThreads);
      bot.shard(0).setAutoReconnect(false);
      gate.release();
      queue.awaitStory("0 answered", "0 cancelled");
      assertEquals(1, discord.score().identifies());
    }
  }

  @Test
  void listenerThrowsAnError_beforeItConnects_startIsGivenBackAndTriedAgain() {
    var gate = new Semaphore(0);
    var gated = Scaled.controller(StormTest.gated(queue, id -> gate.acquire()));
    var errors = new AtomicInteger();
    EventListener listener =
        event -> {
          if (event instanceof StatusChangeEvent change
              && change.getNewStatus() == JDA.Status.CONNECTING_TO_WEBSOCKET
              && errors.incrementAndGet() == 1) {
            throw new NoClassDefFoundError("on purpose");
          }
        };
    try (FakeDiscord discord = Scaled.discord().start();
        TestBot bot = TestBot.start(discord, gated, 1)) {
      Await.until(() -> bot.manager().getShardCache().size() == 1);
      bot.manager().addEventListener(listener);
      gate.release(2);
      queue.awaitStory("0 cancelled", "0 answered");
      assertEquals(1, discord.score().identifies());
    }
  }

  @Test
  void noThreadForAReconnect_shardIsShutDown() {
    try (FakeDiscord discord = Scaled.discord().start();
        TestBot bot = TestBot.start(discord, controller, 1)) {
      bot.awaitConnected(1);
      controller.starter =
          thread -> {
            throw new OutOfMemoryError("on purpose");
          };
      discord.forgetSessions();
      discord.dropSockets();
      Await.until(() -> bot.shard(0).getStatus() == JDA.Status.SHUTDOWN);
    }
  }

  @Test
  void noThreadForAStart_managerTriesAgain() {
    var starts = new AtomicInteger();
    controller.starter =
        thread -> {
          if (starts.incrementAndGet() == 2) {
            throw new OutOfMemoryError("on purpose");
          }
          thread.start();
        };
    try (FakeDiscord discord = Scaled.discord().start();
        TestBot bot = TestBot.start(discord, controller, 3)) {
      bot.awaitConnected(3);
      assertEquals(4, starts.get());
    }
  }

  @Test
  void shutdown_whileItsBucketPauses_endsThePause() {
    var gate = new CountDownLatch(1);
    var gated =
        QueueSessionController.builder(StormTest.gated(queue, id -> gate.await()))
            .pauses(Duration.ofHours(1), Duration.ofHours(1))
            .build();
    try (FakeDiscord discord = Scaled.discord().start()) {
      try (TestBot bot = TestBot.start(discord, gated, 1)) {
        Await.until(() -> bot.manager().getShardCache().size() == 1);
        discord.startOutage(Outage.REFUSING);
        gate.countDown();
        queue.awaitStory("0 cancelled");
        Await.until(() -> {
          synchronized (gated.line) {
            return gated.line.waiting.values().stream()
                .anyMatch(turn -> turn.getState() == Thread.State.TIMED_WAITING);
          }
        });
      }
      assertEquals(0, gated.waiting());
    }
  }

  @Test
  void shutdown_whileItWaitsForReady_isClosed() {
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().withholdReady();
      try (TestBot bot = TestBot.start(discord, controller, 1)) {
        bot.awaitAccepted(1);
      }
      queue.awaitStory("0 closed");
    }
  }

  /** Without the field that skips JDA's sleep, a shutdown is late, and JDA says so. */
  @Test
  @Thorough("Waits for JDA to give up on its lock, which takes 10 s.")
  void shutdown_whileItWaitsUnderJdasLock_endsWithItsRelease() {
    var impatient = losingPatience();
    var gate = new Semaphore(2); // for the start-up, and for a start that runs out
    var sleepy = Scaled.controller(StormTest.gated(impatient, id -> gate.acquire()));
    sleepy.skipsBackOff = false;
    try (FakeDiscord discord = Scaled.discord().start();
        TestBot bot = TestBot.start(discord, sleepy, 1)) {
      bot.awaitConnected(1);
      discord.forgetSessions();
      discord.dropSockets();
      Await.until(() -> impatient.count("cancelled") == 1 && gate.hasQueuedThreads());
      assertThrows(IllegalStateException.class, bot.shard(0)::shutdown);
      gate.release();
      Await.until(() -> bot.shard(0).getStatus() == JDA.Status.SHUTDOWN);
      impatient.awaitStory("0 answered", "0 cancelled", "0 cancelled");
      assertEquals(1, discord.score().identifies());
    }
  }

  /** Has all sockets closed, instead of READY, when this shard identifies. */
  private static FakeDiscord refusing(int code, int shard) {
    var server = new AtomicReference<FakeDiscord>();
    FakeDiscord discord =
        Scaled.discord()
            .onIdentify(identify -> {
              server.get().faults().heal();
              if (identify.shardId() == shard) {
                server.get().closeSockets(code, "on purpose");
              } else if (identify.shardId() == shard - 1) {
                server.get().faults().withholdReady();
              }
            })
            .start();
    server.set(discord);
    if (shard == 0) {
      discord.faults().withholdReady();
    }
    return discord;
  }
}
