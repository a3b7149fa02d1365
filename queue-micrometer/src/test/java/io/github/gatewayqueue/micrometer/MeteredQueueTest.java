package io.github.gatewayqueue.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.LimitedQueue;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitExceededException;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.broker.Broker;
import io.github.gatewayqueue.discord.DiscordSessionStartLimitSource;
import io.github.gatewayqueue.fakediscord.FakeDiscord;
import io.github.gatewayqueue.http.HttpQueue;
import io.github.gatewayqueue.large.LargeBotQueue;
import io.github.gatewayqueue.local.LocalQueue;
import io.github.gatewayqueue.redis.RedisQueue;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.EmbeddedRedis;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The meters, on the queues of this project. */
class MeteredQueueTest {
  private static final Duration NEVER = Duration.ofHours(1); // longer than any test takes

  /** No two rounds of a test with it are apart for less. */
  private static final Duration SHORT = Duration.ofMillis(1);

  private final MeterRegistry registry = new SimpleMeterRegistry();

  private MeteredQueue measure(GatewayQueue queue) {
    MeteredQueue measured = new MeteredQueue(queue);
    measured.bindTo(registry);
    return measured;
  }

  private double gauge(String name) {
    return registry.get("gateway.queue." + name).gauge().value();
  }

  private double outcome(String outcome) {
    return registry.get("gateway.queue.requests").tag("outcome", outcome).functionCounter().count();
  }

  private double said(String word) {
    return registry.get("gateway.queue.holds").tag("said", word).functionCounter().count();
  }

  @Test
  void requests_byHowTheyEnd_areCounted() throws Exception {
    MeteredQueue queue = measure(new LocalQueue(NEVER));
    queue.request(0, 2);
    Asking waiting = Asking.of(queue, 1, 2);
    Await.until(() -> gauge("waiting") == 1);
    waiting.interruptAndJoin();
    assertThrows(IllegalArgumentException.class, () -> queue.request(2, 2));
    assertEquals(1, outcome("released"));
    assertEquals(1, outcome("interrupted"));
    assertEquals(1, outcome("failed"));
    assertEquals(0, outcome("exhausted"));
    assertEquals(0, gauge("waiting"));
    assertEquals(1, registry.get("gateway.queue.wait").timer().count());
  }

  @Test
  void releasedRequest_itsWait_isRecorded() throws Exception {
    Duration interval = Duration.ofMillis(100);
    LocalQueue local = new LocalQueue(interval);
    MeteredQueue queue = measure(local);
    SessionStart start = queue.acquire(0, 1);
    Asking next = Asking.of(queue);
    Await.until(() -> local.waiting() == 1);
    start.identified(); // from here the interval counts, and the next one asked before
    next.awaitReturn();
    Timer wait = registry.get("gateway.queue.wait").timer();
    assertEquals(2, wait.count());
    double millis = wait.totalTime(TimeUnit.MILLISECONDS);
    assertTrue(millis >= interval.toMillis(), () -> "" + millis);
  }

  @Test
  void starts_byWhatIsSaidFirst_areCounted() throws Exception {
    MeteredQueue queue = measure(new LocalQueue(SHORT));
    say(queue, SessionStart::identified, "identified");
    say(queue, SessionStart::answered, "answered");
    say(queue, SessionStart::cancel, "cancelled");
    say(queue, start -> {}, "closed");
    say(queue, start -> Await.until(start::isExpired), "expired");
  }

  /** The hold time-out may pass on a slow machine before anything is said. */
  private void say(MeteredQueue queue, Consumer<SessionStart> said, String word)
      throws InterruptedException {
    double before;
    do {
      before = said(word);
      try (SessionStart start = queue.acquire(0, 1)) {
        assertEquals(1, gauge("held"));
        said.accept(start);
      }
      assertEquals(0, gauge("held"));
    } while (said(word) == before);
    assertEquals(before + 1, said(word));
  }

  @Test
  void starts_closedWithoutAnAnswer_areCounted() throws Exception {
    MeteredQueue queue = measure(new LocalQueue(SHORT));
    List<Consumer<SessionStart>> fine = List.of(SessionStart::answered, SessionStart::cancel);
    for (Consumer<SessionStart> said : fine) {
      try (SessionStart start = queue.acquire(0, 1)) {
        start.identified();
        said.accept(start);
      }
    }
    assertEquals(0, unanswered());
    try (SessionStart start = queue.acquire(0, 1)) {
      start.identified();
      assertEquals(0, unanswered());
    }
    assertEquals(1, unanswered());
    SessionStart silent = queue.acquire(0, 1);
    silent.close();
    silent.close();
    silent.answered();
    assertEquals(2, unanswered());
  }

  private double unanswered() {
    return registry.get("gateway.queue.unanswered").functionCounter().count();
  }

  @Test
  void startThatIsSaidOf_isToldToTheQueue() throws Exception {
    LocalQueue local = new LocalQueue(NEVER);
    MeteredQueue queue = measure(local);
    for (int i = 0; i < 3; i++) { // a start that is cancelled costs nothing
      queue.acquire(0, 1).cancel();
    }
    SessionStart start = queue.acquire(0, 1);
    assertFalse(start.isExpired());
    start.identified();
    Asking next = Asking.of(queue);
    Await.until(() -> local.waiting() == 1);
    next.interruptAndJoin();
    assertEquals(3, said("cancelled"));
    assertEquals(1, said("identified"));
  }

  @Test
  void largeBotQueue_limit_isShown() throws Exception {
    try (FakeDiscord discord = FakeDiscord.builder().total(1000).remaining(900).start()) {
      LargeBotQueue large =
          LargeBotQueue.builder(source(discord)).interval(SHORT).startDelay(Duration.ZERO).build();
      MeteredQueue queue = measure(large);
      assertUnknown();
      queue.request(0, 1);
      assertShown(large, 899);
      SessionStartLimit read = large.limit().orElseThrow();
      large.update(new SessionStartLimit(1000, 800, read.resetAfter(), read.maxConcurrency()));
      // about a hundred, less what may be of a process before this one
      assertTrue(elsewhere() > 80, () -> "" + elsewhere());
      assertEquals((double) large.usedElsewhere(), elsewhere());
    }
  }

  @Test
  void redisQueue_limit_isShown() throws Exception {
    try (EmbeddedRedis redis = new EmbeddedRedis();
        FakeDiscord discord = FakeDiscord.builder().total(1000).remaining(900).start()) {
      RedisQueue.Builder builder =
          RedisQueue.builder(redis.uri())
              .interval(SHORT)
              .startDelay(Duration.ZERO)
              .limits(source(discord));
      try (RedisQueue shared = builder.build();
          MeteredQueue queue = measure(shared)) {
        queue.request(0, 1);
        Await.until(() -> shared.limit().map(SessionStartLimit::remaining).orElse(0) < 900);
        assertShown(shared, 899);
        assertEquals(0, elsewhere());
      }
      assertEquals(1, outcome("released"));
    }
  }

  private static SessionStartLimitSource source(FakeDiscord discord) {
    return DiscordSessionStartLimitSource.builder(FakeDiscord.DEFAULT_TOKEN)
        .baseUrl(discord.restUri())
        .build();
  }

  private void assertUnknown() {
    assertEquals(Double.NaN, gauge("session.starts.remaining"));
    assertEquals(Double.NaN, gauge("session.starts.limit"));
    assertEquals(Double.NaN, gauge("session.starts.reset"));
    assertEquals(Double.NaN, gauge("limit.reading.age"));
  }

  private void assertShown(LimitedQueue queue, int remaining) {
    assertEquals(remaining, gauge("session.starts.remaining"));
    assertEquals(1000, gauge("session.starts.limit"));
    assertEquals(0, gauge("paused"));
    assertEquals(0, gauge("waiting"));
    double after = queue.limit().orElseThrow().resetAfter().toSeconds();
    assertTrue(gauge("session.starts.reset") > 0 && after > 0);
    double before = queue.readingAge().orElseThrow().toMillis() / 1e3;
    assertTrue(gauge("limit.reading.age") >= before);
  }

  private double elsewhere() {
    return registry.get("gateway.queue.session.starts.used.elsewhere").functionCounter().count();
  }

  @Test
  void largeBotQueue_pausedShard_isCounted() throws Exception {
    LargeBotQueue large = largeWith(new SessionStartLimit(1000, 1000, NEVER, 1)).build();
    assertPausedShardIsCounted(large);
  }

  @Test
  void redisQueue_pausedShard_isCounted() throws Exception {
    try (EmbeddedRedis redis = new EmbeddedRedis();
        RedisQueue shared =
            RedisQueue.builder(redis.uri()).interval(SHORT).startDelay(Duration.ZERO).build()) {
      assertPausedShardIsCounted(shared);
    }
  }

  private void assertPausedShardIsCounted(GatewayQueue paused) throws InterruptedException {
    MeteredQueue queue = measure(paused);
    for (int start = 0; start < 5; start++) {
      queue.request(0, 1);
    }
    Asking restarting = Asking.of(queue);
    Await.until(() -> gauge("paused") == 1);
    assertEquals(0, gauge("waiting"));
    restarting.interruptAndJoin();
    Await.until(() -> gauge("paused") == 0);
  }

  @Test
  void largeBotQueue_startsUsedUp_isCounted() {
    LargeBotQueue large =
        largeWith(new SessionStartLimit(1000, 1, NEVER, 1))
            .whenExhausted(LargeBotQueue.WhenExhausted.FAIL)
            .build();
    MeteredQueue queue = measure(large);
    assertThrows(SessionStartLimitExceededException.class, () -> queue.acquire(0, 1));
    assertEquals(1, outcome("exhausted"));
    assertEquals(0, gauge("held"));
  }

  private static LargeBotQueue.Builder largeWith(SessionStartLimit limit) {
    return LargeBotQueue.builder(() -> limit)
        .interval(SHORT)
        .startDelay(Duration.ZERO)
        .initialLimit(limit);
  }

  @Test
  void httpQueue_requests_areMeasured() throws Exception {
    try (Broker broker =
            Broker.builder().port(0).interval(NEVER).startDelay(Duration.ZERO).start();
        HttpQueue http = HttpQueue.of(broker.uri());
        MeteredQueue queue = measure(http)) {
      SessionStart start = queue.acquire(0, 2);
      assertEquals(1, gauge("held"));
      Asking next = Asking.of(queue, 1, 2);
      Await.until(() -> gauge("waiting") == 1);
      start.cancel();
      next.awaitReturn();
      assertEquals(0, gauge("held"));
      assertEquals(2, outcome("released"));
      assertTrue(registry.find("gateway.queue.session.starts.remaining").meters().isEmpty());
    }
  }

  @Test
  void close_queueThatCanBeClosed_closesIt() throws Exception {
    try (Broker broker = Broker.builder().port(0).start()) {
      MeteredQueue queue = measure(HttpQueue.of(broker.uri()));
      queue.close();
      assertThrows(IllegalStateException.class, () -> queue.request(0, 1));
    }
    MeteredQueue local = new MeteredQueue(new LocalQueue());
    local.close();
    local.request(0, 1);
  }

  /** A queue that is closed with an exception of its own. */
  private interface Closeable extends GatewayQueue, AutoCloseable {
    @Override
    void close() throws IOException;
  }

  @Test
  void close_queueThrows_isPassedOn() {
    Closeable broken =
        new Closeable() {
          @Override
          public void request(long id, long total) {}

          @Override
          public void close() throws IOException {
            throw new IOException("closed badly");
          }
        };
    MeteredQueue queue = new MeteredQueue(broken);
    var thrown = assertThrows(IllegalStateException.class, queue::close);
    assertEquals("cannot close " + broken, thrown.getMessage());
    assertTrue(thrown.getCause() instanceof IOException, () -> "" + thrown.getCause());
  }

  @Test
  void severalRegistries_eachHasTheMeters() throws Exception {
    MeteredQueue queue = measure(new LocalQueue(SHORT));
    queue.request(0, 1);
    MeterRegistry second = new SimpleMeterRegistry();
    queue.bindTo(second);
    queue.request(0, 1);
    assertEquals(2, registry.get("gateway.queue.wait").timer().count());
    assertEquals(1, second.get("gateway.queue.wait").timer().count());
    assertEquals(
        2,
        second.get("gateway.queue.requests").tag("outcome", "released").functionCounter().count());
  }

  @Test
  void severalQueuesInARegistry_areToldApartByTheirTags() throws Exception {
    for (String bot : new String[] {"one", "other"}) {
      MeteredQueue queue = new MeteredQueue(new LocalQueue(SHORT), Tags.of("bot", bot));
      queue.bindTo(registry);
      queue.request(0, 1);
    }
    for (Meter meter : registry.getMeters()) {
      assertTrue(meter.getId().getTag("bot") != null, () -> "" + meter.getId());
    }
    assertEquals(2, registry.get("gateway.queue.wait").timers().size());
  }

  @Test
  void registryThatFails_costsNoStart() throws Exception {
    MeterRegistry broken =
        new SimpleMeterRegistry() {
          @Override
          protected Timer newTimer(
              Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
            return new CumulativeTimer(id, Clock.SYSTEM, config, pauses, TimeUnit.SECONDS, false) {
              @Override
              protected void recordNonNegative(long amount, TimeUnit unit) {
                throw new IllegalStateException("no room");
              }
            };
          }
        };
    MeteredQueue queue = new MeteredQueue(new LocalQueue(NEVER));
    queue.bindTo(broken);
    queue.acquire(0, 1).cancel();
    queue.request(0, 1);
  }

  @Test
  void toString_namesTheQueue() {
    LocalQueue local = new LocalQueue();
    assertEquals("MeteredQueue[" + local + "]", new MeteredQueue(local).toString());
  }
}
