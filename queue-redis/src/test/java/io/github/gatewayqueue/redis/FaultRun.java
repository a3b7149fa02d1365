package io.github.gatewayqueue.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.TestProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/**
 * Some processes that share a queue, while a seed has its way with them, the network between them
 * and the server, the server, and its clock. In the end all faults are mended, everybody who still
 * asks has to be released, and what has happened is judged.
 */
final class FaultRun {
  private static final String NAMESPACE = "faults";

  /** What can go wrong. */
  enum Fault {
    BOT_KILLED,
    BOT_FROZEN,
    BOT_FROZEN_LONG,
    CONNECTIONS_DROPPED,
    CONNECTIONS_REFUSED,
    ANSWERS_LOST,
    DELAYED,
    STALLED,
    SERVER_RESTARTED,
    SERVER_WIPED,
    SERVER_FROZEN,
    FAILED_OVER,
    CLOCK_FORWARD,
    CLOCK_FAR_FORWARD,
    CLOCK_BACK,
    CLOCK_FAR_BACK,
    BUCKETS_CHANGED;

    boolean setsClock() {
      return name().startsWith("CLOCK");
    }
  }

  private final FaultLane lane;
  private final SplittableRandom random;
  private final long seed;
  private final Duration drain;
  private final RunSettings settings;
  private final List<Fault> faults = new ArrayList<>();
  private final Set<Fault> inflicted = EnumSet.noneOf(Fault.class);
  private final Bot[] bots = new Bot[FaultLane.BOTS];
  private final TestProxy[] proxies = new TestProxy[FaultLane.BOTS];
  private final StoreHistory history = new StoreHistory();
  private final List<List<Bot.Told>> told = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final List<Future<?>> mending = new ArrayList<>();
  private final @Nullable SharedLimit limit;
  private RedisProcess server;
  private @Nullable RedisProcess replica;
  private @Nullable TestProxy replication;
  private long clockMicros;

  /**
   * Creates a run.
   *
   * @param count how many faults there are
   * @param kinds those that are drawn from
   * @param drain for how long requests may wait after the last one is mended
   */
  FaultRun(
      FaultLane lane, long seed, RunSettings timing, int count, Set<Fault> kinds, Duration drain)
      throws IOException {
    this.lane = lane;
    this.seed = seed;
    this.drain = drain;
    random = new SplittableRandom(seed);
    List<Fault> all = List.copyOf(EnumSet.copyOf(kinds));
    for (int i = 0; i < count; i++) {
      faults.add(all.get(random.nextInt(all.size())));
    }
    boolean clockSteps = faults.stream().anyMatch(Fault::setsClock);
    settings = new RunSettings(timing.interval(), timing.lease(), timing.margin(), clockSteps);
    Duration window = settings.interval().multipliedBy(25);
    limit =
        random.nextBoolean() || faults.contains(Fault.BUCKETS_CHANGED)
            ? new SharedLimit(15 + random.nextInt(30), window, 1 << random.nextInt(3))
            : null;
    Path directory = lane.directory().resolve("run-" + seed);
    String fsync = random.nextBoolean() ? "always" : "everysec";
    server = server(directory.resolve("a"), fsync);
    replica = faults.contains(Fault.FAILED_OVER) ? server(directory.resolve("b"), fsync) : null;
  }

  private static RedisProcess server(Path directory, String fsync) {
    return new RedisProcess(
        directory, "appendonly yes", "appendfsync " + fsync, "repl-diskless-sync-delay 0");
  }

  /** Runs it; returns what was wrong. */
  List<String> run() throws Exception {
    SharedLimit shared = limit;
    try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      begin();
      awaitTold(0, "released", Await.HANG);
      pause(2 * settings.interval().toMillis());
      for (Fault fault : faults) {
        inflict(fault, tasks);
        pause(settings.interval().multipliedBy(3).toMillis());
      }
      mend();
      drain();
    } finally {
      end();
    }
    HistoryChecker checker = new HistoryChecker(settings);
    violations.addAll(checker.check(told, history, shared));
    if (checker.releasedByStore() == 0) {
      violations.add("nobody was released");
    }
    if (!violations.isEmpty()) {
      write();
    }
    return violations;
  }

  private void begin() throws IOException {
    server.start();
    history.watch(server, NAMESPACE);
    RedisProcess follower = replica;
    if (follower != null) {
      follow(follower);
    }
    for (int i = 0; i < bots.length; i++) {
      proxies[i] = new TestProxy(server.port());
      bots[i] = begin(i, random.nextLong());
    }
  }

  private Bot begin(int i, long seed) throws IOException {
    Bot bot = lane.takeBot();
    bot.command(
        String.join(
            " ",
            "begin",
            proxies[i].uri("redis").toString(),
            NAMESPACE,
            String.valueOf(settings.interval().toMillis()),
            String.valueOf(settings.lease().toMillis()),
            String.valueOf(settings.margin().toMillis()),
            String.valueOf(limit == null ? 0 : limit.port()),
            String.valueOf(seed)));
    return bot;
  }

  private void follow(RedisProcess follower) throws IOException {
    follower.start();
    TestProxy link = new TestProxy(server.port());
    replication = link;
    follower.follow(link.uri("redis").getPort());
  }

  private void pause(long mostMillis) throws InterruptedException {
    MILLISECONDS.sleep(random.nextLong(mostMillis / 4, mostMillis)); // for a fault to have effect
  }

  private long millis(Duration least, double leastTimes, double mostTimes) {
    return (long) (least.toMillis() * random.nextDouble(leastTimes, mostTimes));
  }

  private void inflict(Fault fault, ExecutorService tasks) throws Exception {
    int who = random.nextInt(bots.length);
    Duration lease = settings.lease();
    switch (fault) {
      case BOT_KILLED -> killBot(who, tasks);
      case BOT_FROZEN -> freeze(who, millis(lease, 0.1, 0.8), tasks);
      case BOT_FROZEN_LONG -> freeze(who, millis(lease, 1.2, 2), tasks);
      case CONNECTIONS_DROPPED -> some().forEach(TestProxy::drop);
      case CONNECTIONS_REFUSED -> refuse(some(), millis(lease, 0.1, 1.5), tasks);
      case ANSWERS_LOST -> loseAnswers(some(), millis(lease, 0.1, 0.6), tasks);
      case DELAYED -> delay(some(), millis(lease, 0.5, 1.5), tasks);
      case STALLED -> stall(some(), millis(lease, 0.1, 1.5), tasks);
      case SERVER_RESTARTED -> restart(false);
      case SERVER_WIPED -> restart(true);
      case SERVER_FROZEN -> server.freeze(millis(lease, 0.1, 1.2));
      case FAILED_OVER -> failOver();
      case CLOCK_FORWARD -> setClock(millis(lease, 0.05, 0.5));
      case CLOCK_FAR_FORWARD -> setClock(millis(lease, 0.7, 20));
      case CLOCK_BACK -> setClock(-millis(lease, 0.05, 0.5));
      case CLOCK_FAR_BACK -> setClock(-millis(lease, 0.7, 20));
      case BUCKETS_CHANGED -> changeBuckets();
    }
    inflicted.add(fault);
  }

  /** Returns what has gone wrong in fact. */
  Set<Fault> inflicted() {
    return inflicted;
  }

  /** Returns one proxy or all. */
  private List<TestProxy> some() {
    return random.nextBoolean()
        ? List.of(proxies)
        : List.of(proxies[random.nextInt(proxies.length)]);
  }

  private void later(long millis, ExecutorService tasks, Callable<?> mend) {
    mending.add(
        tasks.submit(() -> {
          MILLISECONDS.sleep(millis); // how long the fault lasts
          return mend.call();
        }));
  }

  private void killBot(int who, ExecutorService tasks) throws Exception {
    awaitMended(); // it may be frozen, or about to be started
    bots[who].kill();
    told.add(bots[who].takeTold());
    long seed = random.nextLong(); // here, as the tasks run at any time
    later(millis(settings.lease(), 0, 1), tasks, () -> bots[who] = begin(who, seed));
  }

  private void freeze(int who, long millis, ExecutorService tasks) throws Exception {
    awaitMended();
    Bot bot = bots[who];
    bot.freeze(true);
    later(
        millis,
        tasks,
        () -> {
          bot.freeze(false);
          return bot;
        });
  }

  private void refuse(List<TestProxy> some, long millis, ExecutorService tasks) {
    some.forEach(proxy -> {
      proxy.refuse(true);
      proxy.drop();
    });
    later(
        millis,
        tasks,
        () -> {
          some.forEach(proxy -> proxy.refuse(false));
          return some;
        });
  }

  private void loseAnswers(List<TestProxy> some, long millis, ExecutorService tasks) {
    some.forEach(proxy -> proxy.loseAnswers(true));
    later(
        millis,
        tasks,
        () -> {
          some.forEach(proxy -> {
            proxy.drop();
            proxy.loseAnswers(false);
          });
          return some;
        });
  }

  private void delay(List<TestProxy> some, long millis, ExecutorService tasks) {
    long there = millis(settings.margin(), 0, 2);
    long back = millis(settings.margin(), 0, 2);
    some.forEach(proxy -> proxy.delay(there, back));
    later(
        millis,
        tasks,
        () -> {
          some.forEach(proxy -> proxy.delay(0, 0));
          return some;
        });
  }

  private void stall(List<TestProxy> some, long millis, ExecutorService tasks) {
    some.forEach(proxy -> proxy.stall(true));
    later(
        millis,
        tasks,
        () -> {
          some.forEach(proxy -> proxy.stall(false));
          return some;
        });
  }

  private void restart(boolean wiped) throws IOException, InterruptedException {
    cutOff(true);
    server.kill();
    pause(settings.interval().toMillis());
    if (wiped) {
      server.wipe();
    }
    server.start();
    serve();
  }

  /** The last that the master wrote may not have come to the replica. */
  private void failOver() throws IOException, InterruptedException {
    RedisProcess next = replica;
    TestProxy link = replication;
    if (next == null || link == null) {
      throw new IllegalStateException("there is no replica");
    }
    if (random.nextBoolean()) {
      link.stall(true);
      pause(2 * settings.interval().toMillis());
    }
    cutOff(true);
    server.kill();
    link.close();
    server.wipe();
    next.promote();
    RedisProcess former = server;
    server = next;
    replica = former;
    serve();
    follow(former);
  }

  private void cutOff(boolean cut) {
    for (TestProxy proxy : proxies) {
      proxy.refuse(cut);
      proxy.drop();
    }
  }

  /** The server has started: watches it, and has everybody come. */
  private void serve() throws IOException {
    try (Jedis jedis = server.connect()) {
      jedis.set("clock", String.valueOf(clockMicros));
    }
    history.watch(server, NAMESPACE);
    for (TestProxy proxy : proxies) {
      proxy.forwardTo(server.port());
      proxy.refuse(false);
    }
  }

  private void setClock(long stepMillis) throws InterruptedException {
    clockMicros += MILLISECONDS.toMicros(stepMillis);
    try (Jedis jedis = server.connect()) {
      jedis.set("clock", String.valueOf(clockMicros));
    }
    MILLISECONDS.sleep(settings.lease().toMillis()); // so that all notice each step for itself
  }

  private void changeBuckets() {
    SharedLimit shared = limit;
    if (shared != null) {
      shared.concurrency(1 + random.nextInt(5));
    }
  }

  private void awaitMended() throws InterruptedException, ExecutionException {
    for (Future<?> mend : mending) {
      mend.get();
    }
    mending.clear();
  }

  private void mend() throws InterruptedException, ExecutionException {
    awaitMended();
    for (TestProxy proxy : proxies) {
      proxy.refuse(false);
      proxy.stall(false);
      proxy.delay(0, 0);
    }
  }

  private void drain() throws IOException, InterruptedException {
    for (Bot bot : bots) {
      bot.command("drain");
    }
    for (int i = 0; i < bots.length; i++) {
      Bot bot = bots[i];
      boolean drained = awaitTold(i, "drained", drain);
      if (drained) {
        bot.command("end");
      }
      if (drained && awaitTold(i, "ended", drain)) {
        lane.giveBack(bot);
      } else {
        bot.kill();
      }
      told.add(bot.takeTold());
    }
  }

  private boolean awaitTold(int who, String what, Duration most) {
    Bot bot = bots[who];
    try {
      Awaitility.await().atMost(most).until(() -> bot.hasTold(what));
      return true;
    } catch (ConditionTimeoutException e) {
      violations.add("process " + who + " is never " + what + ": somebody waits for ever");
      return false;
    }
  }

  private void end() throws IOException {
    for (TestProxy proxy : proxies) {
      if (proxy != null) {
        proxy.close();
      }
    }
    TestProxy link = replication;
    if (link != null) {
      link.close();
    }
    server.close();
    RedisProcess follower = replica;
    if (follower != null) {
      follower.close();
    }
    SharedLimit shared = limit;
    if (shared != null) {
      shared.close();
    }
  }

  /** Keeps what has happened, for whoever wants to understand it. */
  private void write() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>(violations);
    lines.add(toString());
    told.forEach(process -> {
      lines.add("--- process");
      process.forEach(line -> lines.add(line.toString()));
    });
    lines.add("--- store");
    history.entries().forEach(entry -> lines.add(entry.toString()));
    Path report = Path.of("target", "faults", "seed-" + seed + ".txt");
    Files.createDirectories(report.getParent());
    Files.write(report, lines);
  }

  @Override
  public String toString() {
    return "seed " + seed + ", limit " + (limit != null) + ", " + settings + ", " + faults;
  }
}
