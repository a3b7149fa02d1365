package io.github.gatewayqueue.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** Keeps what the queue told the log last on the calling thread: which release it was. */
public final class BotLogs extends System.LoggerFinder {
  private static final ThreadLocal<String> LAST = new ThreadLocal<>();

  /** Creates what the service loader asks for. */
  public BotLogs() {}

  /** Returns the last line of the calling thread. */
  static @Nullable String last() {
    return LAST.get();
  }

  @Override
  public Logger getLogger(String name, Module module) {
    return new ThreadLogger(name);
  }

  private record ThreadLogger(String name) implements Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return name.startsWith("io.github.gatewayqueue");
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      LAST.set(message);
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... params) {
      LAST.set(format);
    }
  }
}
