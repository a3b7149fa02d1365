package io.github.gatewayqueue.http;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What the module logs until this is closed, one string a record: level, colon, message. Times that
 * somebody waited are left out.
 */
final class CapturedLog extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger(Log.NAME);
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private volatile @Nullable RuntimeException failure;

  /** Without what is logged of each request. */
  CapturedLog() {
    this(Level.INFO);
  }

  private CapturedLog(Level level) {
    logger.setUseParentHandlers(false);
    logger.setLevel(level);
    logger.addHandler(this);
  }

  static CapturedLog withRequests() {
    return new CapturedLog(Level.ALL);
  }

  /** Has this throw whenever something is logged. */
  void failWith(RuntimeException failure) {
    this.failure = failure;
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord entry) {
    String message = entry.getMessage().replaceAll("(after|in) PT[0-9.E-]*S", "$1 PT#S");
    lines.add(entry.getLevel() + ": " + message + causeOf(entry));
    RuntimeException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
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
