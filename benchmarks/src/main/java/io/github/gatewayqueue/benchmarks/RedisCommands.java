package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.redis.RedisQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/**
 * How many commands a start costs the store, and how much of its time, by the requests that wait.
 */
final class RedisCommands implements Scenario {
  private static final Duration INTERVAL = Duration.ofMillis(100);

  /** A step to join, one to be released and one to be used; and one in ten for renewals. */
  private static final double MAX = 3.1;

  /** What clients send; whatever else the server counts is called by the script. */
  private static final Set<String> SENT =
      Set.of("evalsha", "eval", "ping", "subscribe", "unsubscribe", "hello", "client|setinfo");

  private static final Pattern CALLS = Pattern.compile("cmdstat_([^:]+):calls=(\\d+)");

  private static final Pattern TIME = Pattern.compile("cmdstat_evalsha:calls=\\d+,usec=(\\d+)");

  /**
   * What is measured.
   *
   * @param queues how many share a line
   * @param waiters how many wait in all
   * @param others how many processes there are that have nothing in line
   */
  private record Case(int queues, int waiters, int others) {
    String key() {
      return queues + "x" + waiters / queues + "+" + others;
    }

    String name() {
      return "%,d waiting, %,d process%s"
          .formatted(waiters, queues + others, queues + others > 1 ? "es" : "");
    }
  }

  private static List<Case> cases() {
    return List.of(
        new Case(1, 10, 0),
        new Case(1, 1_000, 0),
        new Case(1, 10_000, 0),
        new Case(3, 3_000, 0),
        new Case(1, 1_000, 99),
        new Case(1, 1_000, 4_999));
  }

  @Override
  public List<Run> runs(Form form) {
    return List.of(new Run("commands", List.of(Subject.REDIS), List.of(), Duration.ofMinutes(3)));
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    for (Case it : cases()) {
      measure(it, form.pick(60, 5), figures);
    }
  }

  /** After each release another request joins, so that the same number waits all the time. */
  private static void measure(Case it, int releases, Figures figures) throws InterruptedException {
    String namespace = OverRedis.newNamespace();
    List<RedisQueue> queues = new ArrayList<>();
    var returns = new ConcurrentLinkedQueue<Long>();
    long beginNanos = System.nanoTime();
    try (UnifiedJedis client = RedisClient.create(OverRedis.uri())) {
      for (int i = 0; i < it.queues; i++) {
        queues.add(OverRedis.queue(namespace, INTERVAL).build());
      }
      Crowd crowd =
          new Crowd(
              it.waiters,
              i -> {
                while (true) {
                  queues.get(i % it.queues).request(i, it.waiters);
                  returns.add(System.nanoTime());
                }
              });
      addOthers(client, namespace, it.others);
      crowd.start();
      while (queues.stream().mapToInt(RedisQueue::waiting).sum() < it.waiters - 1) {
        Thread.sleep(Duration.ofMillis(1));
      }
      awaitReleases(returns, returns.size() + 2);
      int before = returns.size();
      long sentBefore = commandsSent(client);
      long microsBefore = scriptMicros(client);
      awaitReleases(returns, before + releases);
      long commands = commandsSent(client) - sentBefore;
      long micros = scriptMicros(client) - microsBefore;
      int starts = returns.size() - before;
      figures.add(Subject.REDIS, it.key(), (double) commands / starts);
      figures.add(Subject.REDIS, it.key() + "-micros", (double) micros / starts);
      crowd.interruptAll();
      crowd.join();
    } finally {
      queues.forEach(RedisQueue::close);
    }
    figures.add(Subject.REDIS, "early", early(returns, beginNanos));
  }

  private static void awaitReleases(ConcurrentLinkedQueue<Long> returns, int count)
      throws InterruptedException {
    while (returns.size() < count) {
      Thread.sleep(Duration.ofMillis(1));
    }
  }

  /** Has the store know processes that are not there; to it they are as good as any. */
  private static void addOthers(UnifiedJedis client, String namespace, int others)
      throws InterruptedException {
    String prefix = "{" + namespace + "}:";
    while (!client.exists(prefix + "leases")) { // as its first process has begun
      Thread.sleep(Duration.ofMillis(1));
    }
    String generation = client.hget(prefix + "state", "generation");
    for (int i = 0; i < others; i++) {
      client.zadd(prefix + "leases", Double.MAX_VALUE, "other" + i);
      client.hset(prefix + "processes", "other" + i, "1:1:" + generation + ":1");
    }
  }

  private static long scriptMicros(UnifiedJedis client) {
    Matcher time = TIME.matcher(client.info("commandstats"));
    return time.find() ? Long.parseLong(time.group(1)) : 0;
  }

  private static long commandsSent(UnifiedJedis client) {
    long sent = 0;
    Matcher calls = CALLS.matcher(client.info("commandstats"));
    while (calls.find()) {
      if (SENT.contains(calls.group(1))) {
        sent += Long.parseLong(calls.group(2));
      }
    }
    return sent;
  }

  /** Returns how many have returned before so many intervals had passed since all began. */
  private static int early(ConcurrentLinkedQueue<Long> returns, long beginNanos) {
    int early = 0;
    int k = 0;
    for (long nanos : returns.stream().sorted(Releases.BY_MOMENT).toList()) {
      if (nanos - beginNanos < k * INTERVAL.toNanos()) {
        early++;
      }
      k++;
    }
    return early;
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Commands per start over Redis",
        """
        What all clients of the store send, by the server's own count, and the time that its script takes, divided by the \
        starts meanwhile: a tenth of a second between them, while another request joins after each release. Each joins, is \
        released and used, and its process renews its lease. The processes beyond those that have somebody in line are entries \
        in the store.\
        """);
    List<List<String>> rows = new ArrayList<>();
    double few = results.of(Subject.REDIS, cases().getFirst().key()).max();
    for (Case it : cases()) {
      Sample commands = results.of(Subject.REDIS, it.key());
      String what = it.name();
      double micros = results.of(Subject.REDIS, it.key() + "-micros").quantile(0.5);
      rows.add(List.of(what, Report.number(commands.max()), Report.number(micros)));
      report.target(
          "commands per start, " + what + ": RedisQueue",
          "10 waiting " + Report.number(few),
          Report.number(commands.max()),
          Report.number(commands.max() / few),
          "≤ " + Report.number(MAX),
          commands.max() <= MAX);
      if (!(commands.max() <= MAX)) { // nor if it is not a number
        report.violation("RedisQueue sends too much with " + what);
      }
    }
    report.table(List.of("", "commands per start", "server µs per start"), rows);
    if (!(results.of(Subject.REDIS, "early").max() <= 0)) {
      report.violation("RedisQueue released somebody before it was due");
    }
  }
}
