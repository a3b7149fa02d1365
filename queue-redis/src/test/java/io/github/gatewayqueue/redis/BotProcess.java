package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process of a bot, which asks for session starts as a seed has it: in bursts, on virtual
 * threads, some of which give up. It does as the lines on its input say, and writes what happens to
 * its output, a line at a time, so that nothing is lost when it is killed. It ends with its input.
 *
 * <p>In: {@code begin uri namespace interval lease margin limit-port seed} (milliseconds; 0 for no
 * limit), {@code drain}, {@code end}. Out, with {@link System#nanoTime}, which processes of one
 * machine share: {@code asks nanos request shard}, {@code released nanos request ticket bucket
 * moment}, {@code interrupted nanos request}, {@code failed nanos request reason}, {@code drained
 * nanos}, {@code ended nanos}.
 */
final class BotProcess {
  static final int SHARDS = 16;

  private static final Pattern RELEASE =
      Pattern.compile("([0-9a-f]+\\.[0-9]+), bucket ([0-9]+) at ([0-9]+)");
  private static final int MAX_UNDER_WAY = 10;
  private static final int MAX_AT_ONCE = 4;
  private static final int MAX_PAUSE_MILLIS = 250;
  private static final int INTERRUPTED_PERCENT = 15;

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private final RedisQueue queue;
  private final int limitPort;
  private final SplittableRandom random;
  private final AtomicLong requests = new AtomicLong();
  private final Set<Thread> underWay = ConcurrentHashMap.newKeySet();
  private final Thread arrivals = Thread.ofVirtual().unstarted(this::arrive);
  private volatile boolean draining;

  private BotProcess(String[] words) {
    int port = Integer.parseInt(words[6]);
    limitPort = port;
    random = new SplittableRandom(Long.parseLong(words[7]));
    RedisQueue.Builder builder =
        RedisQueue.builder(URI.create(words[1]))
            .namespace(words[2])
            .interval(millis(words[3]))
            .lease(millis(words[4]))
            .margin(millis(words[5]))
            .startDelay(millis(words[3]))
            .settling(Duration.ofSeconds(1));
    if (port != 0) {
      builder.limits(() -> SharedLimit.read(port));
    }
    queue = builder.build();
  }

  private static Duration millis(String word) {
    return Duration.ofMillis(Long.parseLong(word));
  }

  /** Does as its input says. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    BotProcess bot = null;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("begin")) {
        bot = new BotProcess(words);
        bot.arrivals.start();
      } else if (bot != null && words[0].equals("drain")) {
        bot.drain();
      } else if (bot != null && words[0].equals("end")) {
        bot.queue.close();
        bot.write("ended", "");
        bot = null;
      }
    }
    Runtime.getRuntime().halt(0); // whoever started it is gone
  }

  private void arrive() {
    try {
      while (!draining) {
        int count = Math.min(1 + random.nextInt(MAX_AT_ONCE), MAX_UNDER_WAY - underWay.size());
        for (int i = 0; i < count; i++) {
          ask(random.split());
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_PAUSE_MILLIS)); // the load, by the seed
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    }
  }

  private void ask(SplittableRandom own) {
    String request = String.valueOf(requests.incrementAndGet());
    int shard = own.nextInt(SHARDS);
    Thread thread = Thread.ofVirtual().unstarted(() -> request(request, shard));
    underWay.add(thread);
    thread.start();
    if (own.nextInt(100) < INTERRUPTED_PERCENT) {
      int afterMillis = own.nextInt(1000);
      Thread.ofVirtual()
          .start(() -> {
            try {
              TimeUnit.MILLISECONDS.sleep(afterMillis); // how long until it gives up
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt(); // nobody does that
            }
            thread.interrupt();
          });
    }
  }

  private void request(String request, int shard) {
    write("asks", request + " " + shard);
    try {
      queue.request(shard, SHARDS);
      long nanos = System.nanoTime();
      String line = String.valueOf(BotLogs.last());
      // Elsewhere, as an interrupt that raced the release would end the report, too.
      Thread report = Thread.ofVirtual().unstarted(() -> released(request, nanos, line));
      underWay.add(report);
      report.start();
    } catch (InterruptedException e) {
      write("interrupted", request);
    } catch (RuntimeException e) {
      write("failed", request + " " + e);
    } finally {
      underWay.remove(Thread.currentThread());
    }
  }

  private void released(String request, long nanos, String line) {
    try {
      Matcher release = RELEASE.matcher(line);
      if (!release.find()) {
        throw new IOException("the log does not tell which release it was: " + line);
      }
      String ticket = release.group(1);
      if (limitPort != 0) {
        SharedLimit.report(limitPort, ticket);
      }
      write(
          "released", nanos, String.join(" ", request, ticket, release.group(2), release.group(3)));
    } catch (IOException e) {
      write("failed", request + " " + e);
    } finally {
      underWay.remove(Thread.currentThread());
    }
  }

  private void drain() throws InterruptedException {
    draining = true;
    arrivals.join();
    while (!underWay.isEmpty()) {
      for (Thread thread : underWay) {
        thread.join();
      }
    }
    write("drained", "");
  }

  private void write(String what, String details) {
    write(what, System.nanoTime(), details);
  }

  private synchronized void write(String what, long nanos, String details) {
    try {
      out.write((what + " " + nanos + " " + details + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
