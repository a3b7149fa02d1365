package io.github.gatewayqueue.discord4j;

import static java.util.stream.IntStream.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import discord4j.common.retry.ReconnectOptions;
import discord4j.core.shard.ShardCoordinator;
import discord4j.gateway.ShardInfo;
import discord4j.gateway.limiter.PayloadTransformer;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** What a real Discord4J makes of it when something goes wrong. */
class BotTest {
  @Test
  void invalidSession_asksAgain() {
    try (FakeDiscord discord = discord(1).start()) {
      var queue = new GatedQueue();
      discord.faults().invalidateIdentifies(2);
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        queue.open(0);
        queue.open(0);
        Await.until(() -> discord.score().count(Verdict.INVALIDATED) == 2);
        awaitAsked(queue, 0, 0, 0);
        assertEquals(0, discord.score().count(Verdict.ACCEPTED), "not without a release");
        queue.open(0);
        bot.awaitConnected(1);
      }
    }
  }

  @Test
  @Thorough(
      "Takes 20 s, as Discord4J reconnects slowly; QueueShardCoordinatorTest cancels requests as well.")
  void connectionEndsWhileWaiting_leavesTheLineAndAsksAnew() {
    try (FakeDiscord discord = discord(1).start()) {
      var queue = new GatedQueue();
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        awaitAsked(queue, 0);
        discord.closeSockets(4000, "unknown error");
        awaitAsked(queue, 0, 0);
        discord.closeSockets(1001, "going away");
        awaitAsked(queue, 0, 0, 0);
        discord.dropSockets();
        awaitAsked(queue, 0, 0, 0, 0);
        discord.requestReconnects();
        awaitAsked(queue, 0, 0, 0, 0, 0);
        assertEquals(1, queue.waiting(), "only the newest is in line");
        assertEquals(0, discord.score().identifies());
        queue.open(0);
        bot.awaitConnected(1);
        assertEquals(1, discord.score().identifies());
      }
    }
  }

  /** A machine that stands still may end a connection, which leaves enough beats on others. */
  @Test
  void waiting_heartbeatsGoOn() {
    requireHeartbeats(Duration.ofMillis(50), 20);
  }

  @Test
  @Thorough("Beats so slowly that no beat is missed when a thread stands still for seconds.")
  void waiting_heartbeatsGoOnOverOneConnection() {
    assertEquals(List.of(0), requireHeartbeats(Duration.ofSeconds(10), 2));
  }

  private static List<Integer> requireHeartbeats(Duration interval, int beats) {
    try (FakeDiscord discord = discord(1).heartbeatInterval(interval).start()) {
      var queue = new GatedQueue();
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        Await.until(() -> queue.waiting() == 1);
        Await.until(() -> bot.acknowledgedHeartbeats() >= beats);
        List<Integer> asked = queue.asked();
        assertEquals(0, discord.score().identifies());
        queue.open(0);
        return asked;
      }
    }
  }

  @Test
  void drop_resumable_doesNotAsk() {
    try (FakeDiscord discord = discord(4).start()) {
      var queue = new GatedQueue();
      range(0, 4).forEach(queue::open);
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        bot.awaitConnected(4);
        discord.dropSockets();
        Await.until(() -> discord.score().resumes() == 4);
        discord.dropSockets();
        Await.until(() -> discord.score().resumes() == 8);
        assertEquals(4, queue.asked().size());
        assertEquals(4, discord.score().identifies());
      }
    }
  }

  @Test
  void logout_whileWaiting_leavesNothingBehind() throws InterruptedException {
    try (FakeDiscord discord = discord(4).maxConcurrency(4).start()) {
      var queue = new GatedQueue();
      queue.open(0);
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        bot.awaitConnected(1);
        Await.until(() -> queue.waiting() == 3);
      }
      awaitNothingLeft(queue);
      assertEquals(1, discord.score().identifies());
    }
  }

  @Test
  void cancelLogin_whileWaiting_leavesNothingBehind() throws InterruptedException {
    try (FakeDiscord discord = discord(8).maxConcurrency(4).start()) {
      var queue = new GatedQueue();
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        Await.until(() -> queue.waiting() == 4);
        bot.cancelLogin();
        awaitNothingLeft(queue);
      }
      assertEquals(4, queue.asked().size(), "not the next ones");
      assertEquals(0, discord.score().identifies());
    }
  }

  @Test
  void logout_onceConnected_leavesNothingBehind() throws InterruptedException {
    try (FakeDiscord discord = discord(4).start()) {
      var queue = new GatedQueue();
      range(0, 4).forEach(queue::open);
      try (Bot bot = new Bot(discord, new QueueShardCoordinator(queue))) {
        bot.awaitConnected(4);
      }
      awaitNothingLeft(queue);
    }
  }

  @Test
  @Thorough(
      "Takes eight seconds, as Discord4J backs off; a queue that throws to the end is asked on every build.")
  void queueThrows_isAskedAgainWithoutAResume() {
    try (FakeDiscord discord = discord(1).start()) {
      var asked = new AtomicInteger();
      var coordinator =
          new QueueShardCoordinator((id, total) -> {
            if (asked.incrementAndGet() < 3) {
              throw new GatewayQueueException("not now");
            }
          });
      try (Bot bot = new Bot(discord, coordinator)) {
        bot.awaitConnected(1);
        assertEquals(3, asked.get());
        assertEquals(0, bot.attemptedResumes(), "there is no session yet");
        assertEquals(1, discord.score().identifies());
      }
    }
  }

  @Test
  void queueThrows_retriesAreUsedUp_loginFailsWithTheCause() {
    try (FakeDiscord discord = discord(1).start()) {
      var failure = new GatewayQueueException("never");
      var asked = new AtomicInteger();
      var coordinator =
          new QueueShardCoordinator((id, total) -> {
            asked.incrementAndGet();
            throw failure;
          });
      ReconnectOptions twice = ReconnectOptions.builder().setMaxRetries(2).build();
      try (Bot bot = new Bot(discord, coordinator, gateway -> gateway.setReconnectOptions(twice))) {
        Await.until(() -> bot.failure() != null);
        Throwable exhausted = Objects.requireNonNull(bot.failure());
        Throwable closed = Objects.requireNonNull(exhausted.getCause());
        assertSame(failure, closed.getCause());
        assertEquals(2, asked.get());
        assertEquals(0, discord.score().identifies());
      }
    }
  }

  @Test
  void storm_nothingCanBeResumed_allIdentifyInTheOrderInWhichTheyAsked() {
    requireOrder(3, 1);
  }

  @Test
  @Thorough("Two storms of more shards; three shards have one on every build.")
  void storms_nothingCanBeResumed_allIdentifyInTheOrderInWhichTheyAsked() {
    requireOrder(8, 2);
  }

  private static void requireOrder(int shards, int storms) {
    List<Integer> asked = new CopyOnWriteArrayList<>();
    List<String> lost = new CopyOnWriteArrayList<>();
    try (FakeDiscord discord = discord(shards).start()) {
      // Releases the next when the one before has identified: their sockets know no order.
      GatewayQueue queue =
          (id, total) -> {
            Await.until(() -> discord.score().identifies() == asked.size());
            asked.add((int) id);
          };
      var coordinator =
          new WatchedCoordinator(
              new QueueShardCoordinator(queue),
              shard -> {
                // Nobody would be released any more.
                if (discord.score().identifies() < asked.size() && asked.getLast() == shard) {
                  lost.add("the connection of shard %s ended before its IDENTIFY".formatted(shard));
                }
              });
      try (Bot bot = new Bot(discord, coordinator)) {
        awaitUnlessLost(lost, () -> bot.isConnected(shards));
        for (int storm = 1; storm <= storms; storm++) {
          discord.forgetSessions();
          discord.dropSockets();
          int expected = (storm + 1) * shards;
          awaitUnlessLost(lost, () -> discord.score().count(Verdict.ACCEPTED) == expected);
        }
        assertEquals(0, discord.score().violations(), () -> discord.score().toString());
        assertEquals(
            asked,
            discord.identifies().stream().map(identify -> (int) identify.shardId()).toList());
      }
    }
  }

  private static void awaitUnlessLost(List<String> lost, Callable<Boolean> condition) {
    Await.await().failFast(() -> assertEquals(List.of(), lost)).until(condition);
  }

  /** Tells when the connection of a shard ends, before Discord4J makes another one. */
  private record WatchedCoordinator(ShardCoordinator coordinator, IntConsumer onEnd)
      implements ForwardingCoordinator {
    @Override
    public PayloadTransformer getIdentifyLimiter(ShardInfo shard, int maxConcurrency) {
      PayloadTransformer limiter = coordinator.getIdentifyLimiter(shard, maxConcurrency);
      return payloads ->
          Flux.from(limiter.apply(payloads))
              .doOnTerminate(() -> onEnd.accept(shard.getIndex()))
              .doOnCancel(() -> onEnd.accept(shard.getIndex()));
    }
  }

  /** Nobody is in line, and no thread that asked is there any more. */
  private static void awaitNothingLeft(GatedQueue queue) throws InterruptedException {
    Await.until(() -> queue.waiting() == 0);
    for (Thread thread : queue.threads()) {
      thread.join();
    }
  }

  private static void awaitAsked(GatedQueue queue, Integer... shards) {
    Await.until(() -> queue.asked().equals(List.of(shards)));
  }

  private static FakeDiscord.Builder discord(int shards) {
    return FakeDiscord.builder().shards(shards).identifyInterval(Duration.ofNanos(1));
  }
}
