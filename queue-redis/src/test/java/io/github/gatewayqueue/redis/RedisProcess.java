package io.github.gatewayqueue.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A server process on loopback that can be killed, and started again on the same port with its data
 * or without. Which program it is tells the system property {@code redis.server}; by default it is
 * the embedded one.
 */
final class RedisProcess implements AutoCloseable {
  static final String LOOPBACK = "127.0.0.1";

  private final Path directory;
  private final String mode;
  private final Map<String, String> environment;
  private final List<String> settings;
  private final int port = EmbeddedRedis.freePort();
  private @Nullable Process process;

  private RedisProcess(
      Path directory, String mode, Map<String, String> environment, String... settings) {
    if (given().isEmpty()) {
      EmbeddedRedis.assumeAvailable();
    }
    this.directory = directory;
    this.mode = mode;
    this.environment = environment;
    this.settings = List.of(settings);
  }

  /**
   * Creates a server that does not run yet.
   *
   * @param directory where its data are
   * @param settings lines of its configuration
   */
  RedisProcess(Path directory, String... settings) {
    this(directory, "", Map.of(), settings);
  }

  /** Starts a server that begins empty. */
  static RedisProcess begin(String... settings) {
    return new RedisProcess(temporary(), settings).start();
  }

  /** Starts a sentinel, which watches a server and has a replica take over when that is gone. */
  static RedisProcess sentinel(String name, RedisProcess master) {
    return new RedisProcess(
            temporary(),
            "--sentinel",
            Map.of(),
            "sentinel monitor " + name + " " + LOOPBACK + " " + master.port + " 1",
            "sentinel down-after-milliseconds " + name + " 500",
            "sentinel failover-timeout " + name + " 5000")
        .start();
  }

  /** Starts a server that begins empty and goes by a clock of its own. */
  static RedisProcess withClock(ServerClock clock) {
    return new RedisProcess(temporary(), "", clock.environment()).start();
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("redis");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String given() {
    return System.getProperty("redis.server", "");
  }

  private static String program() {
    String given = given();
    return given.isEmpty() ? EmbeddedRedis.program() : given;
  }

  /** Returns a namespace that nobody else has: several tests may share a server. */
  static String newNamespace() {
    return "test-" + UUID.randomUUID();
  }

  int port() {
    return port;
  }

  URI uri() {
    return URI.create("redis://" + LOOPBACK + ":" + port);
  }

  URI uri(String user, String password) {
    return URI.create("redis://" + user + ":" + password + "@" + LOOPBACK + ":" + port);
  }

  /** Starts it on the data that are there; returns when it answers. */
  RedisProcess start() {
    try {
      Files.createDirectories(directory);
      Path configuration = directory.resolve("redis.conf");
      Path log = directory.resolve("log");
      Files.write(configuration, configuration());
      var builder = new ProcessBuilder(program(), configuration.toString());
      if (!mode.isEmpty()) {
        builder.command().add(mode);
      }
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
      Process started = builder.start();
      process = started;
      Await.until(() -> !started.isAlive() || answers());
      if (!started.isAlive()) {
        throw new IllegalStateException("the server has ended: " + Files.readString(log));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  private boolean answers() {
    try (Jedis jedis = connect()) {
      return jedis.ping().equals("PONG");
    } catch (JedisException e) {
      return false;
    }
  }

  private List<String> configuration() {
    List<String> lines = new ArrayList<>();
    lines.addAll(List.of("bind " + LOOPBACK, "port " + port, "dir " + directory));
    if (mode.isEmpty()) {
      lines.add("save \"\"");
    }
    lines.addAll(settings);
    return lines;
  }

  /** Makes it a replica; returns when it has the master's data. */
  void follow(int masterPort) {
    try (Jedis jedis = connect()) {
      jedis.replicaof(LOOPBACK, masterPort);
      Await.until(() -> jedis.info("replication").contains("master_link_status:up"));
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
      MILLISECONDS.sleep(millis); // that is how long it is to stand still
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
  public void close() {
    kill();
    try {
      wipe();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
