package io.github.gatewayqueue.large;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * Records the releases with their true moments. (When a thread notes its return, another one that
 * was released after it may have done so already.)
 */
final class Releases implements AutoCloseable {
  private static final String EVENT = "io.github.gatewayqueue.Request";

  private final Recording recording = new Recording();

  /** A release: of which shard, from which bucket, and when by {@link System#nanoTime}. */
  record Release(long id, int bucket, long nanos) {
    Release(RecordedEvent event) {
      this(event.getLong("shardId"), event.getInt("bucket"), event.getLong("releaseNanos"));
    }
  }

  private Releases() {
    recording.enable(EVENT);
    recording.start();
  }

  static Releases record() {
    return new Releases();
  }

  /** Ends the recording, and returns the releases in the order of their moments. */
  List<Release> stop(Path folder) throws IOException {
    recording.stop();
    Path file = folder.resolve("releases.jfr");
    recording.dump(file);
    long origin = System.nanoTime();
    List<Release> releases = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals(EVENT) && event.getBoolean("released")) {
        releases.add(new Release(event));
      }
    }
    releases.sort(Comparator.comparingLong(release -> release.nanos - origin));
    return releases;
  }

  @Override
  public void close() {
    recording.close();
  }

  /**
   * Fails unless, among the shards of each class by themselves, releases are in order of arrival
   * and an interval apart.
   */
  static void requireOrderAndSpacing(
      List<Release> releases,
      List<Asking> inOrderOfArrival,
      long intervalNanos,
      LongUnaryOperator classOf) {
    Map<Long, Integer> arrivals = new HashMap<>();
    inOrderOfArrival.forEach(request -> arrivals.put(request.id, arrivals.size()));
    Map<Long, Release> last = new HashMap<>();
    for (Release release : releases) {
      Release before = last.put(classOf.applyAsLong(release.id), release);
      if (before != null) {
        assertTrue(
            requireNonNull(arrivals.get(before.id)) < requireNonNull(arrivals.get(release.id)),
            () -> release + " arrived before " + before + " and was released after it");
        assertTrue(
            release.nanos - before.nanos >= intervalNanos,
            () -> release + " is too close behind " + before);
      }
    }
  }
}
