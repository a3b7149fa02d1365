package io.github.gatewayqueue.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gatewayqueue.http.EventStreamParser.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventStreamParserTest {

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void next_anyLineEnd_endsALine(String end) throws IOException {
    String text = "event: a~data: 1~~:c~data:2~data: ~data~~".replace("~", end);
    assertEquals(List.of(new Event("a", "1"), new Event("message", "2\n\n")), whole(text));
    assertEquals(whole(text), byteByByte(text));
  }

  @Test
  void next_whatIsNotComplete_isNoEvent() throws IOException {
    assertEquals(List.of(), whole("event: a\ndata: 1\n"));
    assertEquals(List.of(), whole("event: a\ndata: 1"));
    assertEquals(List.of(), whole("event: a\n\n"));
  }

  @Test
  void next_typeWithoutData_isForgotten() throws IOException {
    assertEquals(List.of(new Event("message", "1")), whole("event: released\n\ndata: 1\n\n"));
  }

  @Test
  void next_oneSpaceAfterTheColon_isNoPartOfTheValue() throws IOException {
    assertEquals(List.of(new Event(" a", ": b")), whole("event:  a\ndata:: b\n\n"));
  }

  @Test
  void next_unknownFieldsAndComments_areIgnored() throws IOException {
    assertEquals(
        List.of(new Event("message", "1")), whole(":\nid: 3\nDATA: x\nwhatever\ndata: 1\n: x\n\n"));
  }

  @Test
  void next_byteOrderMark_isSkippedAtTheBeginningOnly() throws IOException {
    assertEquals(List.of(new Event("message", "1")), whole("\uFEFFdata: 1\n\n\uFEFFdata: 2\n\n"));
  }

  @Test
  void next_textBeyondAscii_isUtf8HoweverItIsCut() throws IOException {
    assertEquals(List.of(new Event("message", "äß€😀")), byteByByte("data: äß€😀\n\n"));
  }

  @Test
  void retry_digits_areTakenAndAnythingElseIsNot() throws IOException {
    var stream = new EventStreamParser();
    assertEquals(Duration.ZERO, stream.retry());
    read(stream, ByteBuffer.wrap("retry: 1500\n".getBytes(StandardCharsets.UTF_8)));
    assertEquals(Duration.ofMillis(1500), stream.retry());
    String nonsense = "retry: -1\nretry: x\nretry\nretry: 1.5\nretry: 99999999999999999999\n";
    read(stream, ByteBuffer.wrap(nonsense.getBytes(StandardCharsets.UTF_8)));
    assertEquals(Duration.ofMillis(1500), stream.retry());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "data: x\n", "\uFEFF"})
  void next_eventThatIsTooLong_isRefused(String piece) {
    String text = piece.repeat(EventStreamParser.MAX_BYTES + 1);
    var thrown = assertThrows(IOException.class, () -> whole(text));
    assertEquals("sent an event of more than 65536 bytes", thrown.getMessage());
  }

  private static List<Event> whole(String text) throws IOException {
    return read(new EventStreamParser(), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Event> byteByByte(String text) throws IOException {
    var stream = new EventStreamParser();
    List<Event> events = new ArrayList<>();
    for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
      events.addAll(read(stream, ByteBuffer.wrap(new byte[] {next})));
    }
    return events;
  }

  private static List<Event> read(EventStreamParser stream, ByteBuffer bytes) throws IOException {
    List<Event> events = new ArrayList<>();
    for (Event event; (event = stream.next(bytes)) != null; ) {
      events.add(event);
    }
    return events;
  }
}
