package io.github.gatewayqueue.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Parses server-sent events from the bytes of a stream, wherever those are split.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML: server-sent
 *     events</a>
 */
final class EventStreamParser {
  /** More than any proper event or line has, by far. */
  static final int MAX_BYTES = 64 * 1024;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /**
   * An event.
   *
   * @param type its name, {@code message} if it has none
   * @param data its data lines, with a line feed between them
   */
  record Event(String type, String data) {}

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean firstLine = true;
  private boolean afterCarriageReturn;
  private String type = "";
  private @Nullable StringBuilder data;
  private Duration retry = Duration.ZERO;

  /** Returns the last reconnection time that the stream told, zero if none. */
  Duration retry() {
    return retry;
  }

  /**
   * Reads up to the end of the next event and returns it, or null if there is no whole one left.
   *
   * @throws IOException if an event is too long
   */
  @Nullable Event next(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      boolean lineFeedOfCrLf = afterCarriageReturn && next == '\n';
      afterCarriageReturn = next == '\r';
      if (lineFeedOfCrLf) {
        continue;
      }
      if (next != '\n' && next != '\r') {
        line.write(next);
        requireShort(line.size());
        continue;
      }
      Event event = endLine();
      if (event != null) {
        return event;
      }
    }
    return null;
  }

  private @Nullable Event endLine() throws IOException {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (firstLine && text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(1);
    }
    firstLine = false;
    if (text.isEmpty()) {
      return endEvent();
    }
    int colon = text.indexOf(':');
    String field = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    take(field, value.startsWith(" ") ? value.substring(1) : value);
    return null;
  }

  /** An empty field is a comment; what is unknown is ignored. */
  private void take(String field, String value) throws IOException {
    switch (field) {
      case "event" -> type = value;
      case "data" -> append(value);
      case "retry" -> retry = parseRetry(value);
      default -> {}
    }
  }

  private void append(String value) throws IOException {
    data = data == null ? new StringBuilder() : data.append('\n');
    data.append(value);
    requireShort(data.length());
  }

  /** As many digits as fit into an {@code int} are 24 days: enough for any sensible time. */
  private Duration parseRetry(String value) {
    return value.matches("[0-9]{1,9}") ? Duration.ofMillis(Integer.parseInt(value)) : retry;
  }

  /** An event without data is ignored. */
  private @Nullable Event endEvent() {
    Event event = data == null ? null : new Event(type.isEmpty() ? "message" : type, "" + data);
    type = "";
    data = null;
    return event;
  }

  private static void requireShort(int length) throws IOException {
    if (length > MAX_BYTES) {
      throw new IOException("sent an event of more than " + MAX_BYTES + " bytes");
    }
  }
}
