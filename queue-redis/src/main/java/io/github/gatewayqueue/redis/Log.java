package io.github.gatewayqueue.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * The module's log. A handler that fails is ignored: it is not to make a shard fail, nor to keep
 * anybody from being released.
 */
final class Log {
  /** Of each request, named as that of the queues in this process. */
  private static final Logger REQUESTS = System.getLogger("io.github.gatewayqueue");

  private static final Logger STORE = System.getLogger("io.github.gatewayqueue.redis");

  private Log() {}

  static boolean tellsOfRequests() {
    return REQUESTS.isLoggable(Level.DEBUG);
  }

  static void request(String line) {
    log(REQUESTS, Level.DEBUG, line, null);
  }

  static void info(String line) {
    log(STORE, Level.INFO, line, null);
  }

  static void warning(String line) {
    log(STORE, Level.WARNING, line, null);
  }

  static void error(String line, Throwable thrown) {
    log(STORE, Level.ERROR, line, thrown);
  }

  private static void log(Logger logger, Level level, String line, @Nullable Throwable thrown) {
    try {
      logger.log(level, line, thrown);
    } catch (RuntimeException | Error e) {
      // a handler that fails must not change what becomes of a request
    }
  }
}
