package io.github.gatewayqueue.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import redis.embedded.RedisServer;

/** A Redis on loopback that begins empty. */
public final class EmbeddedRedis implements AutoCloseable {
  private final int port = freePort();
  private final RedisServer server =
      RedisServer.builder().bind("127.0.0.1").port(port).setting("save \"\"").build();

  /** Starts it. */
  public EmbeddedRedis() throws IOException {
    server.start();
  }

  /** Returns a port that nobody listens on now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Returns where it is. */
  public URI uri() {
    return URI.create("redis://127.0.0.1:" + port);
  }

  @Override
  public void close() throws IOException {
    server.stop();
  }
}
