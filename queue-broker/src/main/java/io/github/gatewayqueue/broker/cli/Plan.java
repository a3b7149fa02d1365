package io.github.gatewayqueue.broker.cli;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.broker.queue.Require;
import io.github.gatewayqueue.broker.queue.Version;
import io.github.gatewayqueue.broker.requests.Forecast;
import io.github.gatewayqueue.internal.DurationText;
import io.github.gatewayqueue.internal.LimitText;
import io.github.gatewayqueue.local.LocalQueue;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Computes how long a bot takes to start, and whether the session starts of the day suffice.
 *
 * @param shards how many shards there are
 * @param maxConcurrency how many buckets
 * @param interval the time between two releases of a bucket
 * @param limit the session starts, or null to leave them out of account
 * @param reserve how many of them are not to be used
 * @param live whether the limit was just read: then all must be left now, as {@link
 *     io.github.gatewayqueue.large.LargeBotQueue#require} has it
 */
public record Plan(
    int shards,
    int maxConcurrency,
    Duration interval,
    @Nullable SessionStartLimit limit,
    int reserve,
    boolean live) {
  private static final int ALLOWED = 0;
  private static final int NOT_ALLOWED = 1;
  private static final int MAX = 10_000_000;

  public static CommandSpec command() {
    CommandSpec plan = CommandSpec.create().mixinStandardHelpOptions(true);
    plan.version("gateway-queue " + Version.current());
    plan.usageMessage()
        .description(
            "Prints how long a start-up takes, and whether the session starts allow it.",
            "The exit code is 1 if they do not.");
    return plan.addOption(option("--shards", "N", "How many shards are to start.").build())
        .addOption(option("--max-concurrency", "N", "How many at once. Default: 1.").build())
        .addOption(option("--interval", "TIME", "Between two of a bucket. Default: 6s.").build())
        .addOption(option("--remaining", "N", "Session starts left. Default: enough.").build())
        .addOption(option("--total", "N", "Session starts in 24 hours. Default: 1000.").build())
        .addOption(option("--reset-after", "TIME", "Until the reset. Default: 24h.").build())
        .addOption(Setting.RESERVE.spec())
        .addOption(
            OptionSpec.builder("--live")
                .type(Boolean.class)
                .description(
                    "Reads the session start limit from Discord, and wants all starts to be left"
                        + " now. Needs a Discord token.")
                .build())
        .addOption(Setting.DISCORD_TOKEN_FILE.spec())
        .addOption(Setting.DISCORD_API.spec());
  }

  private static OptionSpec.Builder option(String name, String form, String description) {
    return OptionSpec.builder(name).paramLabel(form).type(String.class).description(description);
  }

  /**
   * Returns a plan.
   *
   * @throws GatewayQueueException if Discord refuses the token
   */
  static Plan parse(ParseResult parsed, Configuration configuration) {
    int shards =
        value(parsed, "--shards", text -> number(text, 1))
            .orElseThrow(
                () -> new IllegalArgumentException("--shards is missing, expected 1 to " + MAX));
    Duration interval =
        value(parsed, "--interval", text -> Require.positive("it", DurationText.parse(text)))
            .orElse(LocalQueue.DEFAULT_INTERVAL);
    int reserve = configuration.reserve();
    if (parsed.hasMatchedOption("--live")) {
      SessionStartLimit read = read(parsed, configuration.limits());
      return new Plan(shards, read.maxConcurrency(), interval, read, reserve, true);
    }
    int maxConcurrency = value(parsed, "--max-concurrency", text -> number(text, 1)).orElse(1);
    SessionStartLimit limit =
        value(parsed, "--remaining", text -> number(text, 0))
            .map(remaining -> limit(parsed, remaining, maxConcurrency))
            .orElse(null);
    return new Plan(shards, maxConcurrency, interval, limit, reserve, false);
  }

  private static SessionStartLimit read(ParseResult parsed, SessionStartLimitSource source) {
    for (String option : List.of("--max-concurrency", "--remaining", "--total", "--reset-after")) {
      if (parsed.hasMatchedOption(option)) {
        throw new IllegalArgumentException(
            option + " is given, and --live as well, expected one of the two");
      }
    }
    try {
      return source.fetch();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(
          "cannot read the session start limit: interrupted", new InterruptedIOException());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the session start limit: " + e.getMessage(), e);
    }
  }

  private static SessionStartLimit limit(ParseResult parsed, int remaining, int maxConcurrency) {
    int total =
        value(parsed, "--total", text -> number(text, remaining)).orElse(Math.max(1000, remaining));
    Duration reset =
        value(parsed, "--reset-after", text -> Require.notNegative("it", DurationText.parse(text)))
            .orElse(Duration.ofDays(1));
    return new SessionStartLimit(total, remaining, reset, maxConcurrency);
  }

  private static int number(String text, int least) {
    return Require.inRange("it", Setting.integer(text), least, MAX);
  }

  private static <T> Optional<T> value(
      ParseResult parsed, String option, Function<String, T> parser) {
    String text = parsed.<@Nullable String>matchedOptionValue(option, null);
    try {
      return Optional.ofNullable(text).map(parser);
    } catch (IllegalArgumentException e) {
      throw Configuration.bad(option, text, e);
    }
  }

  /** Prints the plan, and returns the exit code. */
  int print(PrintStream out) {
    int rounds = Math.ceilDiv(shards, maxConcurrency);
    out.printf(
        "%s shards, %s at a time, every %s: %s rounds%n",
        shards, maxConcurrency, DurationText.exact(interval), rounds);
    Forecast forecast = forecast();
    out.println(lastRelease(forecast.nanosUntil(0, rounds)));
    if (limit == null) {
      return ALLOWED;
    }
    int heldBack = LimitText.heldBack(limit, reserve);
    long going = live ? limit.remaining() - heldBack : forecast.goingBeforeHold();
    if (shards <= going) {
      out.printf(
          "the session starts allow it: %s are left, %s in reserve, %s afterwards%n",
          limit.remaining(), heldBack, forecast.left() + heldBack);
      return ALLOWED;
    }
    out.printf(
        "the session starts do not allow it: %s are left, %s in reserve; %s shards have to wait for"
            + " %s%n",
        limit.remaining(), heldBack, shards - Math.max(0, going), reset(forecast));
    return NOT_ALLOWED;
  }

  private static String lastRelease(@Nullable Long nanos) {
    if (nanos == null) {
      return "the last is never released: there are no session starts";
    }
    return "the last is released after "
        + (nanos == Long.MAX_VALUE
            ? "more than 290 years"
            : DurationText.measured(Duration.ofNanos(nanos)));
  }

  private String reset(Forecast forecast) {
    if (live && limit != null) {
      return "the reset in " + DurationText.rough(limit.resetAfter());
    }
    Long nanos = forecast.firstHoldNanos();
    return nanos == null
        ? "ever"
        : "the reset in " + DurationText.measured(Duration.ofNanos(nanos));
  }

  private Forecast forecast() {
    int buckets = Math.min(shards, maxConcurrency);
    List<Integer> waiting = new ArrayList<>(buckets);
    for (int i = 0; i < buckets; i++) {
      waiting.add(Math.ceilDiv(shards - i, maxConcurrency));
    }
    Instant now = Instant.EPOCH;
    var bucket = new QueueSnapshot.Bucket(0, null, now, List.of());
    var snapshot =
        new QueueSnapshot(
            Collections.nCopies(buckets, bucket), Optional.ofNullable(limit), 0, List.of());
    return new Forecast(snapshot, waiting, interval, reserve, now);
  }
}
