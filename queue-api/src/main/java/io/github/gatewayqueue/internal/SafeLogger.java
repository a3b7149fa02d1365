package io.github.gatewayqueue.internal;

import java.util.ResourceBundle;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A logger whose failures are ignored: a log handler that throws must not fail a request, nor keep
 * another one from being released. Safe for use by many threads.
 */
// A System.Logger, because java.util.logging passes over those when it looks for the class that
// logs a line.
public final class SafeLogger implements System.Logger {
  private final System.Logger logger;

  /**
   * Creates a logger.
   *
   * @param logger where the lines go
   */
  public SafeLogger(System.Logger logger) {
    this.logger = logger;
  }

  /**
   * Returns the name of the logger.
   *
   * @return the name
   */
  @Override
  public String getName() {
    return logger.getName();
  }

  /**
   * Returns whether a level is logged.
   *
   * @param level the level
   * @return whether lines of the level are logged at present
   */
  @Override
  public boolean isLoggable(Level level) {
    return logger.isLoggable(level);
  }

  /**
   * Logs a line.
   *
   * @param level its level
   * @param line its text, called if the level is logged
   */
  @Override
  public void log(Level level, Supplier<String> line) {
    try {
      logger.log(level, line);
    } catch (RuntimeException | Error e) {
      // The handler or the text failed: there is no other place to report that.
    }
  }

  /**
   * Logs a line and what was thrown.
   *
   * @param level its level
   * @param bundle where its text is looked up, or null
   * @param line its text
   * @param thrown what was thrown, or null
   */
  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String line,
      @Nullable Throwable thrown) {
    try {
      logger.log(level, bundle, line, thrown);
    } catch (RuntimeException | Error e) {
      // As above.
    }
  }

  /**
   * Logs a line with parameters.
   *
   * @param level its level
   * @param bundle where its text is looked up, or null
   * @param line its text
   * @param parameters what its text refers to, or null
   */
  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String line,
      @Nullable Object @Nullable ... parameters) {
    try {
      logger.log(level, bundle, line, parameters);
    } catch (RuntimeException | Error e) {
      // As above.
    }
  }
}
