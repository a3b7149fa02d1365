package io.github.gatewayqueue.broker.queue;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * The broker's log. A handler that fails is ignored: it is not to leave a client without answer.
 */
public final class Log {
  private static final Logger LOGGER = System.getLogger("io.github.gatewayqueue.broker");

  private Log() {}

  public static void warning(String line, @Nullable Throwable thrown) {
    log(Level.WARNING, line, thrown);
  }

  public static void error(String line, Throwable thrown) {
    log(Level.ERROR, line, thrown);
  }

  private static void log(Level level, String line, @Nullable Throwable thrown) {
    try {
      LOGGER.log(level, line, thrown);
    } catch (RuntimeException | Error e) {
      // a handler that fails must not change what becomes of a request
    }
  }
}
