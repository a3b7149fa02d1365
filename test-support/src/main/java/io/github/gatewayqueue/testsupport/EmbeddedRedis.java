package io.github.gatewayqueue.testsupport;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import redis.embedded.RedisExecProvider;
import redis.embedded.RedisServer;
import redis.embedded.util.OSDetector;

/** A Redis on loopback that begins empty, and keeps nothing. */
public final class EmbeddedRedis implements AutoCloseable {
  private final int port;
  private final RedisServer server;

  /** Starts it on a port that is free. */
  public EmbeddedRedis() throws IOException {
    this(freePort());
  }

  /** Starts it on a port. */
  public EmbeddedRedis(int port) throws IOException {
    assumeAvailable();
    this.port = port;
    RedisExecProvider unpacked =
        RedisExecProvider.defaultProvider().override(OSDetector.getOS(), program());
    server =
        RedisServer.builder()
            .redisExecProvider(unpacked)
            .bind("127.0.0.1")
            .port(port)
            .setting("save \"\"")
            .build();
    server.start();
  }

  /** Has the test skipped where there is no such program. */
  public static void assumeAvailable() {
    assumeFalse(
        System.getProperty("os.name").startsWith("Windows"),
        "the embedded Redis is for Linux and macOS only");
  }

  private static final class Program {
    static final String PATH;

    static {
      try {
        PATH = RedisExecProvider.defaultProvider().get().getAbsolutePath();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Returns the path of the program, which is unpacked once for a JVM, by the first that asks: a
   * process that is started while it is written holds it open, and Linux does not run it then.
   */
  public static String program() {
    return Program.PATH;
  }

  /** Returns a port that nobody listens on now. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns where it is. */
  public URI uri() {
    return uri(port);
  }

  /** Returns where one on a port is. */
  public static URI uri(int port) {
    return URI.create("redis://127.0.0.1:" + port);
  }

  @Override
  public void close() throws IOException {
    server.stop();
  }
}
