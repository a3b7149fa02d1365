package io.github.gatewayqueue.broker.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.stream.Stream;

/**
 * The format of the program's log: one line for each record, and the stack trace below it, if there
 * is one.
 */
final class LogFormat extends Formatter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  /** The word of System.Logger: java.util.logging has others, such as SEVERE. */
  private static String word(int severity) {
    return Stream.of(Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG)
        .filter(level -> severity >= level.getSeverity())
        .findFirst()
        .orElse(Level.TRACE)
        .getName();
  }

  @Override
  public String format(LogRecord entry) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    out.printf(
        "%s %s %s: %s%n",
        TIME.format(entry.getInstant()),
        word(entry.getLevel().intValue()),
        entry.getLoggerName(),
        formatMessage(entry));
    Throwable thrown = entry.getThrown();
    if (thrown != null) {
      thrown.printStackTrace(out);
    }
    return text.toString();
  }
}
