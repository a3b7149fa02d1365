package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Faults;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Outage;
import io.github.gatewayqueue.fakediscord.Verdict;
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
import java.util.function.Consumer;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real shards, one bucket, and a Discord that does on purpose what the real one does at times. */
class FaultTest {
  private final CountingQueue queue = new CountingQueue(new LocalQueue(Scaled.INTERVAL));
  private final QueueSessionController controller =
      new QueueSessionController(queue, Scaled.PATIENT);

  @AfterEach
  void noThreadIsLeft() {
    Await.until(() -> LeftThreads.names().isEmpty());
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

  /** The second would identify before the first, had it not waited for it. */
  @Test
  void slowConnection_nextShardWaitsForItsIdentify() throws Exception {
    Duration delay = Duration.ofMillis(1_500);
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().delaySockets(delay, 1);
      try (TestBot bot = TestBot.start(discord, controller, 3)) {
        bot.awaitConnected(3);
        assertEquals(List.of(0L, 1L, 2L), queue.order());
        assertEquals(Set.of(0L, 1L, 2L), Set.copyOf(accepted(discord)));
        assertEquals(3, discord.score().identifies());
        assertNoViolation(discord);
        long apartNanos = queue.turn(1).askedNanos() - queue.turn(0).releasedNanos();
        assertTrue(apartNanos >= delay.plus(Scaled.PATIENT.spacing()).toNanos());
        queue.assertSpaced(1, Scaled.PATIENT.spacing());
      }
    }
  }

  @Test
  @Thorough("Waits for 25 s; the hanging node of ControllerTest stands for it.")
  void connectionHangs_bucketGoesOnAndItsLateIdentifyIsSpacedFrom() throws Exception {
    try (FakeDiscord discord = Scaled.discord().start();
        var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      // Much longer than the patience: the second identifies meanwhile, on a slow machine as well.
      Duration delay = Duration.ofSeconds(25);
      discord.faults().delaySockets(delay, 1);
      var impatient = new QueueSessionController(queue, Scaled.TIMING);
      try (TestBot bot = TestBot.start(discord, impatient, List.of(0, 1), 3)) {
        Await.until(() -> accepted(discord).contains(0L));
        // Not by the same manager: JDA 6.5.0 may have lost its worker, and would never start it.
        try (TestBot other = TestBot.start(discord, impatient, List.of(2), 3)) {
          other.awaitConnected(1); // the queue would release it at once
        }
        bot.awaitConnected(2);
        assertEquals(List.of(1L, 0L, 2L), accepted(discord));
        assertNoViolation(discord);
        long apartNanos = queue.turn(2).askedNanos() - queue.turn(0).releasedNanos();
        assertTrue(apartNanos >= delay.plus(Scaled.TIMING.spacing()).toNanos());
        assertTrue(
            log.lines().stream()
                .anyMatch(line -> line.startsWith("WARNING: shard 0 of 3 was released and has")),
            () -> "" + log.lines());
      }
    }
  }

  @Test
  void noHello_allIdentifyAllTheSame() throws Exception {
    requireAllIdentify(Faults::withholdHello);
  }

  /** JDA's own controller would wait for ever behind the first. */
  @Test
  void noReady_nextShardsIdentifyAllTheSame() throws Exception {
    requireAllIdentify(Faults::withholdReady);
  }

  private void requireAllIdentify(Consumer<Faults> fault) throws Exception {
    try (FakeDiscord discord = Scaled.discord().start()) {
      fault.accept(discord.faults());
      try (TestBot bot = TestBot.start(discord, controller, 3)) {
        bot.awaitAccepted(3);
        assertEquals(List.of(0L, 1L, 2L), queue.order());
        assertEquals(Set.of(0L, 1L, 2L), Set.copyOf(accepted(discord)));
        assertEquals(3, discord.score().identifies());
        assertNoViolation(discord);
        queue.assertSpaced(1, Scaled.PATIENT.spacing());
      }
    }
  }

  @Test
  @Thorough(
      "Takes nine seconds, as JDA reconnects slowly; StormTest has shards start anew as well.")
  void opNine_shardGoesThroughTheQueueAgain() throws Exception {
    var allWait = new CountDownLatch(1);
    var gated =
        new QueueSessionController(
            (id, total) -> {
              allWait.await();
              queue.request(id, total);
            },
            Scaled.PATIENT);
    try (FakeDiscord discord = Scaled.discord().start()) {
      discord.faults().invalidateIdentifies(2);
      try (TestBot bot = TestBot.start(discord, gated, 3)) {
        Await.until(() -> gated.waiting() == 3);
        allWait.countDown();
        bot.awaitConnected(3);
        assertEquals(5, queue.released.get());
        assertEquals(5, discord.score().identifies());
        // The third was in line before them; which of them is told first that it is to start anew
        // is
        // up to JDA's threads.
        assertEquals(2L, accepted(discord).getFirst());
        assertEquals(Set.of(0L, 1L, 2L), Set.copyOf(accepted(discord)));
        assertNoViolation(discord);
        queue.assertSpaced(1, Scaled.PATIENT.spacing());
      }
    }
  }

  @Test
  @Thorough("Takes twelve seconds, as JDA reconnects slowly; StormTest loses sockets as well.")
  void socketLostUponIdentify_shardGoesThroughTheQueueAgain() throws Exception {
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
        bot.awaitConnected(3);
        assertTrue(queue.released.get() >= 5);
        assertEquals(queue.released.get(), discord.score().identifies());
        assertNoViolation(discord);
        queue.assertSpaced(1, Scaled.PATIENT.spacing());
      }
    }
  }

  /** The starts that nobody uses are few: the budget is for when Discord is back. */
  @Test
  @Thorough("Waits for pauses; ControllerTest has connections fail as well.")
  void gatewayRefusesForAWhile_fewReleasesAreSpentAndAllComeUp() throws Exception {
    var gate = new Semaphore(1);
    var unpaced = new CountingQueue(GatewayQueue.noOp()); // all pauses are the controller's
    var patient =
        new Timing(
            Scaled.TIMING.spacing(),
            Scaled.PATIENT.patience(),
            Scaled.TIMING.shortestPause(),
            Scaled.TIMING.longestPause(),
            Scaled.TIMING.look(),
            Scaled.TIMING.fresh());
    var gated =
        new QueueSessionController(
            (id, total) -> {
              gate.acquire();
              unpaced.request(id, total);
            },
            patient);
    try (FakeDiscord discord = Scaled.discord().start();
        var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      try (TestBot bot = TestBot.start(discord, gated, 4)) {
        bot.awaitConnected(1);
        Await.until(() -> gated.waiting() == 3);
        discord.startOutage(Outage.REFUSING);
        long beginNanos = System.nanoTime();
        gate.release(4);
        Await.until(() -> failures(log) == 4); // so no release went without an attempt
        Duration pauses = Scaled.TIMING.shortestPause().multipliedBy(1 + 2 + 4);
        assertTrue(System.nanoTime() - beginNanos >= pauses.toNanos());
        assertEquals(1 + 4, unpaced.released.get(), "each attempt takes a release");
        unpaced.assertSpaced(1, Scaled.TIMING.shortestPause());
        assertEquals(1, log.lines().stream().filter(line -> line.startsWith("WARNING")).count());
        discord.endOutage();
        gate.release(3);
        bot.awaitConnected(4);
        assertNoViolation(discord);
      }
    }
  }

  private static long failures(CapturedLog log) {
    return log.lines().stream().filter(line -> line.contains("the connection failed")).count();
  }

  /** JDA tries such a shard again by itself, and would identify whenever Discord is back. */
  @Test
  @Thorough("Waits for what must not happen; LineTest decides it in virtual time.")
  void gatewayRefusesReconnects_bucketWaitsForTheOneThatJdaTriesAgain() throws Exception {
    var gate = new Semaphore(3);
    var gated =
        new QueueSessionController(
            (id, total) -> {
              gate.acquire();
              queue.request(id, total);
            },
            Scaled.TIMING);
    try (FakeDiscord discord = Scaled.discord().identifyInterval(Duration.ofMillis(250)).start()) {
      try (TestBot bot = TestBot.start(discord, gated, 3)) {
        bot.awaitConnected(3);
        discord.forgetSessions();
        discord.dropSockets();
        Await.until(gate::hasQueuedThreads);
        discord.startOutage(Outage.REFUSING); // before it can connect
        gate.release(100);
        Await.until(() -> queue.released.get() == 4);
        // Twice the patience, and two attempts of JDA's: what must not happen does not show.
        Thread.sleep(Scaled.TIMING.patience().multipliedBy(2).toMillis()); // nothing to poll for
        assertEquals(4, queue.asked.get());
        discord.endOutage();
        bot.awaitConnected(3);
        assertEquals(6, discord.score().identifies());
        assertNoViolation(discord);
      }
    }
  }
}
