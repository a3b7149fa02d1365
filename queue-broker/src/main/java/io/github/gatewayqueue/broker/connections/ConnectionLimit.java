package io.github.gatewayqueue.broker.connections;

import static java.lang.System.Logger.Level.WARNING;

import io.github.gatewayqueue.broker.queue.OncePerMinute;
import io.github.gatewayqueue.internal.SafeLogger;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * How many connections there may be: as many as the system lets the process have open files, less
 * what the process needs itself. The system would neither accept nor refuse one more; it would
 * hang. The last of them are kept for requests that do not wait, so a probe always gets a response.
 *
 * <p>Safe for use by many threads, except for methods that name one.
 */
public final class ConnectionLimit {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.broker"));

  /** Linux tells here; elsewhere no limit is known. The JVM has raised the soft one already. */
  private static final Path LIMITS = Path.of("/proc/self/limits");

  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  /** For the connections to Redis and Discord, and what the JVM opens later. */
  private static final int OWN = 32;

  /** For probes, the status, and those who are refused. */
  private static final int SPARE = 16;

  private final AtomicInteger open = new AtomicInteger();
  private volatile int most = Integer.MAX_VALUE;

  /** Of the thread that accepts. */
  private final OncePerMinute warnings = new OncePerMinute();

  /** Finds out how many there may be, and warns if that is too few. */
  public void find(int maxWaiting) {
    int files;
    try {
      files = openFilesAllowed();
      most = files == Integer.MAX_VALUE ? files : Math.max(SPARE + 1, files - openFiles() - OWN);
    } catch (IOException | RuntimeException e) {
      return; // not on Linux
    }
    if (mostWaiting() < maxWaiting) {
      LOGGER.log(
          WARNING,
          "only "
              + mostWaiting()
              + " clients can be connected and wait, expected the "
              + maxWaiting
              + " of --max-waiting: the process may have "
              + files
              + " files open; raise that by ulimit -n, systemd's LimitNOFILE or Docker's --ulimit"
              + " nofile, or set --max-waiting");
    }
  }

  private static int openFilesAllowed() throws IOException {
    for (String line : Files.readAllLines(LIMITS)) {
      if (line.startsWith("Max open files ")) {
        String soft = line.substring("Max open files ".length()).strip().split(" +", 2)[0];
        return soft.equals("unlimited")
            ? Integer.MAX_VALUE
            : (int) Math.min(Long.parseLong(soft), Integer.MAX_VALUE);
      }
    }
    return Integer.MAX_VALUE;
  }

  private static int openFiles() throws IOException {
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return (int) files.count();
    }
  }

  /**
   * Counts a connection until it is closed, unless it is one too many and must be closed at once.
   * To be called by the thread that accepts.
   */
  boolean admits(Channel channel) {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      if (warnings.isDue(System.nanoTime())) {
        LOGGER.log(
            WARNING,
            "connections are closed at once: there are " + most + ", as many as can be open");
      }
      return false;
    }
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    return true;
  }

  /** Returns whether there are so many that the rest is spare. */
  public boolean isNearlyReached() {
    return open.get() > mostWaiting();
  }

  /** Returns how many of the connections may be of clients that wait. */
  public int mostWaiting() {
    return most - SPARE;
  }
}
