package io.github.gatewayqueue.discord;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The module's log. A handler that fails is ignored: it is not to make a reading fail. */
final class Log {
  static final String NAME = "io.github.gatewayqueue.discord";

  private static final Logger LOGGER = System.getLogger(NAME);

  private Log() {}

  static void warning(String line) {
    try {
      LOGGER.log(Level.WARNING, line);
    } catch (RuntimeException | Error e) {
      // The limit was read all the same, or is asked for again.
    }
  }
}
