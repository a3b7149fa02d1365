package io.github.gatewayqueue.large;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** What the tests on threads share: a source, and bots whose requests are ended after each test. */
abstract class BotTest {
  final ScriptedSource source = new ScriptedSource();
  private final List<Bot> bots = new ArrayList<>();

  /** Begins a queue that reads the scripted source and makes nobody wait for its spacing. */
  LargeBotQueue.Builder builder() {
    return LargeBotQueue.builder(source).interval(Bot.AT_ONCE);
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
