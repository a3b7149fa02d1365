package io.github.gatewayqueue.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.local.LocalQueue;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The shard that docs/local.md shows, against a Discord that enforces the rules. */
class ShardTest {
  private static final int SHARDS = 4;
  private static final Duration HANG = Duration.ofMinutes(5);

  private final FakeDiscord discord =
      FakeDiscord.builder().identifyInterval(Duration.ofMillis(100)).start();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.shutdownNow(); // close() would wait for the connections to end by themselves
    discord.close();
  }

  @Test
  void start_severalAtOnce_eachIsReady() throws Exception {
    LocalQueue queue = new LocalQueue(Duration.ofMillis(500));
    List<FutureTask<Boolean>> shards = new ArrayList<>();
    for (int id = 0; id < SHARDS; id++) {
      shards.add(start(new Shard(), queue, id));
    }
    for (FutureTask<Boolean> shard : shards) {
      assertTrue(shard.get());
    }
    assertEquals(SHARDS, discord.score().identifies());
    assertTrue(discord.score().isClean(), discord::toString);
  }

  @Test
  void start_refused_isNotReady() throws Exception {
    discord.faults().invalidateIdentifies(1);
    assertFalse(start(new Shard(), GatewayQueue.noOp(), 0).get());
    assertEquals(1, discord.score().identifies());
  }

  @Test
  void start_connectionClosesWhileItWaits_doesNotIdentify() throws Exception {
    LocalQueue queue = new LocalQueue(Duration.ofMinutes(1));
    SessionStart before = queue.acquire(0, SHARDS);
    Shard shard = new Shard();
    FutureTask<Boolean> started = start(shard, queue, 1);
    Awaitility.await().atMost(HANG).until(() -> queue.waiting() == 1);
    discord.dropSockets();
    Awaitility.await().atMost(HANG).until(shard.answer::isDone);
    before.cancel();
    assertFalse(started.get());
    assertEquals(0, discord.score().identifies());
  }

  private FutureTask<Boolean> start(Shard shard, GatewayQueue queue, int id) {
    URI gateway = URI.create(discord.gatewayUri() + "/?v=10&encoding=json");
    String token = FakeDiscord.DEFAULT_TOKEN;
    var started = new FutureTask<>(() -> shard.start(client, gateway, token, queue, id, SHARDS));
    Thread.startVirtualThread(started);
    return started;
  }
}
