package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.benchmarks.BrokerConnection.Protocol;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients that wait in a broker's line and do not read: what comes stays in the system's buffers.
 */
final class BrokerCrowd implements AutoCloseable {
  /** So many connect before the broker is seen to have caught up: more would be dropped. */
  private static final int AT_ONCE = 500;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final BrokerProcess broker;
  private final Protocol protocol;
  private final List<BrokerConnection> connections = new ArrayList<>();

  BrokerCrowd(BrokerProcess broker, Protocol protocol) {
    this.broker = broker;
    this.protocol = protocol;
  }

  /** Lets some more ask, as fast as the broker lets them in. */
  void add(int clients) throws IOException, InterruptedException {
    long before = broker.standing().asked();
    for (int i = 1; i <= clients; i++) {
      connections.add(BrokerConnection.ask(broker.uri(), protocol, connections.size()));
      if (i % AT_ONCE == 0 || i == clients) {
        awaitAsked(broker, before + i);
      }
    }
  }

  /** Waits until so many are in line, or were released. */
  static void awaitAsked(BrokerProcess broker, long requests)
      throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    BrokerProcess.Standing standing = broker.standing();
    while (standing.asked() < requests) {
      if (System.nanoTime() - beginNanos > PATIENCE.toNanos()) {
        throw new IllegalStateException(standing + ", expected " + requests + " together");
      }
      Thread.sleep(1);
      standing = broker.standing();
    }
  }

  /** Reads what has come to each: nothing, or with events its place in line. */
  void check() throws IOException {
    for (BrokerConnection connection : connections) {
      connection.doNotBlock();
      String come = connection.read();
      boolean right =
          switch (protocol) {
            case PLAIN -> come.isEmpty();
            case EVENTS -> come.startsWith("HTTP/1.1 200 ") && come.contains("event: waiting");
          };
      if (!right) {
        throw new IllegalStateException("a client that waits was told: " + come);
      }
    }
  }

  /** Hangs up on all connections; returns how long it took until as many are left as there were. */
  Duration hangUp(int left) throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    close();
    while (broker.standing().waiting() > left) {
      if (System.nanoTime() - beginNanos > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            broker.standing() + " after all hung up, expected " + left + " that wait");
      }
      Thread.sleep(1);
    }
    return Duration.ofNanos(System.nanoTime() - beginNanos);
  }

  @Override
  public void close() throws IOException {
    for (BrokerConnection connection : connections) {
      connection.close();
    }
    connections.clear();
  }
}
