package com.example;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.large.LargeBotQueue;
import java.net.URI;
import java.time.Duration;

/** Starts 16 shards at a time, from an image that has only the modules it needs. */
final class Bot {
  private Bot() {}

  public static void main(String[] args) throws InterruptedException {
    DiscordSessionStartLimitSource limits =
        DiscordSessionStartLimitSource.builder("not.a.token").build();
    LargeBotQueue queue =
        LargeBotQueue.builder(limits)
            .initialLimit(new SessionStartLimit(1000, 1000, Duration.ofHours(1), 16))
            .build();
    for (int id = 0; id < 16; id++) {
      queue.request(id, 16);
    }
    System.out.println(Bot.class.getModule().getName() + " has started 16 shards");
    try (HttpQueue other = HttpQueue.of(URI.create("http://127.0.0.1:1"))) {
      System.out.println(other.waiting() + " wait for a broker");
    }
  }
}
