package io.github.gatewayqueue.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.SessionStart;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process of a bot, which asks for session starts as a seed has it: in bursts, on virtual
 * threads, some of which give up; and says of each start what the seed has it say. It does as the
 * lines on its input say, and writes what happens to its output, a line at a time, so that nothing
 * is lost when it is killed. It ends with its input.
 *
 * <p>In: {@code begin uri namespace interval lease hold-timeout start-delay limit-port seed
 * under-way} (milliseconds; 0 for no limit; how many requests there are at most at once), {@code
 * keep} (says nothing of the next start for longer than usual), {@code silent} (says nothing of any
 * start from now on), {@code drain}, {@code end}.
 *
 * <p>Out, with {@link System#nanoTime}, which processes of one machine share: {@code asks nanos
 * request shard}, {@code acquired nanos request ticket bucket}, {@code keeps nanos request}, {@code
 * silent nanos request end} (when it times out), {@code identified nanos request checked} (right
 * before it says so; with a moment right before it asked whether the start is expired), {@code
 * answered nanos request}, {@code cancelled nanos request}, {@code expired nanos request}, {@code
 * interrupted nanos request}, {@code failed nanos request reason}, {@code drained nanos}, {@code
 * ended nanos}.
 */
final class BotProcess {
  static final int SHARDS = 16;
  private static final int MAX_AT_ONCE = 4;
  private static final int MAX_PAUSE_MILLIS = 250;
  private static final int INTERRUPTED_PERCENT = 15;
  private static final int CANCELLED_PERCENT = 15;
  private static final int SILENT_PERCENT = 4;
  private static final int POLL_MILLIS = 5;

  /** What happens between two things that are said of a start. */
  private static final int MAX_BETWEEN_MILLIS = 80;

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private final RedisQueue queue;
  private final int leaseMillis;
  private final int limitPort;
  private final int maxUnderWay;
  private final SplittableRandom random;
  private final AtomicLong requests = new AtomicLong();
  private final Set<Thread> underWay = ConcurrentHashMap.newKeySet();
  private final Thread arrivals = Thread.ofVirtual().unstarted(this::arrive);
  private final AtomicBoolean keeping = new AtomicBoolean();
  private volatile boolean silent;
  private volatile boolean draining;

  private BotProcess(String[] words) {
    leaseMillis = Integer.parseInt(words[4]);
    int port = Integer.parseInt(words[7]);
    limitPort = port;
    random = new SplittableRandom(Long.parseLong(words[8]));
    maxUnderWay = Integer.parseInt(words[9]);
    RedisQueue.Builder builder =
        RedisQueue.builder(URI.create(words[1]))
            .namespace(words[2])
            .interval(millis(words[3]))
            .lease(millis(words[4]))
            .holdTimeout(millis(words[5]))
            .startDelay(millis(words[6]))
            .settling(Duration.ofSeconds(1))
            .readingAge(Duration.ofSeconds(2))
            .brake(Brake.OFF);
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
      } else if (bot != null) {
        bot.command(words[0]);
      }
    }
    Runtime.getRuntime().halt(0); // the process that started it is gone
  }

  private void command(String command) throws InterruptedException {
    switch (command) {
      case "keep" -> keeping.set(true);
      case "silent" -> silent = true;
      case "drain" -> drain();
      case "end" -> {
        queue.close();
        write("ended", "");
      }
      default -> throw new IllegalArgumentException(command);
    }
  }

  private void arrive() {
    while (!draining) {
      int count = Math.min(1 + random.nextInt(MAX_AT_ONCE), maxUnderWay - underWay.size());
      for (int i = 0; i < count; i++) {
        ask(random.split());
      }
      pause(random.nextInt(MAX_PAUSE_MILLIS));
    }
  }

  /** Does nothing for a while, which is part of the load that the seed describes. */
  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis); // the load itself: there is nothing to poll for
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    }
  }

  private void ask(SplittableRandom own) {
    String request = String.valueOf(requests.incrementAndGet());
    int shard = own.nextInt(SHARDS);
    SplittableRandom later = own.split();
    Thread thread = Thread.ofVirtual().unstarted(() -> request(request, shard, later));
    underWay.add(thread);
    thread.start();
    if (own.nextInt(100) < INTERRUPTED_PERCENT) {
      int afterMillis = own.nextInt(1000);
      Thread.ofVirtual()
          .start(() -> {
            pause(afterMillis);
            thread.interrupt();
          });
    }
  }

  private void request(String request, int shard, SplittableRandom own) {
    write("asks", request + " " + shard);
    try {
      HeldStart start = (HeldStart) queue.acquire(shard, SHARDS);
      long nanos = System.nanoTime();
      // Elsewhere, as an interrupt that raced the release would end the use, too.
      Thread use = Thread.ofVirtual().unstarted(() -> use(start, request, nanos, own));
      underWay.add(use);
      use.start();
    } catch (InterruptedException e) {
      write("interrupted", request);
    } catch (RuntimeException e) {
      write("failed", request + " " + e);
    } finally {
      underWay.remove(Thread.currentThread());
    }
  }

  private void use(HeldStart start, String request, long nanos, SplittableRandom own) {
    String ticket = start.hold.ticket.name;
    write("acquired", nanos, String.join(" ", request, ticket, String.valueOf(start.hold.bucket)));
    try (start) {
      if (keeping.getAndSet(false)) {
        write("keeps", request);
        pause(own.nextInt(leaseMillis / 5, leaseMillis / 5 * 2));
        // If it was frozen, it may hear of the start first, and has to get that right, too.
        pause(own.nextInt(leaseMillis / 5));
      } else if (silent || own.nextInt(100) < SILENT_PERCENT) {
        write("silent", request + " " + start.hold.endNanos);
        awaitExpiry(start, request, own.nextBoolean());
        return;
      } else if (own.nextBoolean()) {
        pause(own.nextInt(MAX_BETWEEN_MILLIS));
      }
      if (own.nextInt(100) < CANCELLED_PERCENT) {
        write("cancelled", request);
        start.cancel();
        return;
      }
      identify(start, request, ticket, own);
    } catch (IOException | RuntimeException e) {
      write("failed", request + " " + e);
    } finally {
      underWay.remove(Thread.currentThread());
    }
  }

  private void awaitExpiry(SessionStart start, String request, boolean cancels) {
    while (!start.isExpired()) {
      pause(POLL_MILLIS);
    }
    write("expired", request);
    if (cancels) {
      start.cancel();
    }
  }

  private void identify(SessionStart start, String request, String ticket, SplittableRandom own)
      throws IOException {
    long checkedNanos = System.nanoTime();
    if (start.isExpired()) {
      write("expired", request);
      start.cancel();
      return;
    }
    long nanos = System.nanoTime();
    write("identified", nanos, request + " " + checkedNanos);
    boolean plain = own.nextInt(4) == 0;
    if (plain) {
      start.close(); // without a word, as request() does
    } else {
      start.identified();
    }
    if (limitPort != 0) {
      SharedLimit.report(limitPort, ticket);
    }
    if (own.nextBoolean()) {
      pause(own.nextInt(MAX_BETWEEN_MILLIS));
    }
    if (!plain && own.nextBoolean()) {
      write("answered", request);
      start.answered();
    }
  }

  private void drain() throws InterruptedException {
    silent = false;
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
