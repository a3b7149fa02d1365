package io.github.gatewayqueue.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * A flight recording of the releases of our queues: each moment is the one that the released thread
 * read under its bucket's lock, and nothing that came after it is in there. No other event is
 * recorded. The event is committed after the release, in the released thread.
 */
final class Releases implements AutoCloseable {
  private static final String EVENT = "io.github.gatewayqueue.Request";

  /** Values of nanoTime compare by their difference. */
  static final Comparator<Long> BY_MOMENT = (a, b) -> Long.signum(a - b);

  private final Recording recording = new Recording();

  /** A request that was released. */
  record Release(long shard, int bucket, long nanos) {}

  Releases() {
    recording.enable(EVENT);
    recording.start();
  }

  /** Ends the recording; returns all releases by their moments. */
  List<Release> stop() throws IOException {
    recording.stop();
    Path file = Files.createTempFile("releases", ".jfr");
    try {
      recording.dump(file);
      return read(file);
    } finally {
      Files.delete(file);
    }
  }

  private static List<Release> read(Path file) throws IOException {
    List<Release> releases = new ArrayList<>();
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (event.getEventType().getName().equals(EVENT) && event.getBoolean("released")) {
          releases.add(
              new Release(
                  event.getLong("shardId"), event.getInt("bucket"), event.getLong("releaseNanos")));
        }
      }
    }
    releases.sort(Comparator.comparing(Release::nanos, BY_MOMENT));
    return releases;
  }

  @Override
  public void close() {
    recording.close();
  }
}
