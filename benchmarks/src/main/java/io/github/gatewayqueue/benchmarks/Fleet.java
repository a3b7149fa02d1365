package io.github.gatewayqueue.benchmarks;

import dev.kord.gateway.ratelimit.IdentifyRateLimiterKt;
import discord4j.core.shard.LocalShardCoordinator;
import io.github.gatewayqueue.discord4j.QueueShardCoordinator;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.jda.QueueSessionController;
import io.github.gatewayqueue.kord.QueueIdentifyRateLimiter;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import kotlinx.coroutines.Dispatchers;
import net.dv8tion.jda.api.sharding.ShardManager;

/** How long whole bots take to come up at Discord's pace, beside the least that Discord permits. */
final class Fleet implements Scenario {
  private static final Duration ROUND_TRIP = Duration.ofMillis(100);
  private static final int DISCORDS_SECONDS = 5;

  /** What a bot of that many shards has at least. */
  private static final int STARTS_PER_DAY = 5_000;

  /** After that, a bot does not come up any more. */
  private static final Duration PATIENCE = Duration.ofMinutes(9);

  /** Stands for all bots, which their keys tell apart. */
  private static final Subject SUBJECT = Subject.LARGE;

  /** How many shards, in how many buckets. */
  private enum Size {
    ONE_BUCKET(32, 1),
    SIXTEEN_BUCKETS(32, 16),
    THOUSAND(1_000, 16);

    final int shards;
    final int buckets;

    Size(int shards, int buckets) {
      this.shards = shards;
      this.buckets = buckets;
    }

    String title() {
      return "%,d shards, %s bucket%s: s".formatted(shards, buckets, buckets == 1 ? "" : "s");
    }

    /** Returns the least number of seconds from the first start to the last. */
    int discordsSeconds() {
      return (shards - 1) / buckets * DISCORDS_SECONDS;
    }

    /** Returns how many shards there are in this form: in the short one, one round of few. */
    int shards(Form form) {
      return form.pick(shards, Math.min(buckets, 4));
    }
  }

  /** Makes a bot of so many shards, which starts in so many buckets. */
  @FunctionalInterface
  private interface Factory {
    Bot open(FakeDiscord discord, int shards, int buckets) throws Exception;
  }

  /** A bot by what its shards are on; each library is measured in a process of its own. */
  private enum Row {
    WEB_SOCKETS(
        "none",
        "a WebSocket and `LargeBotQueue`",
        true,
        (discord, shards, buckets) -> Bots.onWebSockets(discord, queue(discord), shards)),
    JDA(
        "JDA",
        "JDA with its own controller",
        false,
        (discord, shards, buckets) -> {
          ShardManager bot = Bots.onJda(discord, Bots.jdasController(discord), shards).build(false);
          return bot::login;
        }),
    JDA_QUEUE(
        "JDA",
        "JDA with `QueueSessionController`",
        true,
        (discord, shards, buckets) -> {
          LargeBotQueue queue = queue(discord);
          ShardManager bot =
              Bots.onJda(discord, new QueueSessionController(queue), shards).build(false);
          return () -> {
            queue.readLimitIfUnknown(); // while JDA starts, as docs/jda.md advises
            bot.login();
          };
        }),
    DISCORD4J(
        "Discord4J",
        "Discord4J with its own coordinator",
        false,
        (discord, shards, buckets) ->
            Bots.onDiscord4j(discord, LocalShardCoordinator.create(), shards)),
    DISCORD4J_QUEUE(
        "Discord4J",
        "Discord4J with `QueueShardCoordinator`",
        true,
        (discord, shards, buckets) ->
            Bots.onDiscord4j(discord, new QueueShardCoordinator(queue(discord)), shards)),
    KORD(
        "Kord",
        "Kord with its own limiter",
        false,
        (discord, shards, buckets) ->
            Bots.onKord(
                discord,
                IdentifyRateLimiterKt.IdentifyRateLimiter(buckets, Dispatchers.getDefault()),
                shards)),
    KORD_QUEUE(
        "Kord",
        "Kord with `QueueIdentifyRateLimiter`",
        true,
        (discord, shards, buckets) ->
            Bots.onKord(
                discord, new QueueIdentifyRateLimiter(queue(discord), shards, buckets), shards)),
    DISCORD_JS(
        "discord.js",
        "discord.js with its own throttler",
        false,
        (discord, shards, buckets) -> new DiscordJsBot(discord, shards, false)),
    DISCORD_JS_BROKER(
        "discord.js",
        "discord.js over the broker",
        true,
        (discord, shards, buckets) -> new DiscordJsBot(discord, shards, true));

    final String library;
    final String title;
    final boolean isOurs;

    @SuppressWarnings("ImmutableEnumChecker") // it has no state
    final Factory factory;

    Row(String library, String title, boolean isOurs, Factory factory) {
      this.library = library;
      this.title = title;
      this.isOurs = isOurs;
      this.factory = factory;
    }

    private static LargeBotQueue queue(FakeDiscord discord) {
      return Ours.largeBotQueue(discord, LocalQueue.DEFAULT_INTERVAL);
    }

    boolean canBeMeasured() throws InterruptedException {
      return !library.equals("discord.js") || DiscordJsBot.isThere();
    }

    String key(Size size) {
      return (name() + "-" + size).toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public List<Run> runs(Form form) {
    List<String> flags = List.of("-Xmx2g", BrokerProcess.flag(), DiscordJsBot.flag());
    return Arrays.stream(Row.values())
        .map(row -> row.library)
        .distinct()
        .map(library -> new Run(library, List.of(SUBJECT), flags, Duration.ofMinutes(20)).asleep())
        .toList();
  }

  /** A thousand shards connect at once. */
  @Override
  public boolean crowds() {
    return true;
  }

  /**
   * With and without ours at once. The small ones take turns beside the large one: so nothing else
   * begins when one begins that takes only seconds.
   */
  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    List<Row> rows = new ArrayList<>();
    for (Row row : Row.values()) {
      if (row.library.equals(run.variant()) && row.canBeMeasured()) {
        rows.add(row);
      }
    }
    if (form == Form.FULL) {
      Figures ignored = new Figures(new PrintStream(OutputStream.nullOutputStream()));
      new Crowd(
              rows.size(),
              i -> measure(Form.SHORT, rows.get(i), Size.SIXTEEN_BUCKETS, ignored)) // warms up
          .start()
          .join();
    }
    List<List<Size>> turns =
        List.of(List.of(Size.ONE_BUCKET, Size.SIXTEEN_BUCKETS), List.of(Size.THOUSAND));
    new Crowd(
            rows.size() * turns.size(),
            i -> {
              for (Size size : turns.get(i / rows.size())) {
                measure(form, rows.get(i % rows.size()), size, figures);
              }
            })
        .start()
        .join();
  }

  private static void measure(Form form, Row row, Size size, Figures figures) throws Exception {
    int shards = size.shards(form);
    // It is not closed either: the shards of the bot would try to connect again and again.
    FakeDiscord discord =
        FakeDiscord.builder()
            .shards(shards)
            .maxConcurrency(size.buckets)
            .total(STARTS_PER_DAY)
            .roundTrip(ROUND_TRIP)
            .start();
    try (Bot bot = row.factory.open(discord, shards, size.buckets)) {
      long beginNanos = System.nanoTime();
      bot.start();
      while (up(discord) < shards && System.nanoTime() - beginNanos < PATIENCE.toNanos()) {
        Thread.sleep(50);
      }
      Score score = discord.score();
      int up = up(discord);
      synchronized (figures) {
        figures.add(SUBJECT, row.key(size) + "-seconds", secondsUntilLast(discord, beginNanos));
        figures.add(SUBJECT, row.key(size) + "-down", shards - up);
        figures.add(SUBJECT, row.key(size) + "-shards", shards);
        figures.add(SUBJECT, row.key(size) + "-early", score.count(Verdict.TOO_EARLY));
        figures.add(
            SUBJECT,
            row.key(size) + "-starts",
            score.identifies() - score.count(Verdict.BAD_TOKEN));
      }
    }
  }

  /** Returns how many shards Discord has accepted the IDENTIFY of. */
  private static int up(FakeDiscord discord) {
    return (int) accepted(discord).map(Identify::shardId).distinct().count();
  }

  private static double secondsUntilLast(FakeDiscord discord, long beginNanos) {
    return accepted(discord)
        .mapToDouble(identify -> (identify.nanoTime() - beginNanos) / 1e9)
        .max()
        .orElse(Double.NaN);
  }

  private static Stream<Identify> accepted(FakeDiscord discord) {
    return discord.identifies().stream().filter(identify -> identify.verdict() == Verdict.ACCEPTED);
  }

  @Override
  public void report(Results results, Report report) {
    int allShards = Arrays.stream(Size.values()).mapToInt(size -> size.shards).sum();
    report.firstSection(
        "Time until all shards are up",
        """
        Bots that are 100 ms from a Discord on loopback, from their start until Discord has accepted the last shard's IDENTIFY, on \
        JDA 6.5.0, Discord4J 3.3.2, Kord 0.15.0 and discord.js 14.28.1. "With its own" is what the library comes with; the others \
        wait in a `LargeBotQueue`, or in a broker, at the default interval of 6 s. Discord's own limit is 5 s from one round to the \
        next. IDENTIFYs that were answered with op 9, and the session starts that all IDENTIFYs have cost, are those \
        of the three bots of a row together.\
        """);
    List<String> header = new ArrayList<>(List.of("100 ms from Discord"));
    List<String> limit = new ArrayList<>(List.of("Discord's own limit"));
    for (Size size : Size.values()) {
      header.add(size.title());
      limit.add(Integer.toString(size.discordsSeconds()));
    }
    header.addAll(List.of("op 9", "starts for %,d shards".formatted(allShards)));
    limit.addAll(List.of("0", "%,d".formatted(allShards)));
    List<List<String>> rows = new ArrayList<>(List.of(limit));
    for (Row row : Row.values()) {
      rows.add(cells(results, report, row));
    }
    report.table(header, rows);
    report.remark(
        "Kord's HTTP client opens 64 sockets at most, and Discord4J's 500: both limits were raised. twilight's queue was not"
            + " measured. By its sources, its interval counts from the release: 6 s in 0.15; 5 s"
            + " since 0.16, where all buckets share one tick.");
  }

  private static List<String> cells(Results results, Report report, Row row) {
    List<String> cells = new ArrayList<>(List.of(row.title));
    double early = 0;
    double starts = 0;
    double shards = 0;
    double down = 0;
    for (Size size : Size.values()) {
      Sample seconds = results.of(SUBJECT, row.key(size) + "-seconds");
      if (seconds.isEmpty()) {
        cells.addAll(List.of("not measured", "not measured", "not measured", "–", "–"));
        return cells;
      }
      double missing = results.of(SUBJECT, row.key(size) + "-down").sum();
      cells.add(
          "%.1f%s"
              .formatted(seconds.median(), missing > 0 ? ", %.0f not up".formatted(missing) : ""));
      early += results.of(SUBJECT, row.key(size) + "-early").sum();
      starts += results.of(SUBJECT, row.key(size) + "-starts").sum();
      shards += results.of(SUBJECT, row.key(size) + "-shards").sum();
      down += missing;
    }
    cells.addAll(List.of("%.0f".formatted(early), "%,.0f".formatted(starts)));
    if (row.isOurs && (early > 0 || starts != shards || down > 0)) {
      report.violation(
          "%s: %.0f too early, %.0f starts for %.0f shards, %.0f not up"
              .formatted(row.title, early, starts, shards, down));
    }
    return cells;
  }
}
