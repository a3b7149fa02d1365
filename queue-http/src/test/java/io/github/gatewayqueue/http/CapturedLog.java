package io.github.gatewayqueue.http;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the module logs until this is closed, one string a record: level, colon, message. */
final class CapturedLog extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger(HttpQueue.class.getName());
  private final List<String> lines = new CopyOnWriteArrayList<>();

  CapturedLog() {
    logger.setUseParentHandlers(false);
    logger.setLevel(Level.ALL);
    logger.addHandler(this);
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord entry) {
    lines.add(entry.getLevel() + ": " + entry.getMessage() + causeOf(entry));
  }

  private static String causeOf(LogRecord entry) {
    return entry.getThrown() == null ? "" : " " + entry.getThrown();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setLevel(null);
    logger.setUseParentHandlers(true);
  }
}
