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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/**
 * Some processes that share a queue, while a seed has its way with them, the network between them
 * and the server, the server, and its clock. In the end all faults are mended, everybody who still
 * asks must be released, and what has happened is judged.
 */
final class FaultRun {
  private static final String NAMESPACE = "faults";

  /** Of the client of each process: then it gives up on an answer, and asks once more. */
  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(2);

  private static final int AILING = FaultLane.BOTS - 1;

  /** How much of a history that has become too long is written: the beginning shows why. */
  private static final int MOST_WRITTEN = 100_000;

  /** How many requests each process has at once: few let a bucket be idle, when one joins. */
  private static final int FEW = 1;

  private static final int MANY = 10;

  /** How many starts each of the others gets while one is ailing, before the next fault. */
  private static final int SHARE = 3;

  /** What can go wrong. The last ones go on until the end, and are all one process's. */
  enum Fault {
    BOT_KILLED,
    BOT_KILLED_HOLDING,
    BOT_FROZEN,
    BOT_FROZEN_LONG,
    BOT_FROZEN_HOLDING,
    BOT_CUT_OFF_HOLDING,
    CONNECTIONS_DROPPED,
    CONNECTIONS_REFUSED,
    ANSWERS_LOST,
    DELAYED,
    STALLED,
    LATE_BEYOND_TIMEOUT,
    SERVER_RESTARTED,
    SERVER_WIPED,
    SERVER_FROZEN,
    FAILED_OVER,
    CLOCK_FORWARD,
    CLOCK_FAR_FORWARD,
    CLOCK_BACK,
    CLOCK_FAR_BACK,
    BUCKETS_CHANGED,
    SLOW_FOR_EVER,
    TOO_SLOW_FOR_EVER,
    FROZEN_AGAIN_AND_AGAIN,
    HOLDS_UNTIL_TIMEOUT;

    boolean setsClock() {
      return name().startsWith("CLOCK");
    }

    boolean isSlow() {
      return this == SLOW_FOR_EVER || this == TOO_SLOW_FOR_EVER;
    }
  }

  private final FaultLane lane;
  private final SplittableRandom random;
  private final long seed;
  private final int underWay;
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
  private final List<ProgressChecker.Phase> phases = new ArrayList<>();
  private final List<Long> thawNanos = new CopyOnWriteArrayList<>();
  private final @Nullable SharedLimit limit;
  private RedisProcess server;
  private @Nullable RedisProcess replica;
  private @Nullable TestProxy replication;
  private long clockMicros;

  /** How long everything takes for the ailing process until the end, each way. */
  private long ailingMillis;

  private boolean ailingSilent;
  private volatile boolean ended;
  private String verdict = "not over";
  private @Nullable Future<?> freezing;

  /**
   * Creates a run.
   *
   * @param count how many faults there are
   * @param kinds those that are drawn from
   * @param drain for how long a request may wait, also after the last fault is mended
   */
  FaultRun(
      FaultLane lane, long seed, RunSettings timing, int count, Set<Fault> kinds, Duration drain)
      throws IOException {
    this.lane = lane;
    this.seed = seed;
    this.drain = drain;
    random = new SplittableRandom(seed);
    underWay = seed % 4 == 2 ? FEW : MANY;
    List<Fault> all = List.copyOf(EnumSet.copyOf(kinds));
    for (int i = 0; i < count; i++) {
      faults.add(all.get(random.nextInt(all.size())));
    }
    boolean clockSteps = faults.stream().anyMatch(Fault::setsClock);
    settings = new RunSettings(timing.interval(), timing.lease(), clockSteps);
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
      awaitTold(0, "acquired", 1, Await.HANG);
      pause(2 * settings.interval().toMillis());
      for (Fault fault : faults) {
        inflict(fault, tasks);
        pause(settings.interval().multipliedBy(3).toMillis());
        if (!violations.isEmpty()) {
          break; // a process waits for ever, and so would the next fault
        }
      }
      mend();
      if (violations.isEmpty()) {
        drain();
      } else {
        giveUp();
      }
    } finally {
      end();
    }
    if (history.isFull()) {
      violations.add("the processes ask the store without a pause");
      verdict = "not judged";
      write();
      return violations;
    }
    HistoryChecker checker = new HistoryChecker(settings);
    violations.addAll(checker.check(told, history, shared, phases));
    if (checker.releasedByStore() == 0 || checker.identified() == 0) {
      violations.add("nobody was released");
    }
    verdict = checker.identified() + " identified, " + checker.excused() + " excused";
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
            String.valueOf(settings.holdTimeout().toMillis()),
            String.valueOf(settings.startDelay().toMillis()),
            String.valueOf(limit == null ? 0 : limit.port()),
            String.valueOf(seed),
            String.valueOf(underWay)));
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
      case BOT_KILLED_HOLDING -> {
        int holder = awaitHolding(who);
        killBot(holder, tasks);
      }
      case BOT_FROZEN -> freeze(who, millis(lease, 0.1, 0.8), tasks);
      case BOT_FROZEN_LONG -> freeze(who, millis(lease, 1.2, 2), tasks);
      case BOT_FROZEN_HOLDING -> {
        int holder = awaitHolding(who);
        freeze(holder, millis(lease, 0.1, 2), tasks);
      }
      case BOT_CUT_OFF_HOLDING -> {
        int holder = awaitHolding(who);
        refuse(List.of(proxies[holder]), millis(lease, 0.1, 2), tasks);
      }
      case CONNECTIONS_DROPPED -> some().forEach(TestProxy::drop);
      case CONNECTIONS_REFUSED -> refuse(some(), millis(lease, 0.1, 1.5), tasks);
      case ANSWERS_LOST -> loseAnswers(some(), millis(lease, 0.1, 0.6), tasks);
      case DELAYED -> {
        long there = millis(lease, 0, 0.25);
        long back = millis(lease, 0, 0.25);
        delay(some(), there, back, millis(lease, 0.5, 1.5), tasks);
      }
      case STALLED -> stall(some(), millis(lease, 0.1, 1.5), tasks);
      case LATE_BEYOND_TIMEOUT -> {
        // A step comes after the next one, that its process takes as it has given up on this one.
        long there = millis(SOCKET_TIMEOUT, 1.1, 1.4);
        delay(some(), there, 0, millis(lease, 0.4, 0.8), tasks);
      }
      case SERVER_RESTARTED -> restart(false);
      case SERVER_WIPED -> restart(true);
      case SERVER_FROZEN -> server.freeze(millis(lease, 0.1, 1.2));
      case FAILED_OVER -> failOver();
      case CLOCK_FORWARD -> setClock(millis(lease, 0.05, 0.5));
      case CLOCK_FAR_FORWARD -> setClock(millis(lease, 0.7, 20));
      case CLOCK_BACK -> setClock(-millis(lease, 0.05, 0.5));
      case CLOCK_FAR_BACK -> setClock(-millis(lease, 0.7, 20));
      case BUCKETS_CHANGED -> changeBuckets();
      // A round trip takes two of these; an answer is of use for 0.4 leases.
      case SLOW_FOR_EVER -> ail(fault, () -> slowDown(millis(lease, 0.1, 0.17)));
      case TOO_SLOW_FOR_EVER -> ail(fault, () -> slowDown(millis(lease, 0.23, 0.4)));
      case FROZEN_AGAIN_AND_AGAIN -> {
        SplittableRandom own = random.split();
        ail(fault, () -> freezeAgainAndAgain(own, tasks));
      }
      case HOLDS_UNTIL_TIMEOUT -> ail(fault, this::silence);
    }
    inflicted.add(fault);
  }

  private interface Ailment {
    void begin() throws Exception;
  }

  /** Has one process be ailing from now on, and the others get their share beside it. */
  private void ail(Fault fault, Ailment ailment) throws Exception {
    awaitMended();
    ailment.begin();
    long beginNanos = System.nanoTime();
    for (int i = 0; i < AILING; i++) {
      awaitTold(i, "acquired", bots[i].count("acquired") + SHARE, Await.HANG);
    }
    Set<String> healthy = new HashSet<>();
    for (int i = 0; i < AILING; i++) {
      healthy.add(bots[i].name());
    }
    phases.add(
        new ProgressChecker.Phase(
            fault, beginNanos, System.nanoTime(), healthy, List.copyOf(thawNanos)));
  }

  private void slowDown(long millis) {
    ailingMillis = millis;
    proxies[AILING].delay(millis, millis);
  }

  private void silence() throws IOException {
    ailingSilent = true;
    bots[AILING].command("silent");
  }

  private void freezeAgainAndAgain(SplittableRandom own, ExecutorService tasks) {
    if (freezing == null) {
      freezing =
          tasks.submit(() -> {
            while (!ended) {
              Bot bot = bots[AILING];
              freezeNow(bot, true);
              MILLISECONDS.sleep((long) (settings.lease().toMillis() * own.nextDouble(0.5, 1.5)));
              freezeNow(bot, false);
              thawNanos.add(System.nanoTime());
              MILLISECONDS.sleep((long) (settings.lease().toMillis() * own.nextDouble(0.1, 0.5)));
            }
            return null;
          });
    }
  }

  /** One that was killed meanwhile does not matter. */
  private static void freezeNow(Bot bot, boolean frozen) throws InterruptedException {
    try {
      bot.freeze(frozen);
    } catch (IOException e) {
      // it is gone
    }
  }

  /**
   * Waits until a process has a start of which it says nothing for a while.
   *
   * @param drawn that process, unless it is ailing, and may never have one
   */
  private int awaitHolding(int drawn) throws Exception {
    awaitMended();
    int who = phases.isEmpty() ? drawn : drawn % AILING;
    long before = bots[who].count("keeps");
    bots[who].command("keep");
    awaitTold(who, "keeps", before + 1, drain);
    return who;
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

  private void eachLater(
      List<TestProxy> some, long millis, ExecutorService tasks, Consumer<TestProxy> mend) {
    later(
        millis,
        tasks,
        () -> {
          some.forEach(mend);
          return some;
        });
  }

  private void killBot(int who, ExecutorService tasks) throws Exception {
    awaitMended(); // it may be frozen, or about to be started
    bots[who].kill();
    told.add(bots[who].takeTold());
    long seed = random.nextLong(); // here, as the tasks run at any time
    later(
        millis(settings.lease(), 0, 1),
        tasks,
        () -> {
          Bot next = begin(who, seed);
          if (who == AILING && ailingSilent) {
            next.command("silent");
          }
          bots[who] = next;
          return next;
        });
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
    eachLater(some, millis, tasks, proxy -> proxy.refuse(false));
  }

  private void loseAnswers(List<TestProxy> some, long millis, ExecutorService tasks) {
    some.forEach(proxy -> proxy.loseAnswers(true));
    eachLater(
        some,
        millis,
        tasks,
        proxy -> {
          proxy.drop();
          proxy.loseAnswers(false);
        });
  }

  private void delay(
      List<TestProxy> some, long there, long back, long millis, ExecutorService tasks) {
    some.forEach(proxy -> proxy.delay(there, back));
    eachLater(some, millis, tasks, this::endDelay);
  }

  private void endDelay(TestProxy proxy) {
    long millis = proxy.equals(proxies[AILING]) ? ailingMillis : 0;
    proxy.delay(millis, millis);
  }

  private void stall(List<TestProxy> some, long millis, ExecutorService tasks) {
    some.forEach(proxy -> proxy.stall(true));
    eachLater(some, millis, tasks, proxy -> proxy.stall(false));
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
    ended = true;
    Future<?> freezer = freezing;
    if (freezer != null) {
      freezer.get();
    }
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
      boolean drained = awaitTold(i, "drained", 1, drain);
      if (drained) {
        bot.command("end");
      }
      if (drained && awaitTold(i, "ended", 1, drain)) {
        lane.giveBack(bot);
      } else {
        bot.kill();
      }
      told.add(bot.takeTold());
    }
  }

  /** Ends the processes, and keeps what they have told. */
  private void giveUp() throws IOException, InterruptedException {
    for (Bot bot : bots) {
      bot.kill();
      told.add(bot.takeTold());
    }
  }

  private boolean awaitTold(int who, String what, long times, Duration most) {
    Bot bot = bots[who];
    try {
      Awaitility.await().atMost(most).until(() -> bot.count(what) >= times);
      return true;
    } catch (ConditionTimeoutException e) {
      violations.add("process " + who + " never says " + what + ": somebody waits for ever");
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

  /** Keeps a record of the run, to find the reason of a failure. */
  private void write() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>(violations);
    lines.add(toString());
    told.forEach(process -> {
      lines.add("--- process");
      process.forEach(line -> lines.add(line.toString()));
    });
    lines.add("--- store");
    history.entries().stream().limit(MOST_WRITTEN).map(Object::toString).forEach(lines::add);
    Path report = Path.of("target", "faults", "seed-" + seed + ".txt");
    Files.createDirectories(report.getParent());
    Files.write(report, lines);
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + ", limit "
        + (limit != null)
        + ", "
        + settings
        + ", "
        + faults
        + ": "
        + verdict;
  }
}
