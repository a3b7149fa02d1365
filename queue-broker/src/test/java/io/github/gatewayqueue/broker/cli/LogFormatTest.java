package io.github.gatewayqueue.broker.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogFormatTest {
  private static LogRecord entry(String message) {
    LogRecord entry = new LogRecord(Level.WARNING, message);
    entry.setLoggerName("a.logger");
    return entry;
  }

  private static List<String> lines(LogRecord entry) {
    return new LogFormat().format(entry).lines().toList();
  }

  @Test
  void format_plain_isOneLine() {
    LogRecord entry = entry("only {0} of {1}");
    entry.setParameters(new Object[] {1, 16});
    List<String> lines = lines(entry);
    assertEquals(1, lines.size());
    String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d{4}";
    assertTrue(lines.getFirst().matches(time + " WARNING a.logger: only 1 of 16"), lines::toString);
  }

  /** The documentation has the words of System.Logger, with which all modules log. */
  @ParameterizedTest
  @CsvSource({
    "SEVERE, ERROR",
    "WARNING, WARNING",
    "INFO, INFO",
    "CONFIG, DEBUG",
    "FINE, DEBUG",
    "FINER, TRACE",
    "FINEST, TRACE"
  })
  void format_level_isTheWordOfSystemLogger(String level, String word) {
    LogRecord entry = entry("x");
    entry.setLevel(Level.parse(level));
    assertTrue(lines(entry).getFirst().endsWith(" " + word + " a.logger: x"));
  }

  @Test
  void format_thrown_isFollowedByTheStackTraceAndItsCause() {
    LogRecord entry = entry("failed");
    entry.setThrown(new IllegalStateException("odd", new IOException("gone")));
    List<String> lines = lines(entry);
    assertTrue(lines.getFirst().endsWith(" WARNING a.logger: failed"), lines::toString);
    assertEquals("java.lang.IllegalStateException: odd", lines.get(1));
    assertTrue(lines.get(2).startsWith("\tat "), lines::toString);
    assertTrue(lines.contains("Caused by: java.io.IOException: gone"), lines::toString);
  }
}
