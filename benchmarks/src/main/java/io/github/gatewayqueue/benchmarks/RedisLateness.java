package io.github.gatewayqueue.benchmarks;

import io.github.gatewayqueue.Brake;
import io.github.gatewayqueue.redis.RedisQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** How late a release over Redis is, beside the round trip that it cannot do without. */
final class RedisLateness implements Scenario {
  static final Duration INTERVAL = Duration.ofMillis(100);
  private static final double TARGET_RATIO = 2;
  private static final int FEW = 2;
  private static final int MANY = 10_000;
  private static final String PING = "ping";

  @Override
  public List<Run> runs(Form form) {
    return List.of(new Run("quiet", List.of(Subject.REDIS), List.of(), Duration.ofMinutes(4)));
  }

  @Override
  public void measure(Form form, Run run, Figures figures) throws Exception {
    try (UnifiedJedis client = RedisClient.create(OverRedis.uri())) {
      gapsMicros(client, FEW, 10); // warm
      for (int round = 0; round < form.pick(4, 1); round++) {
        ping(client, form.pick(1_000, 100), figures);
        block(client, FEW, form.pick(60, 5), figures);
        block(client, form.pick(MANY, 500), form.pick(60, 5), figures);
      }
    }
  }

  private static void ping(UnifiedJedis client, int count, Figures figures) {
    double[] micros = new double[count];
    for (int i = 0; i < count; i++) {
      long beginNanos = System.nanoTime();
      client.ping();
      micros[i] = (System.nanoTime() - beginNanos) / 1e3;
    }
    figures.add(Subject.REDIS, PING, micros);
    figures.add(Subject.REDIS, PING + "-p50", new Sample(micros).quantile(0.5));
  }

  private static void block(UnifiedJedis client, int waiters, int releases, Figures figures)
      throws InterruptedException {
    double[] micros = gapsMicros(client, waiters, releases);
    String key = waiters == FEW ? "few" : "many";
    figures.add(Subject.REDIS, key, micros);
    figures.add(Subject.REDIS, key + "-p50", new Sample(micros).quantile(0.5));
  }

  private static double[] gapsMicros(UnifiedJedis client, int waiters, int releases)
      throws InterruptedException {
    try (RedisQueue queue =
        RedisQueue.builder(client)
            .namespace(OverRedis.newNamespace())
            .interval(INTERVAL)
            .startDelay(Duration.ZERO)
            .brake(Brake.OFF)
            .build()) {
      return gapsMicros(
          waiters,
          releases,
          shard -> queue.request(shard, waiters),
          () -> queue.waiting() >= waiters - 1);
    }
  }

  /** Returns by how much the time between returns exceeds the interval, with so many who wait. */
  static double[] gapsMicros(int waiters, int releases, Pacer pacer, BooleanSupplier joined)
      throws InterruptedException {
    var returns = new ConcurrentLinkedQueue<Long>();
    Crowd crowd =
        new Crowd(
            waiters,
            i -> {
              while (true) {
                pacer.acquire(i);
                returns.add(System.nanoTime());
              }
            });
    crowd.start();
    while (!joined.getAsBoolean()) {
      crowd.throwFailure();
      Thread.sleep(Duration.ofMillis(1));
    }
    int begin = returns.size() + 2; // the first may have met those who joined
    while (returns.size() <= begin + releases) {
      crowd.throwFailure();
      Thread.sleep(Duration.ofMillis(1));
    }
    crowd.interruptAll();
    List<Long> moments = new ArrayList<>(returns).subList(begin, begin + releases + 1);
    double[] micros = new double[releases];
    for (int i = 0; i < releases; i++) {
      micros[i] = (moments.get(i + 1) - moments.get(i) - INTERVAL.toNanos()) / 1e3;
    }
    return micros;
  }

  @Override
  public void report(Results results, Report report) {
    report.section(
        "Lateness over Redis",
        """
        The time between the returns of two releases, less the interval of a tenth of a second, while %s wait or 10,000 do, \
        beside a bare PING of the same client. A release that reaches its thread late makes the next one look early by as \
        much. Rounds that alternate, with a new line each. Client and server share the machine.\
        """
            .formatted(FEW));
    List<List<String>> rows = new ArrayList<>();
    for (String key : List.of(PING, "few", "many")) {
      Sample all = results.of(Subject.REDIS, key);
      Sample rounds =
          results.of(Subject.REDIS, key + "-p50").over(results.of(Subject.REDIS, PING + "-p50"));
      rows.add(
          List.of(
              key.equals(PING) ? "PING" : key.equals("few") ? FEW + " wait" : "10,000 wait",
              Report.number(all.quantile(0.5)),
              Report.number(all.quantile(0.99)),
              Report.number(all.max()),
              Report.number(all.min()),
              Report.number(all.size()),
              Report.spread(rounds)));
    }
    report.table(List.of("µs", "p50", "p99", "max", "min", "samples", "p50 / PING"), rows);
    double few = results.of(Subject.REDIS, "few").quantile(0.5);
    double many = results.of(Subject.REDIS, "many").quantile(0.5);
    report.target(
        "lateness p50 with 10,000 waiting: RedisQueue",
        "%s waiting %s µs; PING %s µs"
            .formatted(
                FEW,
                Report.number(few),
                Report.number(results.of(Subject.REDIS, PING).quantile(0.5))),
        Report.number(many) + " µs",
        Report.number(many / few),
        "≤ " + Report.number(TARGET_RATIO),
        many / few <= TARGET_RATIO);
  }
}
