package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Outage;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two JVMs share a queue, at the real interval. */
class SeveralProcessesTest {
  private static final int SHARDS = 32;
  private static final int BUDGET = 12;

  /** Until then there are no more starts than that; long enough for those who may to come up. */
  private static final Duration RESET = Duration.ofSeconds(30);

  /** The last start of the budget is the queue's reserve. */
  private static FakeDiscord discord() {
    return FakeDiscord.builder().maxConcurrency(16).remaining(BUDGET + 1).resetAfter(RESET).start();
  }

  /** 16 shards each, one of each bucket: half of them go before the budget is used up. */
  private static void bringUp(FakeDiscord discord, URI queue) throws IOException {
    try (var one = JavaProcess.of(BotMain.class, discord.restUri(), queue, 0, 16, SHARDS);
        var other = JavaProcess.of(BotMain.class, discord.restUri(), queue, 16, SHARDS, SHARDS)) {
      Await.until(() -> {
        assertTrue(one.isAlive() && other.isAlive(), () -> one.lines() + "" + other.lines());
        return discord.score().count(Verdict.ACCEPTED) == SHARDS;
      });
      assertEquals(SHARDS, discord.score().identifies());
      assertTrue(discord.score().isClean(), () -> "" + discord);
      List<Identify> identifies = discord.identifies();
      long beforeReset =
          identifies.stream()
              .filter(identify -> identify.sinceStart().compareTo(RESET) < 0)
              .count();
      assertTrue(beforeReset <= BUDGET, () -> "" + identifies);
    }
  }

  /** Late HELLOs, then all sockets are lost, then the gateway is: nobody is ever too early. */
  private static void endure(FakeDiscord discord, URI queue)
      throws IOException, InterruptedException {
    try (var one = JavaProcess.of(BotMain.class, discord.restUri(), queue, 0, 16, SHARDS);
        var other = JavaProcess.of(BotMain.class, discord.restUri(), queue, 16, SHARDS, SHARDS)) {
      awaitAccepted(discord, SHARDS, one, other);
      discord.forgetSessions();
      discord.dropSockets();
      awaitAccepted(discord, 2 * SHARDS, one, other);
      discord.forgetSessions();
      discord.startOutage(Outage.REFUSING);
      Thread.sleep(Duration.ofSeconds(11)); // the outage itself: long enough for several failures
      discord.endOutage();
      awaitAccepted(discord, 3 * SHARDS, one, other);
      assertEquals(0, discord.score().violations(), () -> "" + discord);
    }
  }

  private static void awaitAccepted(FakeDiscord discord, int starts, JavaProcess... bots) {
    Await.until(() -> {
      for (JavaProcess bot : bots) {
        assertTrue(bot.isAlive(), () -> "" + bot.lines());
      }
      return discord.score().count(Verdict.ACCEPTED) >= starts;
    });
  }

  private static FakeDiscord lateDiscord() {
    FakeDiscord discord = FakeDiscord.builder().maxConcurrency(16).start();
    discord.faults().delayHello(Duration.ZERO, Duration.ofSeconds(3));
    return discord;
  }

  /** What the bots go through. */
  interface Course {
    void take(FakeDiscord discord, URI queue) throws IOException, InterruptedException;
  }

  /** What the processes share. */
  enum Shared {
    BROKER {
      @Override
      void take(Course course, FakeDiscord discord) throws IOException, InterruptedException {
        var token = Map.of("DISCORD_TOKEN", FakeDiscord.DEFAULT_TOKEN);
        String api = discord.restUri().toString();
        try (discord;
            var broker = JavaProcess.broker(token, "--port", "0", "--discord-api", api)) {
          course.take(discord, broker.uri());
        }
      }
    },
    REDIS {
      @Override
      void take(Course course, FakeDiscord discord) throws IOException, InterruptedException {
        try (discord;
            var redis = new EmbeddedRedis()) {
          course.take(discord, redis.uri());
        }
      }
    };

    /** Runs the bots of a Discord, which it closes. */
    abstract void take(Course course, FakeDiscord discord) throws IOException, InterruptedException;
  }

  @ParameterizedTest
  @EnumSource
  @Thorough("Processes at the real interval, for a minute; FaultTest and StormTest stand for it.")
  void stormAndOutageWithLateHellos_nobodyIsTooEarly(Shared shared) throws Exception {
    shared.take(SeveralProcessesTest::endure, lateDiscord());
  }

  @ParameterizedTest
  @EnumSource
  @Thorough("Processes at the real interval, for half a minute; StartUpTest stands for it.")
  void spacingAndBudgetHold(Shared shared) throws Exception {
    shared.take(SeveralProcessesTest::bringUp, discord());
  }
}
