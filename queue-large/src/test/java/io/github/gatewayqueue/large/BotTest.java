package io.github.gatewayqueue.large;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gatewayqueue.Brake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** What the tests on threads share: a source, and bots whose requests are ended after each test. */
abstract class BotTest {
  /** What was released within this time may not be in a reading yet. */
  static final Duration RECENT = Duration.ofSeconds(10);

  /** For how long a failed reading is put off, at most; half of it at least. */
  static final Duration BACKOFF = Duration.ofMillis(50);

  final ScriptedSource source = new ScriptedSource();
  private final List<Bot> bots = new ArrayList<>();

  /** Begins a queue that reads the scripted source and makes nobody wait for its spacing. */
  LargeBotQueue.Builder builder() {
    return LargeBotQueue.builder(source)
        .interval(Bot.AT_ONCE)
        .minBackoff(BACKOFF)
        .noPredecessor()
        .brake(Brake.OFF);
  }

  /** Skips the rest of a test on a machine on which it took longer than what it is about. */
  static void assumeWithin(Duration most, long startNanos) {
    // What a test is about is over then, and says nothing of the queue.
    assumeTrue(System.nanoTime() - startNanos < most.toNanos(), "this machine is too slow to tell");
  }

  Bot bot(LargeBotQueue.Builder builder) {
    Bot bot = new Bot(builder.build());
    bots.add(bot);
    return bot;
  }

  @AfterEach
  void endRequestsAndReadings() throws InterruptedException {
    for (Bot bot : bots) {
      bot.end();
    }
    source.end();
  }
}
