package io.github.gatewayqueue.examples.large;

import io.github.gatewayqueue.GatewayQueue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** All shards of a bot, each on a virtual thread of its own. */
final class Bot {
  private final URI gateway;
  private final String token;
  private final GatewayQueue queue;
  private final int shards;
  private final IntConsumer whenReady;

  Bot(URI gateway, String token, GatewayQueue queue, int shards, IntConsumer whenReady) {
    this.gateway = gateway;
    this.token = token;
    this.queue = queue;
    this.shards = shards;
    this.whenReady = whenReady;
  }

  /**
   * Starts all shards, waits until each has started its session or failed, and then drops all
   * connections: this bot has nothing else to do.
   */
  void start() throws InterruptedException, ExecutionException {
    HttpClient client = HttpClient.newHttpClient();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> started = new ArrayList<>();
      for (int id = 0; id < shards; id++) {
        int shard = id;
        started.add(threads.submit(() -> start(shard, client)));
      }
      for (Future<?> one : started) {
        one.get();
      }
    } finally {
      client.shutdownNow(); // close() would wait for the connections to end by themselves
    }
  }

  private Void start(int id, HttpClient client)
      throws InterruptedException, ExecutionException, IOException {
    new Shard(id, shards).start(client, gateway, token, queue);
    whenReady.accept(id);
    return null;
  }
}
