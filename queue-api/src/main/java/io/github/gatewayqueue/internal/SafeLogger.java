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

  @Override
  public String getName() {
    return logger.getName();
  }

  @Override
  public boolean isLoggable(Level level) {
    return logger.isLoggable(level);
  }

  @Override
  public void log(Level level, Supplier<String> line) {
    try {
      logger.log(level, line);
    } catch (RuntimeException | Error e) {
      // The handler or the text failed: there is no other place to report that.
    }
  }

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
