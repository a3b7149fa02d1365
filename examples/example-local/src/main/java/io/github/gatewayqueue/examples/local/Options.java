package io.github.gatewayqueue.examples.local;

import io.github.gatewayqueue.local.LocalQueue;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Iterator;
import java.util.List;

/** What the command line asks for. */
record Options(int shards, Duration interval) {
  static final String USAGE =
      """
      Starts the shards of a bot, one per interval, and shows when each is released.

        --shards N       how many shards, 1 to 100000 (default 5)
        --interval TIME  time between two releases, such as 6s, 0.5s or 1m30s (default 6s)
        --help           print this and do nothing
      """;

  private static final int MAX_SHARDS = 100_000;

  static Options parse(String... args) {
    int shards = 5;
    Duration interval = LocalQueue.DEFAULT_INTERVAL;
    Iterator<String> rest = List.of(args).iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      switch (option) {
        case "--shards" -> shards = parseShards(valueOf(option, rest));
        case "--interval" -> interval = parseInterval(valueOf(option, rest));
        default ->
            throw new IllegalArgumentException(
                "unknown option " + option + ", expected --shards, --interval or --help");
      }
    }
    return new Options(shards, interval);
  }

  private static String valueOf(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " has no value, see --help");
    }
    return rest.next();
  }

  private static int parseShards(String value) {
    try {
      int shards = Integer.parseInt(value);
      if (shards >= 1 && shards <= MAX_SHARDS) {
        return shards;
      }
    } catch (NumberFormatException e) {
      // is refused below, like a number out of range
    }
    throw new IllegalArgumentException(
        "--shards is " + value + ", expected a number from 1 to " + MAX_SHARDS);
  }

  private static Duration parseInterval(String value) {
    try {
      Duration interval = Duration.parse("PT" + value);
      if (interval.isPositive()) {
        return interval;
      }
    } catch (DateTimeParseException e) {
      // is refused below, like a time that is not positive
    }
    throw new IllegalArgumentException(
        "--interval is " + value + ", expected a time such as 6s, 0.5s or 1m30s");
  }
}
