package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.jda.QueueSessionController;
import io.github.gatewayqueue.large.LargeBotQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.sharding.DefaultShardManagerBuilder;
import net.dv8tion.jda.api.sharding.ShardManager;
import net.dv8tion.jda.api.utils.ConcurrentSessionController;
import net.dv8tion.jda.api.utils.SessionController;
import org.jspecify.annotations.Nullable;

/** A whole bot on JDA, with its controller or ours, against a Discord on loopback. */
final class OnJda implements Scenario {
  private static final List<Subject> SUBJECTS = List.of(Subject.LARGE, Subject.JDA);

  /** What happens to the bot. */
  private enum Situation {
    START_UP("start-up"),
    SLOW("start-up, the first shards connect 4 s late"),
    NO_READY("start-up, no READY for the first shards"),
    OP_NINE("start-up, op 9 to the first shards"),
    BUDGET("start-up, session starts for half of the shards"),
    FEWER_BUCKETS("start-up, `max_concurrency` becomes 1 after the first shards"),
    STORM("all sockets lost, no session can be resumed"),
    RESUMES("all sockets lost, all sessions can be resumed"),
    TWO_BOTS_6("two processes: one comes up while the other reconnects, interval 6 s"),
    TWO_BOTS_8("the same, interval 8 s");

    final String title;

    Situation(String title) {
      this.title = title;
    }

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean hasTwoBots() {
      return this == TWO_BOTS_6 || this == TWO_BOTS_8;
    }
  }

  @Override
  public List<Run> runs(Form form) {
    Duration timeout = Duration.ofMinutes(5);
    if (form == Form.SHORT) {
      return List.of(new Run("all", SUBJECTS, List.of(), timeout));
    }
    return Arrays.stream(Situation.values())
        .map(situation -> new Run(situation.name(), SUBJECTS, List.of(), timeout))
        .toList();
  }

  /** All at once, as they sleep nearly all of the time. */
  @Override
  public void measure(Form form, String variant, List<Subject> subjects, Figures figures)
      throws Exception {
    List<Situation> situations =
        variant.equals("all") ? List.of(Situation.values()) : List.of(Situation.valueOf(variant));
    new Crowd(
            situations.size() * subjects.size(),
            i ->
                new Bot(form, situations.get(i / subjects.size()))
                    .measure(subjects.get(i % subjects.size()), figures))
        .start()
        .join();
  }

  /** One bot in one situation. */
  private static final class Bot {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Situation situation;
    private final int buckets;
    private final int shards;
    private final Duration patience;

    /** Tells whoever has to know of another concurrency. */
    private IntConsumer limited = concurrency -> {};

    Bot(Form form, Situation situation) {
      this.situation = situation;
      this.buckets = form.pick(16, 2);
      this.shards = 2 * buckets;
      this.patience = situation == Situation.FEWER_BUCKETS ? Duration.ofMinutes(3) : PATIENCE;
    }

    void measure(Subject subject, Figures figures) throws Exception {
      FakeDiscord.Builder builder = FakeDiscord.builder().maxConcurrency(buckets);
      if (situation == Situation.BUDGET) {
        builder.remaining(buckets + 1);
      }
      try (FakeDiscord discord = builder.start()) {
        inject(discord);
        long beginNanos = System.nanoTime();
        List<ShardManager> bots = new ArrayList<>();
        int wanted = situation == Situation.BUDGET ? buckets : shards;
        if (situation.hasTwoBots()) {
          beginNanos = startBoth(discord, subject, bots);
        } else {
          bots.add(start(discord, controller(discord, subject), 0, shards));
          beginNanos = disturb(discord, bots, beginNanos);
        }
        boolean up = await(patience, () -> connected(bots) >= wanted);
        double seconds = (System.nanoTime() - beginNanos) / 1e9;
        if (situation == Situation.BUDGET) {
          // The one that must not come would within a round.
          await(Duration.ofSeconds(10), () -> discord.score().tokenReset() && connected(bots) == 0);
        }
        int connected = connected(bots);
        synchronized (figures) {
          figures.add(subject, situation.key() + "-seconds", up ? seconds : Double.NaN);
          figures.add(subject, situation.key() + "-up", connected);
          figures.add(subject, situation.key() + "-shards", shards);
          figures.add(
              subject, situation.key() + "-early", discord.score().count(Verdict.TOO_EARLY));
          figures.add(subject, situation.key() + "-reset", discord.score().tokenReset() ? 1 : 0);
        }
        bots.forEach(ShardManager::shutdown);
      }
    }

    private void inject(FakeDiscord discord) {
      switch (situation) {
        case SLOW -> discord.faults().delaySockets(Duration.ofSeconds(4), buckets);
        case NO_READY -> discord.faults().withholdReady();
        case OP_NINE -> discord.faults().invalidateIdentifies(buckets);
        default -> {}
      }
    }

    /** Does what comes after the start, and returns from when on time counts. */
    private long disturb(FakeDiscord discord, List<ShardManager> bots, long beginNanos)
        throws InterruptedException {
      return switch (situation) {
        case NO_READY -> {
          require("as many IDENTIFYs as buckets", () -> discord.score().identifies() >= buckets);
          discord.faults().heal();
          yield beginNanos;
        }
        case FEWER_BUCKETS -> {
          require("a shard of each bucket", () -> connected(bots) >= buckets);
          discord.setMaxConcurrency(1);
          limited.accept(1);
          yield System.nanoTime();
        }
        case STORM, RESUMES -> {
          require("all shards", () -> connected(bots) >= shards);
          if (situation == Situation.STORM) {
            discord.forgetSessions();
          }
          discord.dropSockets();
          long lostNanos = System.nanoTime();
          if (situation == Situation.STORM) {
            require("the loss of a shard", () -> connected(bots) < shards);
          } else {
            require("as many RESUMEs as shards", () -> discord.score().resumes() >= shards);
          }
          yield lostNanos;
        }
        default -> beginNanos;
      };
    }

    /** Half of the shards of each bucket are of one process, and half of the other. */
    private long startBoth(FakeDiscord discord, Subject subject, List<ShardManager> bots)
        throws Exception {
      LargeBotQueue shared = subject == Subject.LARGE ? queue(discord) : null;
      bots.add(start(discord, controllerOf(shared), 0, buckets));
      require("a shard of each bucket", () -> connected(bots) >= buckets);
      discord.forgetSessions();
      discord.dropSockets();
      long lostNanos = System.nanoTime();
      // Released, and in the two seconds that JDA waits then.
      require(
          "all shards released again",
          () -> count(bots, JDA.Status.WAITING_TO_RECONNECT) == buckets);
      bots.add(start(discord, controllerOf(shared), buckets, shards));
      return lostNanos;
    }

    private static SessionController controllerOf(@Nullable LargeBotQueue shared) {
      return shared == null
          ? new ConcurrentSessionController()
          : new QueueSessionController(shared);
    }

    private SessionController controller(FakeDiscord discord, Subject subject) throws Exception {
      if (subject == Subject.JDA) {
        var theirs = new ConcurrentSessionController();
        limited = theirs::setConcurrency;
        return theirs;
      }
      LargeBotQueue queue = queue(discord);
      var ours = new QueueSessionController(queue);
      limited = ours::setConcurrency; // the queue keeps its buckets until its day is over
      return ours;
    }

    private LargeBotQueue queue(FakeDiscord discord) throws Exception {
      return LargeBotQueue.builder(
              DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
                  .baseUrl(discord.restUri())
                  .build())
          .interval(Duration.ofSeconds(situation == Situation.TWO_BOTS_8 ? 8 : 6))
          .build();
    }

    private ShardManager start(
        FakeDiscord discord, SessionController controller, int from, int to) {
      return DefaultShardManagerBuilder.createLight(
              FakeDiscord.DEFAULT_TOKEN, Collections.emptyList())
          .setShardsTotal(shards)
          .setShards(IntStream.range(from, to).boxed().toList())
          .setSessionController(controller)
          .setRestConfigProvider(id -> new RestConfig().setBaseUrl(discord.restUri() + "/"))
          .setEnableShutdownHook(false)
          .build();
    }

    private static int connected(List<ShardManager> bots) {
      return count(bots, JDA.Status.CONNECTED);
    }

    private static int count(List<ShardManager> bots, JDA.Status status) {
      return (int)
          bots.stream()
              .flatMap(bot -> bot.getShardCache().stream())
              .filter(shard -> shard.getStatus() == status)
              .count();
    }

    /** Waits for what the situation consists of; without it, something else would be measured. */
    private void require(String wanted, BooleanSupplier condition) throws InterruptedException {
      if (!await(PATIENCE, condition)) {
        throw new IllegalStateException(situation + ": no " + wanted + " within " + PATIENCE);
      }
    }

    private static boolean await(Duration patience, BooleanSupplier condition)
        throws InterruptedException {
      long beginNanos = System.nanoTime();
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() - beginNanos > patience.toNanos()) {
          return false;
        }
        Thread.sleep(20);
      }
      return true;
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "A bot on JDA",
        """
        32 shards in 16 buckets on JDA 6.5.0's `DefaultShardManager`, with `QueueSessionController` on a `LargeBotQueue`, and beside \
        it, in the same run, with JDA's `ConcurrentSessionController`. Seconds until all shards that may are up, from the start or \
        from the loss of the sockets, and how many are after a minute at most (three for one bucket); IDENTIFYs that were too early, \
        by the Discord on loopback. Two processes are two controllers here: ours share a queue, JDA's know nothing of each other.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Situation situation : Situation.values()) {
      List<String> row = new ArrayList<>(List.of(situation.title));
      for (Subject subject : SUBJECTS) {
        Sample seconds = results.of(subject, situation.key() + "-seconds");
        row.add(Report.number(seconds.median()));
        row.add(
            "%.0f of %.0f"
                .formatted(
                    results.of(subject, situation.key() + "-up").median(),
                    results.of(subject, situation.key() + "-shards").median()));
        double early = results.of(subject, situation.key() + "-early").sum();
        boolean reset = results.of(subject, situation.key() + "-reset").sum() > 0;
        row.add(Report.number(early) + (reset ? "; token reset" : ""));
        if (subject == Subject.LARGE && situation != Situation.TWO_BOTS_6 && (early > 0 || reset)) {
          report.violation(
              "QueueSessionController, " + situation.title + ": early, or over budget");
        }
      }
      rows.add(row);
    }
    report.table(List.of("", "ours: s", "up", "too early", "JDA's: s", "up", "too early"), rows);
    target(results, report, Situation.START_UP);
    target(results, report, Situation.STORM);
  }

  /** Two rounds, each of them longer than JDA's by no more than what our interval is longer. */
  private static void target(Results results, Report report, Situation situation) {
    double ours = results.of(Subject.LARGE, situation.key() + "-seconds").median();
    double theirs = results.of(Subject.JDA, situation.key() + "-seconds").median();
    boolean met = ours <= theirs + 2;
    report.target(
        "bot on JDA, " + situation.title + ": QueueSessionController",
        "JDA's controller %s s".formatted(Report.number(theirs)),
        Report.number(ours) + " s",
        "%.2f".formatted(ours / theirs),
        "≤ 2 s more",
        met);
  }
}
