package io.github.gatewayqueue.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What becomes of the spacing when the wall clock is set back and forth by an hour: by libfaketime,
 * which is loaded into the process before the C library and leaves the monotonic clock alone.
 */
final class ClockStep implements Scenario {
  private static final Duration INTERVAL = Duration.ofMillis(200);
  private static final Duration STEP = Duration.ofHours(1);
  private static final String FILE = "FAKETIME_TIMESTAMP_FILE";

  /** Seconds that the wall clock is ahead, one after the other. */
  private static final List<Integer> AHEAD = List.of(-3_600, 0, 3_600, 0);

  @Override
  public List<Run> runs(Form form) {
    Optional<Path> library = libfaketime();
    if (library.isEmpty()) {
      return List.of();
    }
    try {
      Path file = Files.createTempFile("clock", ".faketime");
      file.toFile().deleteOnExit();
      Files.writeString(file, "+0");
      // The monotonic clock by its older name, too: which one is heeded is up to the version.
      Map<String, String> environment =
          Map.of(
              "LD_PRELOAD",
              library.get().toString(),
              "FAKETIME_NO_CACHE",
              "1",
              "FAKETIME_DONT_FAKE_MONOTONIC",
              "1",
              "DONT_FAKE_MONOTONIC",
              "1",
              FILE,
              file.toString());
      return List.of(
          new Run("all", Subject.ALL, List.of(), environment, Duration.ofMinutes(2), true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns where Debian's package puts the library, if it is there. */
  private static Optional<Path> libfaketime() {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/usr/lib"))) {
      for (Path folder : folders) {
        Path library = folder.resolve("faketime/libfaketimeMT.so.1");
        if (Files.exists(library)) {
          return Optional.of(library);
        }
      }
    } catch (IOException e) {
      // no such directory on this system
    }
    return Optional.empty();
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    Path file = Path.of(System.getenv(FILE));
    checkThatItSteps(file);
    Duration pause = form.pick(Duration.ofMillis(5_500), Duration.ofMillis(1_300));
    List<Line> lines = new ArrayList<>();
    for (Subject subject : run.subjects()) {
      lines.add(new Line(subject, lines.size()));
    }
    try (Releases recording = new Releases()) {
      for (Line line : lines) {
        line.start();
      }
      Thread.sleep(pause);
      for (int seconds : AHEAD) {
        set(file, seconds);
        Thread.sleep(pause);
      }
      long endNanos = System.nanoTime();
      List<Releases.Release> releases = recording.stop();
      for (Line line : lines) {
        line.report(releases, endNanos, figures);
      }
    }
  }

  /** Not to measure nothing: the wall clock must step, and the monotonic one must not. */
  private static void checkThatItSteps(Path file) throws IOException {
    long wallMillis = System.currentTimeMillis();
    long monotonicNanos = System.nanoTime();
    set(file, AHEAD.getFirst());
    Duration wall = Duration.ofMillis(System.currentTimeMillis() - wallMillis);
    Duration monotonic = Duration.ofNanos(System.nanoTime() - monotonicNanos);
    set(file, 0);
    if (wall.plus(STEP).abs().compareTo(Duration.ofMinutes(1)) > 0
        || monotonic.isNegative()
        || monotonic.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalStateException(
          "the clock was set back an hour; the wall clock went by "
              + wall
              + ", nanoTime by "
              + monotonic);
    }
  }

  private static void set(Path file, int secondsAhead) throws IOException {
    Files.writeString(file, "%+d".formatted(secondsAhead));
  }

  /** One subject's line, in which somebody always waits. */
  private static final class Line {
    private final Subject subject;
    private final int shard;
    private final Duration interval;
    private final Pacer pacer;
    private final ConcurrentLinkedQueue<Long> stamps = new ConcurrentLinkedQueue<>();

    Line(Subject subject, int shard) {
      this.subject = subject;
      this.shard = shard;
      interval = subject.intervalFor(INTERVAL);
      pacer = subject.open(1, interval);
    }

    void start() {
      new Crowd(
              3,
              i -> {
                while (true) {
                  pacer.acquire(shard);
                  stamps.add(System.nanoTime());
                }
              })
          .start();
    }

    void report(List<Releases.Release> releases, long endNanos, Figures figures) {
      List<Long> moments = new ArrayList<>(stamps);
      if (subject.isOurs()) {
        moments.clear();
        releases.stream()
            .filter(release -> release.shard() == shard)
            .forEach(release -> moments.add(release.nanos()));
      }
      Collections.sort(moments, Releases.BY_MOMENT);
      long least = Long.MAX_VALUE;
      long most = endNanos - moments.getLast(); // at least: it may be stuck
      for (int i = 1; i < moments.size(); i++) {
        long gap = moments.get(i) - moments.get(i - 1);
        least = Math.min(least, gap);
        most = Math.max(most, gap);
      }
      figures.add(subject, "least", (double) least / interval.toNanos());
      figures.add(subject, "most", (double) most / interval.toNanos());
      figures.add(subject, "starts", moments.size());
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "The clock is set",
        """
        The wall clock is set back by an hour, forth again, forth by an hour and back again, while somebody waits all the \
        time. The shortest and the longest gap, as fractions of the interval (200 ms, or five seconds where that is a \
        constant). By libfaketime, which leaves the monotonic clock alone; that it does both is checked in the process. The \
        Redis of Redisson sees the same clock.\
        """);
    if (results.isEmpty()) {
      report.remark("**Not measured: libfaketime is not installed.**");
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (Subject subject : Subject.ALL) {
      rows.add(
          List.of(
              subject.title,
              "%.4f".formatted(results.of(subject, "least").min()),
              Report.number(results.of(subject, "most").max()),
              "%.0f".formatted(results.of(subject, "starts").sum())));
    }
    report.table(List.of("gap / interval", "least", "most", "starts"), rows);
    for (Subject subject : Subject.OURS) {
      if (!(results.of(subject, "least").min() >= 1)) { // nor if it is not a number
        report.violation(subject.title + " is too fast when the clock is set");
      }
    }
  }
}
