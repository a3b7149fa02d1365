package io.github.gatewayqueue.broker;

import io.github.gatewayqueue.broker.queue.BrokerQueue;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.testsupport.Await;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;

/** What tests of a broker have in common: brokers and connections that are closed in the end. */
abstract class BrokerTestBase {
  static final Duration LONG = Duration.ofHours(1);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** The queue of the broker that was started last with an odd one. */
  final AtomicReference<OddQueue> queue = new AtomicReference<>();

  /** No more wait than may be open files on any machine: else there is a warning in the log. */
  static Broker.Builder builder() {
    return Broker.builder().port(0).startDelay(Duration.ZERO).maxWaiting(5000);
  }

  static Broker.Builder builder(FakeDiscord discord) {
    return builder().discordToken(FakeDiscord.DEFAULT_TOKEN).discordApi(discord.restUri());
  }

  <T extends AutoCloseable> T open(T closeable) {
    open.push(closeable);
    return closeable;
  }

  Broker start(Broker.Builder builder) {
    return open(builder.start());
  }

  /** A broker whose queue does what the test wants. */
  Broker startOdd(Broker.Builder builder, int buckets) {
    return open(
        builder.start(settings -> {
          queue.set(new OddQueue(settings, buckets));
          return queue.get();
        }));
  }

  /** A broker whose queue is what it would be, but for what the test makes of it. */
  Broker startChanged(Broker.Builder builder) {
    return open(
        builder.start(settings -> {
          queue.set(new OddQueue(BrokerQueue.of(settings)));
          return queue.get();
        }));
  }

  /** Returns what the status says of so many starts that are planned. */
  JsonObject planned(Broker broker, int starts) throws Exception {
    return new JsonObject(get(broker, "/status?starts=" + starts).body()).getJsonObject("planned");
  }

  /** A broker that releases nobody until {@code queue.get().holding} is false. */
  Broker startHolding(Broker.Builder builder) {
    Broker broker = startOdd(builder, 1);
    queue.get().holding = true;
    return broker;
  }

  /** A broker that has released shard 0 and releases nobody for an hour. */
  Broker startBlocked(Broker.Builder builder) throws IOException {
    Broker broker = start(builder.interval(LONG));
    try (RawConnection first = RawConnection.asking(broker.port(), 0, 1)) {
      first.readAnswer();
    }
    return broker;
  }

  RawConnection connect(Broker broker) throws IOException {
    return open(new RawConnection(broker.port()));
  }

  RawConnection ask(Broker broker, long shard, long total) throws IOException {
    return open(RawConnection.asking(broker.port(), shard, total));
  }

  EventReader events(Broker broker, String target) throws IOException, InterruptedException {
    return open(new EventReader(URI.create(broker.uri() + target)));
  }

  /** Asks for shard 1, and has been told that it waits. */
  EventReader eventsOfWaiting(Broker broker) throws IOException, InterruptedException {
    EventReader client = events(broker, "/?shard=1&total=4");
    client.expect("waiting");
    return client;
  }

  HttpResponse<String> get(Broker broker, String target, String... headers)
      throws IOException, InterruptedException {
    return send("GET", broker, target, headers);
  }

  HttpResponse<String> send(String method, Broker broker, String target, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(broker.uri() + target))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  JsonObject status(Broker broker) throws IOException, InterruptedException {
    return new JsonObject(get(broker, "/status").body());
  }

  int waiting(Broker broker) throws IOException, InterruptedException {
    return status(broker).getInteger("waiting");
  }

  void awaitWaiting(Broker broker, int count) {
    Await.until(() -> waiting(broker) == count);
  }

  /** Waits until so many have asked in all, each of which waits or was released. */
  void awaitAsked(Broker broker, int count) {
    Await.until(() -> {
      JsonObject status = status(broker);
      return status.getInteger("waiting") + status.getInteger("released") == count;
    });
  }

  void awaitReady(Broker broker) {
    Await.until(() -> get(broker, "/health/ready").statusCode() == 200);
  }

  void awaitState(Broker broker, String state) {
    Await.until(() -> status(broker).getString("state").equals(state));
  }

  /** Returns the value of a metric, its labels part of the name; 0 if there is none. */
  double metric(Broker broker, String name) throws IOException, InterruptedException {
    return get(broker, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }

  @AfterEach
  void closeAll() throws Exception {
    http.shutdownNow();
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
