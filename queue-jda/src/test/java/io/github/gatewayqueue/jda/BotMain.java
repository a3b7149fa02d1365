package io.github.gatewayqueue.jda;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.redis.RedisQueue;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.stream.IntStream;

/** Some shards of a bot, as a process of its own. */
final class BotMain {
  private BotMain() {}

  /**
   * Starts shards, and ends with its input.
   *
   * @param args Discord's REST API, the queue (http for a broker, redis), the first shard, the one
   *     after the last, and how many there are in all
   */
  public static void main(String[] args) throws IOException {
    URI rest = URI.create(args[0]);
    var ids = IntStream.range(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    var controller = new QueueSessionController(queue(URI.create(args[1]), rest));
    TestBot.start(rest, controller, ids.boxed().toList(), Integer.parseInt(args[4]));
    System.in.transferTo(OutputStream.nullOutputStream());
    Runtime.getRuntime().halt(0); // the process that started it is done
  }

  private static GatewayQueue queue(URI uri, URI rest) {
    if (uri.getScheme().equals("http")) {
      return HttpQueue.of(uri);
    }
    return RedisQueue.builder(uri)
        .limits(
            DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN).baseUrl(rest).build())
        .build();
  }
}
