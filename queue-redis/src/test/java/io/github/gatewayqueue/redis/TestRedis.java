package io.github.gatewayqueue.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.UUID;
import redis.embedded.RedisServer;
import redis.embedded.RedisServerBuilder;

/** A real server on loopback for the tests of one class; each test has a namespace of its own. */
final class TestRedis implements AutoCloseable {
  private final RedisServer server;
  private final int port = freePort();

  TestRedis(String... settings) {
    RedisServerBuilder builder =
        RedisServer.builder().bind("127.0.0.1").port(port).setting("save \"\"");
    for (String setting : settings) {
      builder.setting(setting);
    }
    server = builder.build();
    server.start();
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI uri() {
    return URI.create("redis://127.0.0.1:" + port);
  }

  URI uri(String user, String password) {
    return URI.create("redis://" + user + ":" + password + "@127.0.0.1:" + port);
  }

  static String newNamespace() {
    return "test-" + UUID.randomUUID();
  }

  @Override
  public void close() {
    server.stop();
  }
}
