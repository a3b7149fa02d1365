package io.github.gatewayqueue.testsupport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * What is logged under a name until this is closed, one string a record: level, colon, message, and
 * what was thrown, if anything was.
 */
public final class CapturedLog extends Handler implements AutoCloseable {
  private final Logger logger;
  private final SimpleFormatter formatter = new SimpleFormatter();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private volatile Runnable then = () -> {};

  /** Captures what is of a level or worse. */
  public CapturedLog(String name, Level level) {
    logger = Logger.getLogger(name);
    logger.setUseParentHandlers(false);
    logger.setLevel(level);
    logger.addHandler(this);
  }

  /** Has this throw whenever something is logged. */
  public void failWith(RuntimeException thrown) {
    then(() -> {
      throw thrown;
    });
  }

  /** Has this throw whenever something is logged. */
  public void failWith(Error thrown) {
    then(() -> {
      throw thrown;
    });
  }

  /** Has this do something whenever something is logged. */
  public void then(Runnable action) {
    then = action;
  }

  /** Returns what was logged so far, and from now on. */
  public List<String> lines() {
    return lines;
  }

  /** Returns what was logged so far, with {@code # s} for the times that somebody waited. */
  public List<String> linesWithoutTimes() {
    return lines.stream()
        .map(line -> line.replaceAll("\\b(after|again in) [0-9.]+ m?s\\b", "$1 # s"))
        .toList();
  }

  @Override
  public void publish(LogRecord entry) {
    String thrown = entry.getThrown() == null ? "" : " " + entry.getThrown();
    lines.add(entry.getLevel() + ": " + formatter.formatMessage(entry) + thrown);
    then.run();
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
