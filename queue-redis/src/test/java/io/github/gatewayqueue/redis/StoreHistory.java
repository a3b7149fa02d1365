package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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

  /** What is to be added to a moment of this machine's clock to have a nanoTime. */
  private final long toNanoTime =
      System.nanoTime()
          - TimeUnit.MICROSECONDS.toNanos(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));

  private final List<Entry> entries = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  /**
   * A command, or the state that a server begins with.
   *
   * @param nanos when that was, as nanoTime
   * @param client the address of the connection, or lua if a script called it
   * @param words the command, or BEGIN, the number of buckets and the members of the line
   */
  record Entry(long nanos, String client, List<String> words) {
    boolean is(String command, String keySuffix) {
      return client.equals("lua")
          && words.getFirst().equals(command)
          && words.size() > 1
          && words.get(1).endsWith(keySuffix);
    }
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
    List<String> state = new ArrayList<>(List.of("BEGIN"));
    try (Jedis jedis = server.connect()) {
      String concurrency = jedis.hget("{" + namespace + "}:state", "concurrency");
      state.add(concurrency == null ? "1" : concurrency);
      state.addAll(jedis.zrange("{" + namespace + "}:line", 0, -1));
    }
    add(new Entry(System.nanoTime(), "", List.copyOf(state)));
    readers.add(Thread.ofVirtual().start(() -> read(socket, in)));
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

  private synchronized void add(Entry entry) {
    entries.add(entry);
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
