package io.github.gatewayqueue.large;

import static java.lang.System.Logger.Level.WARNING;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.gatewayqueue.large.RecordLine.Kind;
import io.github.gatewayqueue.local.engine.BackgroundLogger;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A small file of the starts of the last 24 hours, from which a process learns what its
 * predecessors have released. Safe for use by many threads.
 *
 * <p>Its content is also kept in memory. A line is appended by one write, and never forced to the
 * disk: what the process has written outlives the process, and after a crash of the whole system
 * Discord has counted every start before a process runs again. When the file has grown, and after a
 * failed write, it is written anew beside the old one and replaces it in one move. So a crash
 * leaves at worst an incomplete last line. A file that would lack a start is emptied, because the
 * next process relies on it to be complete.
 *
 * <p>The files are written by streams: the interrupt of a thread that was just released would close
 * a channel.
 */
final class StartRecord {
  private static final Duration KEPT = Duration.ofDays(1);
  private static final String HEADER = "gateway-queue start record 1";

  /** More than the starts of any day take: a longer file is something else. */
  private static final int MAX_BYTES = 100_000_000;

  /** How many lines the file may have besides twice those that count. */
  private static final int SPARE_LINES = 1000;

  private static final BackgroundLogger LOGGER =
      new BackgroundLogger(System.getLogger("io.github.gatewayqueue.large"));

  private final Path file;
  private final Supplier<RecordedMoment> clock;
  private final Opener opener;

  /** The processes, the pauses, and the starts that were not cancelled. */
  private final Deque<RecordLine> kept = new ArrayDeque<>();

  /** Where lines are appended; null if the file must be written anew first. */
  private @Nullable OutputStream end;

  private int linesLeft;
  private boolean failureTold;
  private boolean closed;

  /**
   * What happened: a start that was not cancelled, a pause, or a process that opened the record.
   *
   * @param ageNanos how long ago, at least
   * @param holdNanos for how long a start may have been held
   */
  record Past(Kind kind, long shard, int bucket, long ageNanos, long holdNanos) {}

  /** For tests: how files are opened for writing. */
  interface Opener {
    OutputStream open(File file, boolean append) throws IOException;
  }

  private StartRecord(Path file, Supplier<RecordedMoment> clock, Opener opener) {
    this.file = file;
    this.clock = clock;
    this.opener = opener;
  }

  /**
   * Opens a record, or begins one if there is no such file, and takes note that a process has.
   *
   * <p>A file that is no record, that cannot be read, or that another process uses is refused: it
   * is a mistake in the settings, and without the record each crash would be taken for the first. A
   * record of this process that has the file gives it up, as that of a queue no longer used. Lines
   * that are torn or garbled are skipped, with a warning unless it is the last one: a crash or a
   * disk does that, at night, and must not keep the bot down. Neither must a full disk: if the file
   * cannot be written, that is a warning, and tried again at each start.
   *
   * @throws IllegalArgumentException if the file is refused; nothing in it has changed
   */
  static StartRecord open(Path file) {
    return open(file, RecordedMoment::now, FileOutputStream::new);
  }

  static StartRecord open(Path file, Supplier<RecordedMoment> clock, Opener opener) {
    try {
      var record = new StartRecord(real(file), clock, opener);
      RecordLock.take(record.file, record, record::read);
      record.add(Kind.PROCESS, -1, -1, Duration.ZERO);
      return record;
    } catch (IOException e) {
      throw refusal(file, e.toString(), e);
    }
  }

  private static IllegalArgumentException refusal(
      Path file, String why, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "cannot use " + file + " as the start record: " + why, cause);
  }

  /** Returns the same for all names of a file. */
  private static Path real(Path file) throws IOException {
    if (Files.exists(file)) {
      if (!Files.isRegularFile(file)) { // a device may have no end
        throw refusal(file, "it is not a regular file", null);
      }
      return file.toRealPath();
    }
    Path absolute = file.toAbsolutePath();
    return absolute.resolveSibling("").toRealPath().resolve(absolute.getFileName());
  }

  /**
   * Takes note of a start: right after it was released, on the thread that was. Does not throw.
   *
   * @param holdTimeout for how long it is held at most, 0 if it is not
   * @return what {@link #cancelled} takes; null if there was no memory for it
   */
  @Nullable RecordLine started(long shard, int bucket, Duration holdTimeout) {
    return add(Kind.START, shard, bucket, holdTimeout);
  }

  /** Takes note that the brake has begun to hold a shard back. Does not throw. */
  void paused(long shard) {
    RecordLine unused = add(Kind.PAUSED, shard, -1, Duration.ZERO);
  }

  /** Takes note that a start was given back: it does not count. Does not throw. */
  synchronized void cancelled(@Nullable RecordLine start) {
    try {
      if (start != null && kept.removeLastOccurrence(start)) {
        write(start.as(Kind.CANCELLED));
      }
    } catch (RuntimeException | Error e) {
      // no memory, for instance: it counts as used, which is safe
    }
  }

  /** Returns what happened in the last 24 hours, in its order; this process is the last. */
  List<Past> past() {
    RecordedMoment now = clock.get();
    List<RecordLine> lines;
    synchronized (this) {
      lines = List.copyOf(kept);
    }
    return lines.stream()
        .map(line -> past(line, age(line, now)))
        .filter(past -> past.ageNanos < KEPT.toNanos())
        .toList();
  }

  private static Past past(RecordLine line, long ageNanos) {
    long holdNanos = TimeUnit.MILLISECONDS.toNanos(Math.max(0, line.holdMillis()));
    return new Past(line.kind(), line.shard(), line.bucket(), ageNanos, holdNanos);
  }

  /** Returns the age of a line, or a day if it is older. */
  private static long age(RecordLine line, RecordedMoment now) {
    Duration age = line.moment().age(now);
    return age.compareTo(KEPT) < 0 ? age.toNanos() : KEPT.toNanos();
  }

  private synchronized @Nullable RecordLine add(
      Kind kind, long shard, int bucket, Duration holdTimeout) {
    try {
      long holdMillis = Math.ceilDiv(holdTimeout.toNanos(), 1_000_000);
      RecordLine line = new RecordLine(kind, clock.get(), shard, bucket, holdMillis);
      kept.add(line);
      write(line);
      return line;
    } catch (RuntimeException | Error e) {
      return null; // no memory, for instance: it was released all the same
    }
  }

  private synchronized void write(RecordLine line) {
    if (closed) {
      warnOnce(
          "the start record "
              + file
              + " is used by a queue that was built later: this one records no more starts");
      return;
    }
    try {
      OutputStream out = end;
      if (out == null || linesLeft == 0) {
        writeAll();
      } else {
        out.write(bytes(line.text() + "\n"));
        linesLeft--;
      }
      failureTold = false;
    } catch (IOException | RuntimeException | Error e) {
      closeEnd(); // it may have been written in part
      if (line.kind() == Kind.START) {
        empty();
      }
      warnOnce("the start record " + file + " cannot be written, trying again at each start: " + e);
    }
  }

  /** So that the next process does not trust a file in which a start is missing. */
  private void empty() {
    try {
      opener.open(file.toFile(), false).close();
    } catch (IOException | RuntimeException | Error e) {
      // as on a disk that has become read-only
    }
  }

  private void warnOnce(String line) {
    if (!failureTold) {
      failureTold = true;
      warn(line);
    }
  }

  private void writeAll() throws IOException {
    RecordedMoment now = clock.get();
    kept.removeIf(line -> age(line, now) >= KEPT.toNanos());
    closeEnd(); // Windows moves nothing to where an open file is
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    kept.forEach(line -> text.append(line.text()).append('\n'));
    Path anew = Path.of(file + ".new");
    try (OutputStream out = opener.open(anew.toFile(), false)) {
      out.write(bytes(text.toString()));
    }
    Files.move(anew, file, StandardCopyOption.ATOMIC_MOVE);
    linesLeft = kept.size() + SPARE_LINES;
    try {
      end = opener.open(file.toFile(), true);
    } catch (IOException e) {
      // no more files may be open, for instance: all is written, and will be once more
    }
  }

  private void read() throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    String text;
    try (InputStream in = new FileInputStream(file.toFile())) {
      text = new String(in.readNBytes(MAX_BYTES), ISO_8859_1);
    }
    String[] lines = text.split("\n", -1); // the last one has no end: it is empty, or torn
    int last = lines.length - 1;
    boolean headed = lines[0].equals(HEADER) || (last == 0 && HEADER.startsWith(text));
    int understood = 0;
    int skipped = headed ? 0 : 1;
    for (int i = 1; i <= last; i++) {
      RecordLine line = RecordLine.parse(lines[i]);
      if (line != null) {
        take(line);
        understood++;
      } else if (i < last) {
        skipped++;
      }
    }
    if (!headed && understood == 0) {
      throw refusal(file, "it does not begin with \"" + HEADER + "\"", null);
    }
    if (skipped > 0) {
      warn(skipped + " lines of the start record " + file + " cannot be read, and are skipped");
    }
  }

  private void take(RecordLine line) {
    if (line.kind() == Kind.CANCELLED) {
      kept.removeLastOccurrence(line.as(Kind.START));
    } else {
      kept.add(line);
    }
  }

  private static void warn(String line) {
    LOGGER.log(WARNING, () -> line);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /** Writes nothing any more. */
  synchronized void close() {
    closed = true;
    failureTold = false;
    closeEnd();
  }

  private void closeEnd() {
    OutputStream out = end;
    end = null;
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        // nothing was left to be written
      }
    }
  }
}
