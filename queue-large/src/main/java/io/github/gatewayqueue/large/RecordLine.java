package io.github.gatewayqueue.large;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A line of the {@link StartRecord}. It makes sense by itself, and ends with its check sum.
 *
 * @param shard of a start or a pause, else -1
 * @param bucket of a start, else -1
 * @param holdMillis for how long a start may be held, at most
 */
record RecordLine(Kind kind, RecordedMoment moment, long shard, int bucket, long holdMillis) {
  enum Kind {
    /** A process has opened the record. */
    PROCESS,
    /** A shard has begun to wait, as it starts again and again. */
    PAUSED,
    /** A start was released. */
    START,
    /** The start of which all the rest tells was given back. */
    CANCELLED
  }

  RecordLine as(Kind other) {
    return new RecordLine(other, moment, shard, bucket, holdMillis);
  }

  /** Returns the line as it stands in the file, without its end. */
  String text() {
    String text =
        String.join(
            " ",
            kind.name().toLowerCase(Locale.ROOT),
            moment.wall().toString(),
            moment.boot(),
            Long.toString(moment.uptimeMillis()),
            Long.toString(shard),
            Integer.toString(bucket),
            Long.toString(holdMillis));
    return text + " " + checkSum(text);
  }

  /** Returns what a line tells, or null if it is broken. */
  static @Nullable RecordLine parse(String line) {
    int end = line.lastIndexOf(' ');
    if (end < 0 || !checkSum(line.substring(0, end)).equals(line.substring(end + 1))) {
      return null;
    }
    try {
      String[] parts = line.split(" ", 8);
      Kind kind = Kind.valueOf(parts[0].toUpperCase(Locale.ROOT));
      RecordedMoment moment =
          new RecordedMoment(Instant.parse(parts[1]), parts[2], Long.parseLong(parts[3]));
      return new RecordLine(
          kind,
          moment,
          Long.parseLong(parts[4]),
          Integer.parseInt(parts[5]),
          Long.parseLong(parts[6]));
    } catch (IllegalArgumentException | DateTimeException | IndexOutOfBoundsException e) {
      return null; // of a later version, or somebody's joke
    }
  }

  private static String checkSum(String text) {
    var crc = new CRC32();
    crc.update(text.getBytes(ISO_8859_1));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
