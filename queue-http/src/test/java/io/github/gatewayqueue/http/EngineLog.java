package io.github.gatewayqueue.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which requests are in the lines of the brokers in this JVM, as the engine in them logs it. A
 * request is known by its number of shards, which no other request may have.
 */
final class EngineLog extends Handler implements AutoCloseable {
  private static final Logger LOGGER = Logger.getLogger("io.github.gatewayqueue");
  private static final Pattern CHANGE =
      Pattern.compile(
          "shard \\d+ of (\\d+) (?:(waits for its turn)|was released after|left the line after).*");

  private final Set<Long> inLine = ConcurrentHashMap.newKeySet();

  EngineLog() {
    LOGGER.setLevel(Level.FINE);
    LOGGER.addHandler(this);
  }

  /** Returns whether a request has joined a line, and has not left it. */
  boolean isInLine(Long total) {
    return inLine.contains(total);
  }

  /** What a request's thread logs comes in the order in which it happened to the request. */
  @Override
  public void publish(LogRecord entry) {
    if (!LOGGER.getName().equals(entry.getLoggerName())) {
      return; // HttpQueue's own, with the same words
    }
    Matcher change = CHANGE.matcher(entry.getMessage());
    if (change.matches()) {
      Long total = Long.valueOf(change.group(1));
      if (change.group(2) != null) {
        inLine.add(total);
      } else {
        inLine.remove(total);
      }
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGER.removeHandler(this);
    LOGGER.setLevel(null);
  }
}
