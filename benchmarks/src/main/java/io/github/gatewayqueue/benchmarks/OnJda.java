package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Outage;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.jda.QueueSessionController;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.sharding.ShardManager;
import net.dv8tion.jda.api.utils.SessionController;
import org.jspecify.annotations.Nullable;

/** A whole bot on JDA, with its controller or ours, against a Discord on loopback. */
final class OnJda implements Scenario {
  private static final List<Subject> SUBJECTS = List.of(Subject.LARGE, Subject.JDA);

  /** What happens to the bot. */
  private enum Situation {
    START_UP("start-up"),
    ONE_BUCKET("start-up, `max_concurrency` 1"),
    SLOW("start-up, the first shards connect 4 s late"),
    SLOW_HELLO("start-up, each HELLO 1.5 s late"),
    LATE_HELLO("start-up, each HELLO 0 to 3 s late"),
    NO_READY("start-up, no READY for the first shards"),
    OP_NINE("start-up, op 9 to the first shards"),
    BUDGET("start-up, session starts for half of the shards"),
    FEWER_BUCKETS("start-up, `max_concurrency` becomes 1 after the first shards"),
    STORM("all sockets lost, no session can be resumed"),
    RESUMES("all sockets lost, all sessions can be resumed"),
    OUTAGE("all sockets lost, no session can be resumed, the gateway is down for 11 s"),
    TWO_BOTS("two processes: one comes up while the other reconnects"),
    TWO_BOTS_BROKER("the same, over a broker"),
    TWO_BOTS_REDIS("the same, over Redis");

    final String title;

    Situation(String title) {
      this.title = title;
    }

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean hasTwoBots() {
      return this == TWO_BOTS || this == TWO_BOTS_BROKER || this == TWO_BOTS_REDIS;
    }
  }

  @Override
  public List<Run> runs(Form form) {
    Duration timeout = Duration.ofMinutes(5);
    List<String> options = List.of(BrokerProcess.flag());
    if (form == Form.SHORT) {
      return List.of(new Run("all", SUBJECTS, options, timeout).asleep());
    }
    return Arrays.stream(Situation.values())
        .map(situation -> new Run(situation.name(), SUBJECTS, options, timeout).asleep())
        .toList();
  }

  /** All at once, as they sleep nearly all of the time. */
  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    List<Subject> subjects = run.subjects();
    List<Situation> situations =
        run.variant().equals("all")
            ? List.of(Situation.values())
            : List.of(Situation.valueOf(run.variant()));
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
    private static final Duration ROUND_TRIP = Duration.ofMillis(100);
    private static final Duration OUTAGE = Duration.ofSeconds(11);

    private final Situation situation;
    private final int buckets;
    private final int shards;
    private final Duration patience;

    /** What to close at the end, the last one first. */
    private final List<AutoCloseable> closeables = new ArrayList<>();

    /** Is called with a changed concurrency. */
    private IntConsumer limited = concurrency -> {};

    Bot(Form form, Situation situation) {
      this.situation = situation;
      int all = form.pick(32, 4);
      this.shards = all;
      this.buckets = situation == Situation.ONE_BUCKET ? 1 : all / 2;
      this.patience =
          switch (situation) {
            case ONE_BUCKET, FEWER_BUCKETS -> Duration.ofMinutes(4);
            default -> PATIENCE;
          };
    }

    void measure(Subject subject, Figures figures) throws Exception {
      FakeDiscord.Builder builder =
          FakeDiscord.builder().maxConcurrency(buckets).roundTrip(ROUND_TRIP);
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
        for (AutoCloseable queue : closeables.reversed()) {
          queue.close();
        }
      }
    }

    private void inject(FakeDiscord discord) {
      switch (situation) {
        case SLOW -> discord.faults().delaySockets(Duration.ofSeconds(4), buckets);
        case NO_READY -> discord.faults().withholdReady();
        case SLOW_HELLO -> discord.faults().delayHello(Duration.ofMillis(1_500));
        case LATE_HELLO -> discord.faults().delayHello(Duration.ZERO, Duration.ofSeconds(3));
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
        case STORM, RESUMES, OUTAGE -> {
          require("all shards", () -> connected(bots) >= shards);
          if (situation != Situation.RESUMES) {
            discord.forgetSessions();
          }
          discord.dropSockets();
          long lostNanos = System.nanoTime();
          if (situation == Situation.RESUMES) {
            require("as many RESUMEs as shards", () -> discord.score().resumes() >= shards);
          } else {
            require("the loss of a shard", () -> connected(bots) < shards);
          }
          if (situation == Situation.OUTAGE) {
            require("the loss of all sessions", () -> count(bots, JDA.Status.CONNECTED) == 0);
            discord.startOutage(Outage.REFUSING);
            Thread.sleep(OUTAGE); // that is what is measured
            discord.endOutage();
          }
          yield lostNanos;
        }
        default -> beginNanos;
      };
    }

    /** Half of the shards of each bucket are of one process, and half of the other. */
    private long startBoth(FakeDiscord discord, Subject subject, List<ShardManager> bots)
        throws Exception {
      Supplier<GatewayQueue> shared = subject == Subject.LARGE ? shared(discord) : null;
      bots.add(start(discord, controllerOf(discord, shared), 0, buckets));
      require("a shard of each bucket", () -> connected(bots) >= buckets);
      discord.forgetSessions();
      discord.dropSockets();
      long lostNanos = System.nanoTime();
      require("the loss of all shards", () -> connected(bots) == 0);
      bots.add(start(discord, controllerOf(discord, shared), buckets, shards));
      return lostNanos;
    }

    private static SessionController controllerOf(
        FakeDiscord discord, @Nullable Supplier<GatewayQueue> shared) {
      return shared == null
          ? Bots.jdasController(discord)
          : new QueueSessionController(shared.get());
    }

    /** Returns what makes the queue of each process, which share their line. */
    private Supplier<GatewayQueue> shared(FakeDiscord discord) throws Exception {
      return switch (situation) {
        case TWO_BOTS_BROKER -> {
          var broker = BrokerProcess.start(discord);
          closeables.add(broker);
          yield () -> closing(HttpQueue.of(broker.uri()));
        }
        case TWO_BOTS_REDIS -> {
          String namespace = OverRedis.newNamespace();
          yield () ->
              closing(
                  OverRedis.queue(namespace, LocalQueue.DEFAULT_INTERVAL)
                      .limits(Ours.limits(discord))
                      .build());
        }
        default -> {
          LargeBotQueue queue = queue(discord);
          yield () -> queue;
        }
      };
    }

    private <T extends AutoCloseable> T closing(T queue) {
      closeables.add(queue);
      return queue;
    }

    private SessionController controller(FakeDiscord discord, Subject subject) throws Exception {
      if (subject == Subject.JDA) {
        var theirs = Bots.jdasController(discord);
        limited = theirs::setConcurrency;
        return theirs;
      }
      LargeBotQueue queue = queue(discord);
      var ours = new QueueSessionController(queue);
      limited =
          concurrency -> {
            SessionStartLimit limit = queue.limit().orElseThrow();
            queue.update(
                new SessionStartLimit(
                    limit.total(), limit.remaining(), limit.resetAfter(), concurrency));
            ours.setConcurrency(concurrency);
          };
      return ours;
    }

    /** The limit is read while JDA starts, as docs/jda.md advises. */
    private LargeBotQueue queue(FakeDiscord discord) throws Exception {
      LargeBotQueue queue = Ours.largeBotQueue(discord, LocalQueue.DEFAULT_INTERVAL);
      queue.readLimitIfUnknown();
      return queue;
    }

    private ShardManager start(
        FakeDiscord discord, SessionController controller, int from, int to) {
      return Bots.onJda(discord, controller, shards)
          .setShards(IntStream.range(from, to).boxed().toList())
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
        32 shards in 16 buckets, 100 ms from Discord, on JDA 6.5.0's `DefaultShardManager`, with `QueueSessionController` on a `LargeBotQueue`, and beside \
        it, in the same run, with JDA's `ConcurrentSessionController`. Seconds until all shards that may are up, from the start or \
        from the loss of the sockets, and how many are after a minute at most (four for one bucket); IDENTIFYs that were too early, \
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
        if (subject == Subject.LARGE && (early > 0 || reset)) {
          report.violation(
              "QueueSessionController, " + situation.title + ": early, or over budget");
        }
      }
      rows.add(row);
    }
    report.table(List.of("", "ours: s", "up", "too early", "JDA's: s", "up", "too early"), rows);
    for (Situation situation : Situation.values()) {
      target(results, report, situation);
    }
  }

  /** Where JDA's own comes up at all. */
  private static void target(Results results, Report report, Situation situation) {
    double ours = results.of(Subject.LARGE, situation.key() + "-seconds").median();
    double theirs = results.of(Subject.JDA, situation.key() + "-seconds").median();
    if (Double.isNaN(theirs)) {
      return;
    }
    boolean met = ours <= 1.02 * theirs;
    report.target(
        "bot on JDA, " + situation.title + ": QueueSessionController",
        "JDA's controller %s s".formatted(Report.number(theirs)),
        Report.number(ours) + " s",
        "%.2f".formatted(ours / theirs),
        "≤ 1.02",
        met);
  }
}
