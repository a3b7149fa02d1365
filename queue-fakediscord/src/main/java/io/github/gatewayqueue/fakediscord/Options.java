package io.github.gatewayqueue.fakediscord;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** The options of the command line. */
final class Options {
  static final String HELP =
      """
      A Discord on loopback that enforces the rules for starting sessions and keeps the score.

        --port N             the port, 0 for any that is free (default 0)
        --token TOKEN        the token that is valid (default %s)
        --total N            session starts per window (default 1000)
        --remaining N        session starts left now (default: the total)
        --reset-after S      seconds until the budget resets, 0 for never (default 86400)
        --max-concurrency N  session starts at once (default 1)
        --interval S         seconds between two session starts of one bucket (default 5)
        --shards N           the number of shards that it recommends (default 1)
        --count-lag S        how long REST does not tell of a session start (default 0)
        --rtt S              a round trip between a client and Discord, 100ms for instance (default 0)
        --jitter S           how much longer a round trip may take, at random (default 0)
        --strict-limit       the last session start already costs the token
        --help               this text

      S is in seconds, such as 5 or 0.2, or in milliseconds, such as 200ms.
      """
          .formatted(FakeDiscord.DEFAULT_TOKEN);

  private Options() {}

  static boolean asksForHelp(List<String> arguments) {
    return arguments.contains("--help");
  }

  /** Throws an IllegalArgumentException that says which option is wrong. */
  static FakeDiscord.Builder parse(List<String> arguments) {
    FakeDiscord.Builder builder = FakeDiscord.builder();
    Iterator<String> left = arguments.iterator();
    while (left.hasNext()) {
      apply(builder, left.next(), left);
    }
    return builder;
  }

  private static void apply(FakeDiscord.Builder builder, String option, Iterator<String> left) {
    switch (option) {
      case "--port" -> builder.port(Require.integer(option, value(option, left)));
      case "--token" -> builder.token(value(option, left));
      case "--total" -> builder.total(Require.integer(option, value(option, left)));
      case "--remaining" -> builder.remaining(Require.integer(option, value(option, left)));
      case "--reset-after" -> builder.resetAfter(Require.seconds(option, value(option, left)));
      case "--max-concurrency" ->
          builder.maxConcurrency(Require.integer(option, value(option, left)));
      case "--interval" -> builder.identifyInterval(Require.seconds(option, value(option, left)));
      case "--shards" -> builder.shards(Require.integer(option, value(option, left)));
      case "--count-lag" -> builder.countLag(Require.seconds(option, value(option, left)));
      case "--rtt" -> builder.roundTrip(Require.seconds(option, value(option, left)));
      case "--jitter" -> builder.jitter(Require.seconds(option, value(option, left)));
      case "--strict-limit" -> builder.strictLimit(true);
      default ->
          throw new IllegalArgumentException(
              "there is no option %s, --help lists them".formatted(option));
    }
  }

  private static String value(String option, Iterator<String> left) {
    try {
      return left.next();
    } catch (NoSuchElementException missing) {
      throw new IllegalArgumentException("%s needs a value".formatted(option), missing);
    }
  }
}
