package io.github.gatewayqueue.http;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/** The module's log. A handler that fails is ignored: it is not to make a shard fail. */
final class Log {
  static final String NAME = "io.github.gatewayqueue.http";

  private static final Logger LOGGER = System.getLogger(NAME);

  private Log() {}

  static void debug(Supplier<String> line) {
    log(Level.DEBUG, line);
  }

  static void info(String line) {
    log(Level.INFO, () -> line);
  }

  static void warning(String line) {
    log(Level.WARNING, () -> line);
  }

  private static void log(Level level, Supplier<String> line) {
    try {
      LOGGER.log(level, line);
    } catch (RuntimeException | Error e) {
      // The request goes on: it may even be released.
    }
  }
}
