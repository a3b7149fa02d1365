package io.github.gatewayqueue.internal;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A logger whose failures are ignored: a log handler that throws must not fail a request, nor keep
 * another one from being released. Safe for use by many threads.
 */
public final class SafeLogger {
  private final Logger logger;

  /**
   * Creates a logger.
   *
   * @param logger where the lines go
   */
  public SafeLogger(Logger logger) {
    this.logger = logger;
  }

  /**
   * Returns whether a level is logged.
   *
   * @param level the level
   * @return whether lines of the level are logged at present
   */
  public boolean isLoggable(Level level) {
    return logger.isLoggable(level);
  }

  /**
   * Logs a line.
   *
   * @param level its level
   * @param line its text, called if the level is logged
   */
  public void log(Level level, Supplier<String> line) {
    try {
      logger.log(level, line);
    } catch (RuntimeException | Error e) {
      // The handler or the text failed: there is no other place to report that.
    }
  }

  /**
   * Logs a line.
   *
   * @param level its level
   * @param line its text
   */
  public void log(Level level, String line) {
    log(level, line, null);
  }

  /**
   * Logs a line and what was thrown.
   *
   * @param level its level
   * @param line its text
   * @param thrown what was thrown, or null
   */
  public void log(Level level, String line, @Nullable Throwable thrown) {
    try {
      logger.log(level, line, thrown);
    } catch (RuntimeException | Error e) {
      // As above.
    }
  }
}
