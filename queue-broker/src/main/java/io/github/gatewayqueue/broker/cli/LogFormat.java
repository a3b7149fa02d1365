package io.github.gatewayqueue.broker.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.time.ZoneId;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.stream.Stream;

/**
 * The format of the program's log: one line for each record, and the stack trace below it, if there
 * is one.
 */
final class LogFormat extends Formatter {
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
        Locale.ROOT,
        "%1$tFT%1$tT.%1$tL%1$tz %2$s %3$s: %4$s%n",
        entry.getInstant().atZone(ZoneId.systemDefault()),
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
