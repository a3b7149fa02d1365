package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/** What the servers of a run executed, in their own order, as MONITOR tells. */
final class StoreHistory {
  private static final Pattern LINE =
      Pattern.compile("\\+?(\\d+)\\.(\\d{6}) \\[\\d+ ([^]]*)\\] \"(.*)\"");

  private static final int CLOCK_READINGS = 100;

  /** Far more than a run has in which processes pause between their steps. */
  private static final int MOST = 2_000_000;

  /** The difference between a nanoTime and this machine's clock. */
  private final long toNanoTime = toNanoTime();

  private final List<Entry> entries = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  /**
   * A command; or that a server begins, which commands follow that bring about its state.
   *
   * @param nanos when that was, as nanoTime
   * @param client the address of the connection, lua if a script called it, or {@link #BEGINNING}
   * @param words the command, or BEGIN
   */
  record Entry(long nanos, String client, List<String> words) {
    /** Of what a server had when it began. */
    static final String BEGINNING = "beginning";

    boolean is(String command, String keySuffix) {
      return (client.equals("lua") || client.equals(BEGINNING))
          && words.getFirst().equals(command)
          && words.size() > 1
          && words.get(1).endsWith(keySuffix);
    }
  }

  /** Reads both clocks until that was hardly interrupted. */
  private static long toNanoTime() {
    long best = 0;
    long leastNanos = Long.MAX_VALUE;
    for (int i = 0; i < CLOCK_READINGS; i++) {
      long beginNanos = System.nanoTime();
      long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
      long endNanos = System.nanoTime();
      if (endNanos - beginNanos < leastNanos) {
        leastNanos = endNanos - beginNanos;
        best = endNanos - TimeUnit.MICROSECONDS.toNanos(micros);
      }
    }
    return best;
  }

  /** Returns when something was by nanoTime that was then by an unset clock of this machine. */
  long nanoTime(long micros) {
    return TimeUnit.MICROSECONDS.toNanos(micros) + toNanoTime;
  }

  /** Begins to watch a server; returns when nothing can be missed any more. */
  void watch(RedisProcess server, String namespace) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.getOutputStream().write("MONITOR\r\n".getBytes(UTF_8));
    var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    in.readLine();
    add(new Entry(System.nanoTime(), "", List.of("BEGIN")));
    try (Jedis jedis = server.connect()) {
      addState(jedis, "{" + namespace + "}:");
    }
    readers.add(Thread.ofVirtual().start(() -> read(socket, in)));
  }

  /** Adds the commands that would bring about what the server has. */
  private void addState(Jedis jedis, String prefix) {
    for (String key : List.of("state", "holds", "uses", "processes")) {
      jedis
          .hgetAll(prefix + key)
          .forEach((field, value) -> addState("HSET", prefix + key, field, value));
    }
    for (String key : List.of("starts", "leases")) {
      addSortedSet(jedis, prefix + key);
    }
    for (String key : jedis.keys(prefix + "line:*")) {
      addSortedSet(jedis, key);
    }
  }

  private void addSortedSet(Jedis jedis, String key) {
    jedis
        .zrangeWithScores(key, 0, -1)
        .forEach(member -> addState("ZADD", key, digits(member.getScore()), member.getElement()));
  }

  private static String digits(double score) {
    return Double.isInfinite(score) ? "+inf" : BigDecimal.valueOf(score).toPlainString();
  }

  private void addState(String... words) {
    add(new Entry(System.nanoTime(), Entry.BEGINNING, List.of(words)));
  }

  private void read(Socket socket, BufferedReader in) {
    try (socket) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Matcher parts = LINE.matcher(line);
        if (parts.matches()) {
          long nanos = nanoTime(Long.parseLong(parts.group(1) + parts.group(2)));
          add(new Entry(nanos, parts.group(3), List.of(parts.group(4).split("\" \"", -1))));
        }
      }
    } catch (IOException e) {
      // the server is gone
    }
  }

  synchronized void add(Entry entry) {
    if (!isFull()) {
      entries.add(entry);
    }
  }

  /** Returns whether there were so many commands that later ones are missing. */
  synchronized boolean isFull() {
    return entries.size() == MOST;
  }

  /** Returns all that there is, when the servers have ended: no reader lags behind then. */
  List<Entry> entries() throws InterruptedException {
    for (Thread reader : readers) {
      reader.join();
    }
    synchronized (this) {
      return List.copyOf(entries);
    }
  }
}
