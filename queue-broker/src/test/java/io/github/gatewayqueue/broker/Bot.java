package io.github.gatewayqueue.broker;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks a broker for its shards in the plain form; whoever waits hangs up when it is closed. */
final class Bot implements AutoCloseable {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<CompletableFuture<HttpResponse<String>>> queued = new ArrayList<>();
  private final URI broker;

  Bot(URI broker) {
    this.broker = broker;
  }

  /** Has a shard join the line, and does not wait for it. */
  void queue(long shard, long total) {
    queued.add(ask(shard, total));
  }

  /** Asks for a shard; to be cancelled for giving up. */
  CompletableFuture<HttpResponse<String>> ask(long shard, long total) {
    URI uri = broker.resolve("/?shard=%d&total=%d".formatted(shard, total));
    return client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  /** Asks for a shard, and returns once it is released. */
  void start(long shard, long total) {
    HttpResponse<String> response = ask(shard, total).join();
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + ": " + response.body());
    }
  }

  @Override
  public void close() {
    List<CompletableFuture<HttpResponse<String>>> done =
        queued.stream().filter(CompletableFuture::isDone).toList();
    client.shutdownNow();
    done.forEach(CompletableFuture::join); // throws what went wrong with it
  }
}
