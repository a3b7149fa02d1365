package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.benchmarks.BrokerConnection.Protocol;
import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Clients that ask a broker, and stamp their releases: all by one thread, which does nothing else
 * meanwhile. Those that are added ask when the one before is seen in line, so that the order in
 * which they must be released is known.
 */
final class BrokerLine implements AutoCloseable {
  /** In every answer that is a release, and in nothing else. */
  private static final String RELEASED = "may identify now";

  private final BrokerProcess broker;
  private final Protocol protocol;
  private final Selector selector = Selector.open();
  private final Deque<Client> line = new ArrayDeque<>();
  private final List<Long> releaseNanos = new ArrayList<>();
  private int shards;
  private int disorder;

  private static final class Client {
    private final int shard;
    private final BrokerConnection connection;
    private boolean seenInLine;
    private String come = "";

    Client(int shard, BrokerConnection connection) {
      this.shard = shard;
      this.connection = connection;
    }
  }

  BrokerLine(BrokerProcess broker, Protocol protocol) throws IOException {
    this.broker = broker;
    this.protocol = protocol;
  }

  /** Lets some more ask, none before the other is in line. */
  void add(int clients) throws IOException, InterruptedException {
    long before = broker.standing().asked();
    for (int i = 1; i <= clients; i++) {
      Client client = ask();
      BrokerCrowd.awaitAsked(broker, before + i);
      client.seenInLine = true;
    }
  }

  private Client ask() throws IOException {
    int shard = shards++;
    Client client = new Client(shard, BrokerConnection.ask(broker.uri(), protocol, shard));
    client.connection.register(selector).attach(client);
    line.add(client);
    return client;
  }

  /** Takes releases for a while; somebody else asks for each that is released. */
  void take(Duration length) throws IOException {
    long endNanos = System.nanoTime() + length.toNanos();
    for (long left = length.toNanos(); left > 0; left = endNanos - System.nanoTime()) {
      selector.select(1 + left / 1_000_000);
      List<Client> ready = new ArrayList<>();
      selector.selectedKeys().forEach(key -> ready.add((Client) key.attachment()));
      selector.selectedKeys().clear();
      // what has come since the last look is a set, and has no order that could be wrong
      ready.sort(Comparator.comparingInt(client -> client.shard));
      for (Client client : ready) {
        take(client);
      }
    }
  }

  private void take(Client client) throws IOException {
    client.come += client.connection.read();
    if (!client.come.contains(RELEASED)) {
      return;
    }
    releaseNanos.add(System.nanoTime()); // now that it was read: it may have come since the look
    client.connection.close();
    Client first = line.element();
    if (first != client && first.seenInLine) {
      disorder++;
    }
    line.remove(client);
    ask();
  }

  /** When each was released, as its client has seen it; live. */
  List<Long> releaseNanos() {
    return releaseNanos;
  }

  /** How many were released before somebody who was seen in line earlier. */
  int disorder() {
    return disorder;
  }

  @Override
  public void close() throws IOException {
    for (Client client : line) {
      client.connection.close();
    }
    line.clear();
    selector.close();
  }
}
