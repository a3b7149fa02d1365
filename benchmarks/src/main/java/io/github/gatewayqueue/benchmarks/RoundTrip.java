package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.Identify;
import io.github.gatewayqueue.fakediscord.Score;
import io.github.gatewayqueue.fakediscord.Verdict;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** How long a round takes at Discord's pace, a round trip away, by what the queue is told. */
final class RoundTrip implements Scenario {
  private static final Duration ROUND_TRIP = Duration.ofMillis(100);

  /** What Discord permits, a round trip, and another one for a machine that is not idle. */
  private static final double TARGET_SECONDS = 5.2;

  private static final int SHARDS = 32;
  private static final int WARM_UPS = 10;

  /** How shards ask, and in how many buckets. */
  private enum Situation {
    ONE_BUCKET(1, true),
    SIXTEEN_BUCKETS(16, true),
    ONE_BUCKET_REQUEST(1, false),
    SIXTEEN_BUCKETS_REQUEST(16, false);

    final String title;
    final int buckets;
    final boolean holds;

    Situation(int buckets, boolean holds) {
      this.buckets = buckets;
      this.holds = holds;
      title =
          "%s shards, %s bucket%s, `%s`"
              .formatted(SHARDS, buckets, buckets == 1 ? "" : "s", holds ? "acquire" : "request");
    }

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public List<Run> runs(Form form) {
    return List.of(
        new Run("all", List.of(Subject.LARGE), List.of(), Duration.ofMinutes(10)).asleep());
  }

  /** All at once, as they sleep nearly all of the time; before that, what is cold is warmed up. */
  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    for (int i = 0; i < WARM_UPS; i++) {
      warmUp();
    }
    Situation[] situations = Situation.values();
    // In the short form two rounds of each, in the full one all that 32 shards take.
    new Crowd(
            situations.length,
            i ->
                measure(
                    situations[i],
                    form.pick(SHARDS, 2 * situations[i].buckets),
                    run.subjects(),
                    figures))
        .start()
        .join();
  }

  private static void warmUp() throws Exception {
    try (FakeDiscord discord =
        FakeDiscord.builder().maxConcurrency(16).identifyInterval(Duration.ofNanos(1)).start()) {
      bringUp(discord, Ours.largeBotQueue(discord, Duration.ofMillis(20)), SHARDS);
    }
  }

  private static void measure(
      Situation situation, int shards, List<Subject> subjects, Figures figures) throws Exception {
    try (FakeDiscord discord =
        FakeDiscord.builder().maxConcurrency(situation.buckets).roundTrip(ROUND_TRIP).start()) {
      LargeBotQueue queue = Ours.largeBotQueue(discord, LocalQueue.DEFAULT_INTERVAL);
      double[] readySeconds = bringUp(discord, situation.holds ? queue : releasing(queue), shards);
      report(situation, readySeconds, discord, subjects.getFirst(), figures);
    }
  }

  /** Starts all shards, and returns how long READY took each of them, in seconds. */
  private static double[] bringUp(FakeDiscord discord, GatewayQueue queue, int shards)
      throws InterruptedException {
    var allConnected = new CountDownLatch(shards);
    double[] readySeconds = new double[shards];
    HttpClient client = HttpClient.newHttpClient();
    try {
      new Crowd(
              shards,
              id -> {
                WebSocketShard shard = new WebSocketShard(client, discord.gatewayUri());
                allConnected.countDown();
                allConnected.await();
                readySeconds[id] = shard.start(id, shards, queue) / 1e9;
              })
          .start()
          .join();
    } finally {
      client.shutdownNow(); // close() would wait for the connections to end by themselves
    }
    return readySeconds;
  }

  /** The queue for a client that says nothing of its starts. */
  private static GatewayQueue releasing(GatewayQueue queue) {
    return (id, total) -> queue.request(id, total);
  }

  private static void report(
      Situation situation,
      double[] readySeconds,
      FakeDiscord discord,
      Subject subject,
      Figures figures) {
    List<Identify> identifies = discord.identifies();
    long nanos = identifies.getLast().nanoTime() - identifies.getFirst().nanoTime();
    int rounds = readySeconds.length / situation.buckets - 1;
    Score score = discord.score();
    synchronized (figures) {
      figures.add(subject, situation.key() + "-seconds", nanos / 1e9);
      figures.add(subject, situation.key() + "-rounds", rounds);
      figures.add(subject, situation.key() + "-ready", readySeconds);
      figures.add(subject, situation.key() + "-up", score.count(Verdict.ACCEPTED));
      figures.add(subject, situation.key() + "-early", score.count(Verdict.TOO_EARLY));
      for (int bucket : score.smallestGaps().keySet()) {
        double[] gaps =
            identifies.stream()
                .filter(identify -> identify.bucket() == bucket)
                .map(Identify::gap)
                .filter(gap -> gap != null)
                .mapToDouble(gap -> gap.toNanos() / 1e9)
                .toArray();
        figures.add(subject, situation.key() + "-gaps", gaps);
      }
    }
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "A round, 100 ms away",
        """
        Shards of a bot on the JDK's WebSocket with a `LargeBotQueue` at its default interval of 6 s, against a Discord on loopback \
        behind a round trip of 100 ms, which judges an IDENTIFY when it arrives. All connect, and then ask at once; with `acquire` \
        the queue is told of IDENTIFY and READY, with `request` of nothing. Seconds from the first IDENTIFY's arrival to the last \
        one's, between two of a bucket, and from an IDENTIFY to its READY; Discord permits 5 between two.\
        """);
    List<List<String>> rows = new ArrayList<>();
    for (Situation situation : Situation.values()) {
      Sample gaps = results.of(Subject.LARGE, situation.key() + "-gaps");
      double rounds = results.of(Subject.LARGE, situation.key() + "-rounds").median();
      double early = results.of(Subject.LARGE, situation.key() + "-early").sum();
      rows.add(
          List.of(
              situation.title,
              Report.number(results.of(Subject.LARGE, situation.key() + "-up").median()),
              Report.number(rounds),
              seconds(results.of(Subject.LARGE, situation.key() + "-seconds").median()),
              seconds(perRound(results, situation)),
              seconds(gaps.min()),
              seconds(gaps.max()),
              seconds(results.of(Subject.LARGE, situation.key() + "-ready").median()),
              seconds(results.of(Subject.LARGE, situation.key() + "-ready").max()),
              Report.number(early)));
      if (early > 0) {
        report.violation("LargeBotQueue, " + situation.title + ": too early");
      }
    }
    report.table(
        List.of(
            "",
            "up",
            "rounds",
            "all: s",
            "a round: s",
            "least gap",
            "largest",
            "READY",
            "latest",
            "too early"),
        rows);
    Arrays.stream(Situation.values())
        .filter(situation -> situation.holds)
        .forEach(situation -> target(results, report, situation));
  }

  private static double perRound(Results results, Situation situation) {
    return results.of(Subject.LARGE, situation.key() + "-seconds").median()
        / results.of(Subject.LARGE, situation.key() + "-rounds").median();
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static void target(Results results, Report report, Situation situation) {
    double ours = perRound(results, situation);
    double ready =
        results.of(Subject.LARGE, situation.key() + "-ready").median()
            - ROUND_TRIP.toMillis() / 1e3;
    report.target(
        "a round 100 ms away, " + situation.title + ": LargeBotQueue",
        "Discord's 5 s",
        seconds(ours) + " s",
        "%.2f".formatted(ours / 5),
        "≤ 5.2 s, and READY's own time",
        ours <= TARGET_SECONDS + Math.max(0, ready));
  }
}
