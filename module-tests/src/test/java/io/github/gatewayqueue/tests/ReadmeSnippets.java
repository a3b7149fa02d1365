package io.github.gatewayqueue.tests;

import discord4j.core.DiscordClient;
import discord4j.core.GatewayDiscordClient;
import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.discord4j.QueueShardCoordinator;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.jda.QueueSessionController;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import reactor.core.publisher.Mono;

/** The code that the README and several guides show. */
final class ReadmeSnippets {
  private ReadmeSnippets() {}

  /** The first example. */
  static final class FirstUse {
    final List<Integer> identified = Collections.synchronizedList(new ArrayList<>());

    // @start region="first use"
    GatewayQueue queue = new LocalQueue(); // one for all shards of the bot

    void onHello(int shardId, int shardCount) throws InterruptedException {
      try (SessionStart start = queue.acquire(shardId, shardCount)) { // blocks until its turn
        identify(shardId);
        start.identified(); // the next one's turn comes an interval from here
      }
    }

    // @end

    private void identify(int shardId) {
      identified.add(shardId);
    }
  }

  /** Queues for more than one bucket or process. */
  static final class Queues {
    // @start region="large"
    GatewayQueue largeBotQueue(String token) {
      SessionStartLimitSource limits = DiscordSessionStartLimitSource.builder(token).build();
      return LargeBotQueue.builder(limits).build(); // the first request reads the limit
    }

    // @end

    // @start region="several processes"
    HttpQueue queueOfAllProcesses(URI broker, String token) {
      return HttpQueue.builder(broker).token(token).build(); // one per process; close it at the end
    }

    // @end
  }

  /** A bot that is written with Discord4J. */
  static final class WithDiscord4J {
    // @start region="discord4j"
    Mono<GatewayDiscordClient> login(DiscordClient client, GatewayQueue queue) {
      return client.gateway().setShardCoordinator(new QueueShardCoordinator(queue)).login();
    }

    // @end
  }

  /** A bot that is written with JDA. */
  static final class WithJda {
    // @start region="jda"
    DefaultShardManagerBuilder botOnJda(String token, GatewayQueue queue) {
      return DefaultShardManagerBuilder.createLight(token)
          .setSessionController(new QueueSessionController(queue)); // and build() starts the bot
    }

    // @end
  }

  /** Shards in the order of their ids. */
  static final class InOrder {
    final List<Integer> identified = Collections.synchronizedList(new ArrayList<>());
    final List<RuntimeException> failures = Collections.synchronizedList(new ArrayList<>());
    private final LargeBotQueue queue;
    private final int shardCount;

    InOrder(LargeBotQueue queue, int shardCount) {
      this.queue = queue;
      this.shardCount = shardCount;
    }

    // @start region="in order"
    void startAll() {
      int maxConcurrency = queue.limit().orElseThrow().maxConcurrency(); // after buildAndRead()
      for (int id = 0; id < maxConcurrency; id++) {
        start(id, maxConcurrency);
      }
    }

    void start(int id, int maxConcurrency) {
      if (id < shardCount) {
        Thread.ofVirtual().name("shard-" + id).start(() -> bringUp(id, maxConcurrency));
      }
    }

    void bringUp(int id, int maxConcurrency) {
      try {
        connect(id); // returns after HELLO
        queue.request(id, shardCount);
        identify(id);
      } catch (InterruptedException e) {
        return; // the bot stops: no more shards
      } catch (RuntimeException e) {
        failed(id, e);
      }
      start(id + maxConcurrency, maxConcurrency);
    }

    // @end

    private void connect(int id) {
      if (id == 3) {
        throw new IllegalStateException("no connection");
      }
    }

    private void identify(int id) {
      identified.add(id);
    }

    private void failed(int id, RuntimeException e) {
      identified.add(-id);
      failures.add(e);
    }
  }
}
