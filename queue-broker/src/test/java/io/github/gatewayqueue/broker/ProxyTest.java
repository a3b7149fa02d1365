package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A broker behind nginx and HAProxy, set up as in the folder deploy. The programs are named by the
 * system properties nginx and haproxy, or on the path; tools/proxies gets them.
 */
class ProxyTest extends BrokerTestBase {
  private static final Path DEPLOY = Path.of("deploy").toAbsolutePath();

  @TempDir Path files;

  enum Proxy {
    NGINX("nginx.conf", "listen 8081 ", "server 127.0.0.1:8080;", "# server 127.0.0.2:8080;") {
      @Override
      List<String> command(String program, Path configuration) throws IOException {
        Path all = configuration.resolveSibling("all.conf");
        Path folder = configuration.getParent();
        StringBuilder text = new StringBuilder("daemon off; events {}\nhttp {\naccess_log off;\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
          text.append(kind + "_temp_path " + folder + ";\n");
        }
        text.append("include " + configuration + ";\n}\n");
        Files.writeString(all, "pid " + folder + "/pid; " + text);
        return List.of(program, "-e", "stderr", "-c", all.toString());
      }
    },
    HAPROXY("haproxy.cfg", "bind :8081", "127.0.0.1:8080", "# server broker-2 127.0.0.2:8080") {
      @Override
      List<String> command(String program, Path configuration) {
        return List.of(program, "-db", "-f", configuration.toString());
      }
    };

    private final String file;
    private final String listening;
    private final String first;
    private final String second;

    Proxy(String file, String listening, String first, String second) {
      this.file = file;
      this.listening = listening;
      this.first = first;
      this.second = second;
    }

    abstract List<String> command(String program, Path configuration) throws IOException;

    private String program() {
      String name = name().toLowerCase(Locale.ROOT);
      String program = System.getProperty(name, BrokerProcess.onPath(name));
      assumeTrue(
          program != null, "no " + name + ": tools/proxies gets it, -D" + name + " names it");
      return program;
    }

    /** Returns the file of the folder deploy with other ports; a second broker may be null. */
    private String configuration(int port, Broker broker, @Nullable Broker other)
        throws IOException {
      String text = Files.readString(DEPLOY.resolve(file));
      if (other != null) {
        String line = second.substring(2).replace("127.0.0.2:8080", "127.0.0.1:" + other.port());
        text = replace(text, second, line);
      }
      text = replace(text, first, first.replace("8080", String.valueOf(broker.port())));
      return replace(text, listening, listening.replaceFirst(":?8081", "127.0.0.1:" + port));
    }

    private static String replace(String text, String old, String fresh) {
      assertEquals(2, text.split(Pattern.quote(old), -1).length, old);
      return text.replace(old, fresh);
    }
  }

  private int start(Proxy proxy, Broker broker, @Nullable Broker other) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path configuration =
        Files.writeString(files.resolve("proxy"), proxy.configuration(port, broker, other));
    Process process =
        new ProcessBuilder(proxy.command(proxy.program(), configuration))
            .redirectErrorStream(true)
            .redirectOutput(files.resolve("log").toFile())
            .start();
    open(() -> process.destroyForcibly().onExit().join());
    Await.until(() -> process.isAlive() ? isLive(port) : fail());
    return port;
  }

  private boolean fail() throws IOException {
    throw new AssertionError(Files.readString(files.resolve("log")));
  }

  private static boolean isLive(int port) throws IOException {
    try (RawConnection client = new RawConnection(port)) {
      client.send("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      return client.readAnswer().status() == 200;
    } catch (ConnectException e) {
      return false;
    }
  }

  private int start(Proxy proxy, Broker broker) throws Exception {
    return start(proxy, broker, null);
  }

  private RawConnection askThrough(int port, int shard) throws IOException {
    return open(RawConnection.asking(port, shard, 16));
  }

  private EventReader eventsThrough(int port, int shard) throws Exception {
    return open(new EventReader(URI.create("http://127.0.0.1:" + port + "/?shard=" + shard)));
  }

  @ParameterizedTest
  @EnumSource
  void request_plain_isReleasedInTurn(Proxy proxy) throws Exception {
    Broker broker = startHolding(builder().interval(Duration.ofMillis(1)));
    int port = start(proxy, broker);
    RawConnection client = askThrough(port, 3);
    awaitWaiting(broker, 1);
    queue.get().holding = false;
    assertEquals(200, client.readAnswer().status());
  }

  @ParameterizedTest
  @EnumSource
  void request_events_comeAtOnce(Proxy proxy) throws Exception {
    Broker broker = startHolding(builder().interval(Duration.ofMillis(1)));
    EventReader client = eventsThrough(start(proxy, broker), 3);
    client.expect("waiting");
    queue.get().holding = false;
    client.expectAfterWaiting("released");
    assertNull(client.next());
  }

  /** A client of each kind that waits behind a proxy. */
  private record TwoWaiting(int port, RawConnection plain, EventReader events) {}

  private TwoWaiting twoWaiting(Proxy proxy, Broker broker) throws Exception {
    int port = start(proxy, broker);
    TwoWaiting two = new TwoWaiting(port, askThrough(port, 1), eventsThrough(port, 2));
    awaitWaiting(broker, 2);
    return two;
  }

  @ParameterizedTest
  @EnumSource
  void hangUp_givesThePlaceUp(Proxy proxy) throws Exception {
    Broker broker = startBlocked(builder());
    TwoWaiting two = twoWaiting(proxy, broker);
    two.plain.close();
    awaitWaiting(broker, 1);
    two.events.close();
    awaitWaiting(broker, 0);
  }

  /** What is no release must not look like one to a client that takes any answer for it. */
  @ParameterizedTest
  @EnumSource
  void close_plainClientGetsNoAnswerAndLaterOnesNeither(Proxy proxy) throws Exception {
    Broker broker = startBlocked(builder());
    TwoWaiting two = twoWaiting(proxy, broker);
    broker.close();
    assertEquals("", two.plain.readToEnd());
    two.events.expectAfterWaiting("closing");
    assertEquals("", askThrough(two.port, 3).readToEnd());
  }

  @ParameterizedTest
  @EnumSource
  void request_severalBrokers_allOfOneAddressReachTheSame(Proxy proxy) throws Exception {
    Broker broker = startBlocked(builder());
    Broker other = startBlocked(builder());
    int port = start(proxy, broker, other);
    for (int shard = 0; shard < 8; shard++) {
      askThrough(port, shard);
    }
    Await.until(() -> waiting(broker) + waiting(other) == 8);
    assertEquals(0, waiting(broker) * waiting(other));
  }

  @ParameterizedTest
  @EnumSource
  @Thorough("longer than the 60 s after which proxies give up by default")
  void request_waitsForLongerThanAMinute_isReleased(Proxy proxy) throws Exception {
    Broker broker = start(builder().startDelay(Duration.ofSeconds(65)));
    int port = start(proxy, broker);
    RawConnection client = askThrough(port, 3);
    assertEquals(200, client.readAnswer().status());
  }
}
