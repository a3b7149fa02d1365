package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.gatewayqueue.SessionStartLimit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A session start limit that several processes read, and whose starts they report: one line each on
 * a connection of loopback. It resets in windows of fixed length.
 */
final class SharedLimit implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final int total;
  private final long windowNanos;
  private final long beginNanos = System.nanoTime();
  private final Map<String, Long> starts = new ConcurrentHashMap<>();
  private volatile int concurrency;

  /** Creates a limit of so many starts in each window. */
  SharedLimit(int total, Duration window, int concurrency) throws IOException {
    this.total = total;
    this.windowNanos = window.toNanos();
    this.concurrency = concurrency;
    Thread.ofVirtual().name("limit").start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  int total() {
    return total;
  }

  void concurrency(int concurrency) {
    this.concurrency = concurrency;
  }

  /** Returns the number of the window of a moment. */
  long window(long nanos) {
    return Math.floorDiv(nanos - beginNanos, windowNanos);
  }

  /** Returns when a start was reported, by ticket. */
  Map<String, Long> starts() {
    return Map.copyOf(starts);
  }

  /** Reads the limit behind a port. */
  static SessionStartLimit read(int port) throws IOException {
    String[] words = ask(port, "limit").split(" ", -1);
    return new SessionStartLimit(
        Integer.parseInt(words[0]),
        Integer.parseInt(words[1]),
        Duration.ofNanos(Long.parseLong(words[2])),
        Integer.parseInt(words[3]));
  }

  /** Reports a start to the limit behind a port. */
  static void report(int port, String ticket) throws IOException {
    ask(port, ticket);
  }

  private static String ask(int port, String line) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
      String answer = in.readLine();
      if (answer == null) {
        throw new IOException("no answer");
      }
      return answer;
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> answer(client));
      } catch (IOException e) {
        // the test is over
      }
    }
  }

  private void answer(Socket client) {
    try (client;
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))) {
      String line = in.readLine();
      if (line == null) {
        return;
      }
      if (!line.equals("limit")) {
        starts.put(line, System.nanoTime());
      }
      client.getOutputStream().write((state() + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      // who asked is gone
    }
  }

  private String state() {
    long nowNanos = System.nanoTime();
    long window = window(nowNanos);
    long used = starts.values().stream().filter(start -> window(start) == window).count();
    long resetNanos = (window + 1) * windowNanos - (nowNanos - beginNanos);
    return total + " " + Math.max(0, total - used) + " " + resetNanos + " " + concurrency;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
