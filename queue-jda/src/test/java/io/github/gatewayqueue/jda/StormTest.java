package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.testsupport.AcquireOnly;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import net.dv8tion.jda.api.JDA;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All shards at once. */
class StormTest {
  private static final int SHARDS = 32;
  private static final int BUCKETS = 16;

  @AfterEach
  void noThreadIsLeft() {
    Await.until(() -> LeftThreads.names().isEmpty());
  }

  static LargeBotQueue largeBotQueue(FakeDiscord discord, Duration interval) {
    return LargeBotQueue.builder(
            DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
                .baseUrl(discord.restUri())
                .build())
        .interval(interval)
        .build();
  }

  /** What a test does before a request goes on to the queue. */
  interface Gate {
    void pass(long id) throws InterruptedException;
  }

  static GatewayQueue gated(GatewayQueue queue, Gate gate) {
    return new AcquireOnly() {
      @Override
      public SessionStart acquire(long id, long total) throws InterruptedException {
        gate.pass(id);
        return queue.acquire(id, total);
      }
    };
  }

  @Test
  void allDrop_noneCanBeResumed_allComeBackSpaced() {
    requireAllComeBack(6, 4);
  }

  @Test
  @Thorough("Many shards at once, for eight seconds; six of them are dropped on every build.")
  void allDrop_manyNoneOfWhichCanBeResumed_allComeBackSpaced() {
    requireAllComeBack(SHARDS, BUCKETS);
  }

  private static void requireAllComeBack(int shards, int buckets) {
    try (FakeDiscord discord = Scaled.discord().maxConcurrency(buckets).start()) {
      var queue = new CountingQueue(largeBotQueue(discord, Scaled.INTERVAL));
      try (TestBot bot = TestBot.start(discord, Scaled.controller(queue), shards)) {
        bot.awaitConnected(shards);
        discord.forgetSessions();
        discord.dropSockets();
        bot.awaitAccepted(2 * shards);
        bot.awaitConnected(shards);
        assertEquals(2 * shards, queue.released.get());
        assertEquals(2 * shards, discord.score().identifies());
        assertEquals(0, discord.score().violations(), () -> "" + discord);
        queue.assertSpaced(buckets, Scaled.SPACING);
      }
    }
  }

  @Test
  void allDrop_allCanBeResumed_queueIsNotAsked() {
    try (FakeDiscord discord = Scaled.discord().maxConcurrency(BUCKETS).start()) {
      var queue = new CountingQueue(largeBotQueue(discord, Scaled.INTERVAL));
      try (TestBot bot = TestBot.start(discord, Scaled.controller(queue), BUCKETS)) {
        bot.awaitConnected(BUCKETS);
        discord.dropSockets();
        Await.until(() -> discord.score().resumes() == BUCKETS);
        bot.awaitConnected(BUCKETS);
        assertEquals(BUCKETS, queue.asked.get());
        assertEquals(BUCKETS, discord.score().identifies());
      }
    }
  }

  @Test
  void shutdown_inTheMiddleOfTheStartUp_nobodyWaitsOrIdentifiesAnyMore() throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().maxConcurrency(BUCKETS).start()) {
      LargeBotQueue queue = largeBotQueue(discord, Duration.ofMinutes(10));
      var controller = Scaled.controller(queue);
      try (TestBot bot = TestBot.start(discord, controller, SHARDS)) {
        bot.awaitAccepted(BUCKETS);
        Await.until(() -> queue.waiting() == BUCKETS);
        assertEquals(BUCKETS, controller.waiting());
        assertFalse(LeftThreads.names().isEmpty());
      }
      assertEquals(0, controller.waiting());
      Await.until(() -> queue.waiting() == 0 && LeftThreads.names().isEmpty());
      assertEquals(BUCKETS, discord.score().identifies());
    }
  }

  @Test
  void shutdownOfOne_whileItWaits_costsNoStart() throws Exception {
    try (FakeDiscord discord = Scaled.discord().start()) {
      var queue = new CountingQueue(new LocalQueue(Scaled.INTERVAL));
      var blocked = new Semaphore(1);
      var lastAsks = new CountDownLatch(1);
      var controller =
          Scaled.controller(
              gated(
                  queue,
                  id -> {
                    if (id == 3) {
                      lastAsks.countDown();
                    }
                    blocked.acquire();
                  }));
      try (TestBot bot = TestBot.start(discord, controller, 4)) {
        bot.awaitConnected(1);
        Await.until(() -> bot.manager().getShardCache().size() == 4);
        JDA asking = bot.shard(1);
        JDA waiting = bot.shard(2);
        Await.until(blocked::hasQueuedThreads);
        bot.manager().shutdown(1);
        bot.manager().shutdown(2);
        Await.until(() ->
            asking.getStatus() == JDA.Status.SHUTDOWN
                && waiting.getStatus() == JDA.Status.SHUTDOWN);
        lastAsks.await(); // so the first has left, wherever it stood on its way to a permit
        blocked.release(8);
        Await.until(() -> bot.shard(3).getStatus() == JDA.Status.CONNECTED);
        assertEquals(2, queue.asked.get());
        assertEquals(2, discord.score().identifies());
        assertEquals(7, blocked.availablePermits());
      }
    }
  }

  /** Discord looks back, too: shards that share a bucket from now on are held to the past. */
  @Test
  @Thorough("Takes seven seconds; ControllerTest changes the concurrency on every build.")
  void maxConcurrency_changesWhileTheyComeUp_nobodyIsEarlyOrLost() {
    try (FakeDiscord discord =
        Scaled.discord().identifyInterval(Duration.ofMillis(250)).maxConcurrency(4).start()) {
      LargeBotQueue queue = largeBotQueue(discord, Scaled.INTERVAL);
      var controller = Scaled.controller(queue);
      try (TestBot bot = TestBot.start(discord, controller, 24)) {
        bot.awaitAccepted(4);
        for (int concurrency : List.of(1, 8)) {
          SessionStartLimit limit = queue.limit().orElseThrow();
          int before = discord.score().identifies();
          // The stricter side first.
          if (concurrency > limit.maxConcurrency()) {
            discord.setMaxConcurrency(concurrency);
          }
          queue.update(
              new SessionStartLimit(
                  limit.total(), limit.remaining(), limit.resetAfter(), concurrency));
          controller.setConcurrency(concurrency);
          if (concurrency < limit.maxConcurrency()) {
            Await.until(() -> discord.score().identifies() >= before + 2);
            discord.setMaxConcurrency(concurrency);
          }
          Await.until(() -> discord.score().identifies() >= before + 3);
        }
        bot.awaitConnected(24);
        assertEquals(24, discord.score().identifies());
        assertEquals(0, discord.score().violations(), () -> "" + discord.identifies());
      }
    }
  }
}
