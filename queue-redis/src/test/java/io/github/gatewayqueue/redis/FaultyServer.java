package io.github.gatewayqueue.redis;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.RedisExecProvider;

/**
 * A server process on loopback that can be killed, and started again on the same port with its data
 * or without. Which program it is tells the system property {@code redis.server}; by default it is
 * the embedded one.
 */
final class FaultyServer implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final String PROGRAM = program();

  private final Path directory;
  private final String fsync;
  private final int port = TestRedis.freePort();
  private @Nullable Process process;

  /**
   * Creates a server that does not run yet.
   *
   * @param directory where its data are
   * @param fsync when what it wrote is forced to the disk: always or everysec
   */
  FaultyServer(Path directory, String fsync) {
    this.directory = directory;
    this.fsync = fsync;
  }

  private static String program() {
    String given = System.getProperty("redis.server", "");
    try {
      return given.isEmpty() ? RedisExecProvider.defaultProvider().get().getAbsolutePath() : given;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return port;
  }

  /** Starts it on the data that are there; returns when it answers. */
  void start() throws IOException {
    Files.createDirectories(directory);
    List<String> command = new ArrayList<>(List.of(PROGRAM));
    command.addAll(List.of("--bind", LOOPBACK, "--port", String.valueOf(port)));
    command.addAll(List.of("--dir", directory.toString(), "--save", ""));
    command.addAll(List.of("--appendonly", "yes", "--appendfsync", fsync));
    command.addAll(List.of("--repl-diskless-sync-delay", "0"));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
    Awaitility.await()
        .atMost(60, SECONDS)
        .ignoreExceptionsInstanceOf(JedisException.class)
        .until(() -> {
          try (Jedis jedis = connect()) {
            return jedis.ping().equals("PONG");
          }
        });
  }

  /** Makes it a replica; returns when it has the master's data. */
  void follow(int masterPort) {
    try (Jedis jedis = connect()) {
      jedis.replicaof(LOOPBACK, masterPort);
      Awaitility.await()
          .atMost(60, SECONDS)
          .until(() -> jedis.info("replication").contains("master_link_status:up"));
    }
  }

  void promote() {
    try (Jedis jedis = connect()) {
      jedis.replicaofNoOne();
    }
  }

  Jedis connect() {
    return new Jedis(LOOPBACK, port);
  }

  /** Has it stand still for a while. */
  void freeze(long millis) throws IOException, InterruptedException {
    Process running = process;
    if (running != null) {
      Bot.signal(running.pid(), "STOP");
      TimeUnit.MILLISECONDS.sleep(millis);
      Bot.signal(running.pid(), "CONT");
    }
  }

  /** Ends it at once, as a crash does. */
  void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().onExit().join();
      process = null;
    }
  }

  /** Deletes the data of a server that does not run. */
  void wipe() throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    kill();
    wipe();
  }
}
