package io.github.gatewayqueue.local.engine;

import static java.lang.System.Logger.Level.WARNING;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gatewayqueue.internal.SafeLogger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Here, because the tests of queue-api do not see java.util.logging. */
class SafeLoggerTest {
  private final List<String> sources = new ArrayList<>();

  @Test
  void log_toJavaUtilLogging_isFromTheClassThatCalls() {
    Logger logger = Logger.getLogger(SafeLoggerTest.class.getName());
    logger.setUseParentHandlers(false);
    logger.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            sources.add(entry.getSourceClassName());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    SafeLogger safe = new SafeLogger(System.getLogger(logger.getName()));
    safe.log(WARNING, "line");
    safe.log(WARNING, () -> "line");
    safe.log(WARNING, "line", new IllegalStateException());
    assertEquals(Collections.nCopies(3, SafeLoggerTest.class.getName()), sources);
  }
}
