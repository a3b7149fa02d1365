package io.github.gatewayqueue.large;

import java.nio.file.Path;
import java.time.Duration;

/** A program that opens a record, and starts shards until it is killed. */
final class RecordingProcess {
  static final String FOUND = "found ";
  static final String STARTED = "started ";

  private RecordingProcess() {}

  public static void main(String[] arguments) {
    StartRecord record;
    try {
      record = StartRecord.open(Path.of(arguments[0]));
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
      return;
    }
    System.out.println(
        FOUND
            + record.past().stream().filter(past -> past.kind() == RecordLine.Kind.START).count());
    for (int shard = 0; true; shard++) {
      record.started(shard, shard % 16, Duration.ZERO);
      System.out.println(STARTED + shard);
    }
  }
}
