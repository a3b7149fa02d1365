package io.github.gatewayqueue.broker.connections;

import static java.lang.System.Logger.Level.WARNING;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.gatewayqueue.broker.queue.OncePerMinute;
import io.github.gatewayqueue.internal.SafeLogger;
import io.netty.channel.Channel;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections there may be: as many as the system lets the process have open files, less
 * what the process needs itself. One more connection would hang: the system would neither accept
 * nor refuse it. The last ones are kept for requests that do not wait, so a probe always gets a
 * response.
 *
 * <p>Safe for use by many threads, except for the methods that say which thread may call them.
 */
public final class ConnectionLimit {
  private static final SafeLogger LOGGER =
      new SafeLogger(System.getLogger("io.github.gatewayqueue.broker"));

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
    if (!(ManagementFactory.getOperatingSystemMXBean()
        instanceof UnixOperatingSystemMXBean system)) {
      return; // on Windows
    }
    long files;
    long free;
    try {
      files = system.getMaxFileDescriptorCount();
      free = files - system.getOpenFileDescriptorCount() - OWN;
    } catch (InternalError e) {
      return; // the system does not tell, as without /proc
    }
    if (files < 0) {
      return; // there is no limit
    }
    most = Math.clamp(free, SPARE + 1, Integer.MAX_VALUE);
    if (mostWaiting() < maxWaiting) {
      LOGGER.log(
          WARNING,
          ("only %s clients can be connected and wait, expected the %s of --max-waiting: the process"
                  + " may have %s files open; raise that by ulimit -n, systemd's LimitNOFILE or"
                  + " Docker's --ulimit nofile, or set --max-waiting")
              .formatted(mostWaiting(), maxWaiting, files));
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
