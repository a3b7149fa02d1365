package io.github.gatewayqueue.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Locale;

/** A connection on which one request for a session start has been made. */
final class BrokerConnection implements AutoCloseable {
  /** In which form it is answered. */
  enum Protocol {
    PLAIN("*/*"),
    EVENTS("text/event-stream");

    final String label = name().toLowerCase(Locale.ROOT);
    private final String accept;

    Protocol(String accept) {
      this.accept = accept;
    }
  }

  private static final ByteBuffer BUFFER = ByteBuffer.allocate(16_384);

  private final SocketChannel channel;

  private BrokerConnection(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects, and sends the request. */
  static BrokerConnection ask(URI broker, Protocol protocol, int shard) throws IOException {
    var channel = SocketChannel.open(new InetSocketAddress(broker.getHost(), broker.getPort()));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    String request =
        "GET /?shard=%s HTTP/1.1\r\nHost: localhost\r\nAccept: %s\r\n\r\n"
            .formatted(shard, protocol.accept);
    channel.write(ByteBuffer.wrap(request.getBytes(US_ASCII)));
    return new BrokerConnection(channel);
  }

  /** From now on {@link #read} does not block; a selector tells when there is something to read. */
  SelectionKey register(Selector selector) throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, SelectionKey.OP_READ);
  }

  /** From now on {@link #read} does not block. */
  void doNotBlock() throws IOException {
    channel.configureBlocking(false);
  }

  /** Returns what has come, of which there may be more. */
  String read() throws IOException {
    synchronized (BUFFER) {
      BUFFER.clear();
      int length = channel.read(BUFFER);
      if (length < 0) {
        throw new EOFException("the broker has hung up");
      }
      return new String(BUFFER.array(), 0, length, US_ASCII);
    }
  }

  /** Hangs up. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
