package io.github.gatewayqueue.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.SessionStartLimitUnavailableException;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.fakediscord.RestFault;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.redis.RedisQueue;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import io.github.gatewayqueue.testsupport.Thorough;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What has cost bots their token or their day, on the real queues beside a Discord on loopback. All
 * cases run at the same time: many of them wait until a reading of the limit is old.
 */
@Thorough("takes a minute; BudgetAgeTest and StoreTest have the cases in virtual time")
class LimitCasesTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration AT_ONCE = Duration.ofMillis(1);
  private static final Duration MAX_READING_AGE = Duration.ofSeconds(30);

  private static EmbeddedRedis redis;
  private static ExecutorService executor;
  private static final Map<Kind, CapturedLog> LOGS = new ConcurrentHashMap<>();
  private static final Map<String, Future<?>> RUNNING = new ConcurrentHashMap<>();

  enum Kind {
    LARGE,
    REDIS
  }

  private interface Case {
    void run(Kind kind) throws Exception;
  }

  private static Map<String, Case> cases() {
    return Map.ofEntries(
        Map.entry("usedElsewhere", LimitCasesTest::usedElsewhere),
        Map.entry("releasesThatWereNoStarts", LimitCasesTest::releasesThatWereNoStarts),
        Map.entry("usedUpForThoseWhoFail", LimitCasesTest::usedUpForThoseWhoFail),
        Map.entry("numbersRaised", LimitCasesTest::numbersRaised),
        Map.entry("bannedForADay", LimitCasesTest::bannedForADay),
        Map.entry("limitedWithoutATime", LimitCasesTest::limitedWithoutATime),
        Map.entry("forbidden", LimitCasesTest::forbidden),
        Map.entry("processInALoop", LimitCasesTest::processInALoop),
        Map.entry("processInAFastLoop", LimitCasesTest::processInAFastLoop),
        Map.entry("shardInALoop", LimitCasesTest::shardInALoop),
        Map.entry("moreShardsThanStarts", LimitCasesTest::moreShardsThanStarts),
        Map.entry("runningLow", LimitCasesTest::runningLow),
        Map.entry("stuckCacheUsedUp", LimitCasesTest::stuckCacheUsedUp),
        Map.entry("stuckCacheWithStarts", LimitCasesTest::stuckCacheWithStarts),
        Map.entry("refusedToken", LimitCasesTest::refusedToken),
        Map.entry("garbledReset", LimitCasesTest::garbledReset),
        Map.entry("firstReadingFails", LimitCasesTest::firstReadingFails));
  }

  @BeforeAll
  static void start() throws Exception {
    redis = new EmbeddedRedis();
    executor = Executors.newVirtualThreadPerTaskExecutor();
    LOGS.put(Kind.LARGE, new CapturedLog("io.github.gatewayqueue.large", Level.WARNING));
    LOGS.put(Kind.REDIS, new CapturedLog("io.github.gatewayqueue.redis", Level.WARNING));
    cases()
        .forEach((name, each) -> {
          for (Kind kind : Kind.values()) {
            RUNNING.put(
                name + kind,
                executor.submit(() -> {
                  each.run(kind);
                  return name;
                }));
          }
        });
  }

  @AfterAll
  static void stop() throws Exception {
    executor.close();
    LOGS.values().forEach(CapturedLog::close);
    redis.close();
  }

  static Stream<Arguments> names() {
    return cases().keySet().stream()
        .sorted()
        .flatMap(name -> EnumSet.allOf(Kind.class).stream().map(kind -> Arguments.of(name, kind)));
  }

  @ParameterizedTest
  @MethodSource("names")
  void limit_case_isServedSafely(String name, Kind kind) throws Exception {
    try {
      Objects.requireNonNull(RUNNING.get(name + kind)).get();
    } catch (ExecutionException e) {
      throw new AssertionError(name + ", " + kind, e.getCause());
    }
  }

  /** A bot of one process: its queue, which reads the limit from a Discord. */
  private record Bot(Kind kind, FakeDiscord discord, GatewayQueue queue) implements AutoCloseable {
    /** A bot whose queue makes nobody wait for its spacing. */
    static Bot of(Kind kind, FakeDiscord discord) {
      return of(kind, discord, source(discord), UUID.randomUUID().toString());
    }

    static Bot of(
        Kind kind, FakeDiscord discord, SessionStartLimitSource source, String namespace) {
      GatewayQueue queue =
          switch (kind) {
            case LARGE -> large(source).build();
            case REDIS -> redis(source, namespace).build();
          };
      return new Bot(kind, discord, queue);
    }

    /** A bot whose requests fail when the starts are used up. */
    static Bot failing(Kind kind, FakeDiscord discord) {
      GatewayQueue queue =
          switch (kind) {
            case LARGE ->
                large(source(discord)).whenExhausted(LargeBotQueue.WhenExhausted.FAIL).build();
            case REDIS ->
                redis(source(discord), UUID.randomUUID().toString())
                    .whenExhausted(RedisQueue.WhenExhausted.FAIL)
                    .build();
          };
      return new Bot(kind, discord, queue);
    }

    private static LargeBotQueue.Builder large(SessionStartLimitSource source) {
      return LargeBotQueue.builder(source).interval(AT_ONCE).maxReadingAge(MAX_READING_AGE);
    }

    private static RedisQueue.Builder redis(SessionStartLimitSource source, String namespace) {
      return RedisQueue.builder(redis.uri())
          .namespace(namespace)
          .interval(AT_ONCE)
          .startDelay(Duration.ZERO)
          .limits(source)
          .maxReadingAge(MAX_READING_AGE);
    }

    Optional<SessionStartLimit> limit() {
      return queue instanceof LargeBotQueue large ? large.limit() : ((RedisQueue) queue).limit();
    }

    int remaining() {
      return limit().map(SessionStartLimit::remaining).orElse(Integer.MAX_VALUE);
    }

    void require(int starts) throws IOException, InterruptedException {
      if (queue instanceof LargeBotQueue large) {
        large.require(starts);
      } else {
        ((RedisQueue) queue).require(starts);
      }
    }

    long usedElsewhere() throws IOException {
      return queue instanceof LargeBotQueue large
          ? large.snapshot().usedElsewhere()
          : ((RedisQueue) queue).snapshot().queue().usedElsewhere();
    }

    int waiting() {
      return queue instanceof LargeBotQueue large
          ? large.waiting()
          : ((RedisQueue) queue).waiting();
    }

    Asking ask(long shard) {
      return Asking.of(queue, shard, 10_000);
    }

    /** Starts a shard, as far as it gets. */
    Asking start(long shard) {
      return Asking.of(
          (id, total) -> {
            queue.request(id, total);
            identify(discord, id, total);
          },
          shard,
          10_000);
    }

    void awaitTold(String part) {
      CapturedLog log = Objects.requireNonNull(LOGS.get(kind));
      Await.until(() -> log.lines().stream().anyMatch(line -> line.contains(part)));
    }

    @Override
    public void close() {
      if (queue instanceof RedisQueue shared) {
        shared.close();
      }
    }
  }

  private static FakeDiscord.Builder discord() {
    return FakeDiscord.builder().identifyInterval(AT_ONCE);
  }

  private static SessionStartLimitSource source(FakeDiscord discord) {
    return DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
        .baseUrl(discord.restUri())
        .build();
  }

  /** Sends IDENTIFY, and returns when Discord has it. */
  private static void identify(FakeDiscord discord, long shard, long total) {
    String identify =
        """
        {"op":2,"d":{"token":"%s","intents":0,"shard":[%s,%s],
        "properties":{"os":"linux","browser":"test","device":"test"}}}\
        """
            .formatted(FakeDiscord.DEFAULT_TOKEN, shard, total);
    long before = identifies(discord, shard);
    WebSocket socket =
        HTTP.newWebSocketBuilder()
            .buildAsync(discord.gatewayUri(), new WebSocket.Listener() {})
            .join();
    socket.sendText(identify, true).join();
    Await.until(() -> identifies(discord, shard) > before);
    socket.abort();
  }

  private static long identifies(FakeDiscord discord, long shard) {
    return discord.identifies().stream().filter(each -> each.shardId() == shard).count();
  }

  private static void assertSafe(FakeDiscord discord) {
    assertFalse(discord.score().limitHit(), discord.toString());
  }

  private static void interrupt(List<Asking> requests) throws InterruptedException {
    for (Asking request : requests) {
      request.interrupt();
    }
    for (Asking request : requests) {
      request.thrown();
    }
  }

  /** By a cron job or an old process, while nobody asks here; then all shards start again. */
  private static void usedElsewhere(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().total(100).start();
        Bot bot = Bot.of(kind, discord)) {
      bot.start(0).awaitReturn();
      long readNanos = System.nanoTime();
      discord.startElsewhere(95);
      long idleNanos = MAX_READING_AGE.multipliedBy(2).toNanos();
      Await.until(() -> System.nanoTime() - readNanos >= idleNanos);
      List<Asking> shards = LongStream.range(1, 17).mapToObj(bot::start).toList();
      Await.until(() -> discord.identifies().size() == 4 && bot.waiting() == 13);
      assertSafe(discord);
      assertEquals(85, bot.usedElsewhere()); // ten may be of a process before this one
      bot.awaitTold("85 session starts were used elsewhere");
      interrupt(shards);
      assertEquals(4, discord.identifies().size());
    }
  }

  private static void releasesThatWereNoStarts(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().total(100).remaining(20).start();
        Bot bot = Bot.of(kind, discord)) {
      for (int shard = 0; shard < 25; shard++) {
        bot.ask(shard).awaitReturn();
      }
    }
  }

  /** No request gets as far as to be charged, and yet the limit is read again. */
  private static void usedUpForThoseWhoFail(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().total(100).remaining(1).start();
        Bot bot = Bot.failing(kind, discord)) {
      bot.ask(0).awaitThrown(SessionStartLimitExceededException.class);
      discord.setRemaining(50);
      var shard = new long[1];
      Await.await()
          .pollInterval(Duration.ofMillis(200))
          .until(() -> bot.ask(++shard[0]).thrown() == null);
    }
  }

  /** Nothing is asked for but session starts. */
  private static void numbersRaised(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().total(1000).maxConcurrency(16).start();
        Bot bot = Bot.of(kind, discord)) {
      bot.ask(0).awaitReturn();
      discord.setTotal(2000);
      discord.setMaxConcurrency(64);
      Duration pace = Duration.ofMillis(200);
      var shard = new long[1];
      Await.await()
          .pollInterval(pace)
          .until(() -> {
            bot.ask(++shard[0]).awaitReturn();
            return bot.limit().orElseThrow().maxConcurrency() == 64;
          });
      assertEquals(2000, bot.limit().orElseThrow().total());
    }
  }

  private static Duration retryAfter(Bot bot) {
    IOException thrown = assertThrows(IOException.class, () -> bot.require(1));
    return assertInstanceOf(SessionStartLimitUnavailableException.class, thrown.getCause())
        .retryAfter();
  }

  private static void bannedForADay(Kind kind) throws Exception {
    Duration ban = Duration.ofSeconds(82_721);
    try (FakeDiscord discord = discord().start();
        Bot bot = Bot.of(kind, discord)) {
      discord.faults().failRest(RestFault.rateLimited(ban), 1); // another answer would end it
      List<Asking> shards = LongStream.range(0, 4).mapToObj(bot::ask).toList();
      Await.until(() -> bot.waiting() == 4);
      assertTrue(retryAfter(bot).compareTo(ban.minusMinutes(30)) > 0);
      assertEquals(4, bot.waiting());
      interrupt(shards);
    }
  }

  private static void limitedWithoutATime(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().start();
        Bot bot = Bot.of(kind, discord)) {
      discord.faults().failRest(RestFault.body(429, "{}"), 1);
      Asking shard = bot.ask(0);
      Await.until(() -> bot.waiting() == 1);
      Duration pause = retryAfter(bot);
      assertTrue(pause.compareTo(Duration.ofSeconds(20)) > 0, pause.toString());
      interrupt(List.of(shard));
    }
  }

  /** By Discord's code for a blocked address, and by the page of what stands before Discord. */
  private static void forbidden(Kind kind) throws Exception {
    for (String body :
        List.of(
            "{\"message\": \"internal network error\", \"code\": 40333}",
            "<!DOCTYPE html><title>Access denied</title>")) {
      try (FakeDiscord discord = discord().start();
          Bot bot = Bot.of(kind, discord)) {
        discord.faults().failRest(RestFault.body(403, body), 1);
        bot.ask(0).awaitReturn();
      }
    }
  }

  /** A process that ends 7 s after its start, beside a count that is 10 s behind. */
  private static void processInALoop(Kind kind) throws Exception {
    processesInALoop(kind, 8, Duration.ofSeconds(7));
  }

  /** As fast as a JVM can start a session and end. The last process lives. */
  private static void processInAFastLoop(Kind kind) throws Exception {
    processesInALoop(kind, 20, Duration.ofSeconds(1));
  }

  private static void processesInALoop(Kind kind, int processes, Duration life) throws Exception {
    String namespace = UUID.randomUUID().toString();
    try (FakeDiscord discord =
        discord().total(1000).remaining(7).countLag(Duration.ofSeconds(10)).start()) {
      for (int process = 0; process < processes; process++) {
        long beginNanos = System.nanoTime();
        try (Bot bot = Bot.of(kind, discord, source(discord), namespace)) {
          Asking shard = bot.start(process);
          Await.until(() -> System.nanoTime() - beginNanos >= life.toNanos());
          interrupt(List.of(shard));
        }
      }
      if (discord.score().remaining() > 1) { // nobody is locked out then
        try (Bot bot = Bot.of(kind, discord, source(discord), namespace)) {
          bot.start(processes).awaitReturn();
        }
      }
      assertSafe(discord);
    }
  }

  private static void shardInALoop(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().start();
        Bot bot = Bot.of(kind, discord)) {
      long sick = kind == Kind.LARGE ? 4711 : 4712;
      for (int i = 0; i < 4; i++) {
        bot.start(sick).awaitReturn();
      }
      Asking fifth = bot.start(sick);
      bot.awaitTold("shard " + sick + " ");
      bot.start(1).awaitReturn(); // nobody else waits for it
      assertFalse(fifth.ended());
      fifth.awaitReturn();
    }
  }

  private static void moreShardsThanStarts(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().remaining(20).start();
        Bot bot = Bot.of(kind, discord)) {
      var thrown = assertThrows(SessionStartLimitExceededException.class, () -> bot.require(32));
      assertTrue(("" + thrown.getMessage()).contains("20 of 1,000"), thrown.toString());
      bot.require(19);
      assertEquals(20, discord.score().remaining());
    }
  }

  private static void runningLow(Kind kind) throws Exception {
    int total = 140; // of no other case
    try (FakeDiscord discord = discord().total(total).remaining(30).start();
        Bot bot = Bot.of(kind, discord)) {
      int shard = 0;
      for (int left : new int[] {28, 14, 7}) {
        while (bot.remaining() > left) {
          bot.start(shard++).awaitReturn();
        }
        bot.awaitTold("the session starts run low: " + left + " of " + total);
      }
      assertSafe(discord);
    }
  }

  private static void stuckCacheUsedUp(Kind kind) throws Exception {
    assertAskedSlowly(kind, 0);
  }

  private static void stuckCacheWithStarts(Kind kind) throws Exception {
    assertAskedSlowly(kind, 100);
  }

  /** Beside a cache that always tells that the limit resets in a millisecond. */
  private static void assertAskedSlowly(Kind kind, int remaining) throws Exception {
    try (FakeDiscord discord = discord().start()) {
      discord.faults().failRest(RestFault.limit(1000, remaining, 1, 1));
      SessionStartLimitSource source = source(discord);
      List<Long> asked = new CopyOnWriteArrayList<>();
      SessionStartLimitSource recording =
          () -> {
            asked.add(System.nanoTime());
            return source.fetch();
          };
      try (Bot bot = Bot.of(kind, discord, recording, UUID.randomUUID().toString())) {
        List<Asking> shards = new ArrayList<>();
        Await.until(() -> {
          shards.add(bot.ask(shards.size()));
          return asked.size() >= 4;
        });
        for (int i = 1; i < 4; i++) {
          long gap = asked.get(i) - asked.get(i - 1);
          assertTrue(gap >= Duration.ofSeconds(1).toNanos(), gap + " ns");
        }
        interrupt(shards);
      }
    }
  }

  private static void refusedToken(Kind kind) throws Exception {
    long beginNanos = System.nanoTime();
    try (FakeDiscord discord = discord().token("another").start();
        Bot bot = Bot.of(kind, discord)) {
      Set<Throwable> refusals = ConcurrentHashMap.newKeySet();
      for (int round = 0; round < 3; round++) {
        for (Asking shard : LongStream.range(0, 64).mapToObj(bot::ask).toList()) {
          Throwable thrown = shard.awaitThrown(GatewayQueueException.class);
          while (thrown.getCause() != null) {
            thrown = thrown.getCause();
          }
          refusals.add(thrown); // one for each answer of Discord
        }
      }
      long seconds = Duration.ofNanos(System.nanoTime() - beginNanos).toSeconds();
      assertTrue(refusals.size() <= 1 + seconds / 5, refusals.size() + " in " + seconds + " s");
    }
  }

  private static void garbledReset(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().start();
        Bot bot = Bot.of(kind, discord)) {
      discord.faults().failRest(RestFault.limit(1000, 500, 94_608_000_000L, 1), 1);
      bot.ask(0).awaitReturn();
      Duration reset = bot.limit().orElseThrow().resetAfter();
      assertTrue(reset.compareTo(Duration.ofDays(1)) <= 0, reset.toString());
    }
  }

  private static void firstReadingFails(Kind kind) throws Exception {
    try (FakeDiscord discord = discord().start()) {
      discord.faults().failRest(RestFault.status(503), 1);
      if (kind == Kind.LARGE) {
        IOException thrown =
            assertThrows(
                IOException.class, () -> LargeBotQueue.builder(source(discord)).buildAndRead());
        assertTrue(("" + thrown.getMessage()).contains("answered 503"), thrown.toString());
        discord.faults().failRest(RestFault.status(503), 1);
      }
      try (Bot bot = Bot.of(kind, discord)) {
        bot.ask(0).awaitReturn();
      }
    }
  }
}
