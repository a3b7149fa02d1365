package io.github.gatewayqueue.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import redis.embedded.RedisServer;

/** A Redis that keeps nothing, on a port that is free. */
final class TestRedis implements AutoCloseable {
  private final RedisServer server;
  private final int port;

  TestRedis() throws IOException {
    this(freePort());
  }

  TestRedis(int port) throws IOException {
    this.port = port;
    server = RedisServer.builder().bind("127.0.0.1").port(port).setting("save \"\"").build();
    server.start();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  URI uri() {
    return uri(port);
  }

  static URI uri(int port) {
    return URI.create("redis://127.0.0.1:" + port);
  }

  @Override
  public void close() throws IOException {
    server.stop();
  }
}
