package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.io.IOException;
import java.time.Duration;

/** The queues of this project. */
final class Ours {
  /** More starts than anything here uses. */
  private static final int STARTS = 1_000_000_000;

  /** Longer than anything here takes. */
  private static final Duration RESET = Duration.ofDays(1);

  private Ours() {}

  static Pacer local(int buckets, Duration interval) {
    LocalQueue queue = new LocalQueue(interval);
    return new QueuePacer(queue, queue::waiting);
  }

  static Pacer large(int buckets, Duration interval) {
    LargeBotQueue queue = largeBotQueue(interval, limit(STARTS, buckets));
    return new QueuePacer(queue, queue::waiting) {
      @Override
      public void setConcurrency(int count) {
        queue.update(limit(STARTS, count));
      }
    };
  }

  static LargeBotQueue largeBotQueue(Duration interval, SessionStartLimit limit) {
    return LargeBotQueue.builder(
            () -> {
              throw new IOException("nobody should have to ask within a day");
            })
        .interval(interval)
        .reserve(0)
        .initialLimit(limit)
        .brake(Brake.OFF) // one shard starts again and again
        .build();
  }

  /** Returns one that reads its limit from this Discord, for the first time when a shard asks. */
  static LargeBotQueue largeBotQueue(FakeDiscord discord, Duration interval) {
    return LargeBotQueue.builder(limits(discord)).interval(interval).build();
  }

  static SessionStartLimitSource limits(FakeDiscord discord) {
    return DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
        .baseUrl(discord.restUri())
        .build();
  }

  static SessionStartLimit limit(int remaining, int maxConcurrency) {
    return new SessionStartLimit(STARTS, remaining, RESET, maxConcurrency);
  }
}
