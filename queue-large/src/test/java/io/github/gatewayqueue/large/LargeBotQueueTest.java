package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.AT_ONCE;
import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.NEVER;
import static io.github.gatewayqueue.large.Bot.TOTAL;
import static io.github.gatewayqueue.large.Bot.limit;
import static io.github.gatewayqueue.testsupport.PlatformThreads.platformThreads;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.Releases.Release;
import io.github.gatewayqueue.local.engine.EngineAccess;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How a queue is made, what it shows of itself, and what holds while there is budget. */
class LargeBotQueueTest extends BotTest {

  @Test
  void buildAndRead_readsTheLimitNow() throws Exception {
    source.answer(limit(500, DAY, 16));
    LargeBotQueue queue = LargeBotQueue.builder(source).buildAndRead();
    assertEquals(List.of(Thread.currentThread()), source.readers());
    assertEquals(500, queue.limit().orElseThrow().remaining());
    assertEquals(TOTAL, queue.limit().orElseThrow().total());
    assertEquals(16, queue.limit().orElseThrow().maxConcurrency());
    assertEquals(16, queue.snapshot().buckets().size());
  }

  static Stream<Exception> failures() {
    return Stream.of(
        new IOException("down"),
        new InterruptedException(),
        new GatewayQueueException("the token is refused"),
        new UnsupportedOperationException("a mistake"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void buildAndRead_sourceFails_throwsThat(Exception failure) {
    source.fail(failure);
    assertSame(
        failure,
        assertThrows(failure.getClass(), () -> LargeBotQueue.builder(source).buildAndRead()));
  }

  @Test
  void buildAndRead_totalIsTheDefaultReserve_isRefused() {
    source.answer(new SessionStartLimit(1, 1, DAY, 1));
    var thrown =
        assertThrows(
            IllegalArgumentException.class, () -> LargeBotQueue.builder(source).buildAndRead());
    assertEquals("reserve is 1, expected less than the total of 1", thrown.getMessage());
  }

  @Test
  void build_doesNotCallTheSource() {
    LargeBotQueue unknown = builder().build();
    LargeBotQueue known = builder().initialLimit(limit(500, DAY, 16)).build();
    assertEquals(0, source.calls());
    assertEquals(1, unknown.snapshot().buckets().size());
    assertEquals(16, known.snapshot().buckets().size());
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void builder_null_isRefused() {
    LargeBotQueue.Builder builder = builder();
    requireRefused(
        "the source returned null", () -> LargeBotQueue.builder(() -> null).buildAndRead());
    requireRefused("source", () -> LargeBotQueue.builder(null));
    requireRefused("interval", () -> builder.interval(null));
    requireRefused("startDelay", () -> builder.startDelay(null));
    requireRefused("whenExhausted", () -> builder.whenExhausted(null));
    requireRefused("limit", () -> builder.initialLimit(null));
    LargeBotQueue queue = builder.build();
    requireRefused("limit", () -> queue.update(null));
  }

  private static void requireRefused(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
  }

  @Test
  void build_twice_makesTwoQueues() throws InterruptedException {
    LargeBotQueue.Builder builder = builder().interval(NEVER).initialLimit(limit(500, DAY, 1));
    LargeBotQueue first = builder.build();
    LargeBotQueue second = builder.build();
    first.request(0, 1);
    second.request(0, 1);
    assertEquals(499, first.limit().orElseThrow().remaining());
    assertEquals(499, second.limit().orElseThrow().remaining());
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT-6S, -6 s",
    "PT9223372036.854775808S, 106751 d 23 h 47 min 16.854775808 s", // one nanosecond too long
    "PT2562047788015215H30M7.999999999S, 106751991167300 d 15 h 30 min 7.999999999 s"
  })
  void interval_outOfRange_isRefusedByName(Duration interval, String text) {
    requireOutOfRange(
        "interval is " + text + ", expected more than zero and at most 292 years",
        () -> builder().interval(interval));
  }

  private static void requireOutOfRange(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "PT-0.000000001S, -1 ns",
    "PT9223372036.854775808S, 106751 d 23 h 47 min 16.854775808 s"
  })
  void startDelay_outOfRange_isRefusedByName(Duration delay, String text) {
    requireOutOfRange(
        "startDelay is " + text + ", expected zero to 292 years",
        () -> builder().startDelay(delay));
  }

  @Test
  void reserve_negative_isRefusedByName() {
    requireOutOfRange("reserve is -1, expected at least 0", () -> builder().reserve(-1));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "1000, 1000", "1001, 1000", "2147483647, 1000"})
  void build_reserveLeavesNothing_isRefusedByName(int reserve, int total) {
    LargeBotQueue.Builder builder =
        builder().reserve(reserve).initialLimit(new SessionStartLimit(total, total, DAY, 1));
    var thrown = assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals(
        "reserve is " + reserve + ", expected less than the total of " + total,
        thrown.getMessage());
  }

  @Test
  void build_tooManyBuckets_isRefusedByName() {
    LargeBotQueue.Builder builder = builder().initialLimit(limit(500, DAY, 65_537));
    var thrown = assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals("maxConcurrency is 65537, expected at most 65536", thrown.getMessage());
    LargeBotQueue most = builder.initialLimit(limit(500, DAY, 65_536)).build();
    assertEquals(65_536, most.limit().orElseThrow().maxConcurrency());
  }

  @Test
  void request_budgetLeft_chargesItAndDoesNotCallTheSource() throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(500, DAY, 16)));
    Asking.awaitReturns(bot.joinInAnyOrder(LongStream.range(0, 48)));
    assertEquals(500 - 48, bot.queue.limit().orElseThrow().remaining());
    assertEquals(0, source.calls());
  }

  @Test
  void request_idleBuckets_goAtOnceWhateverOthersDo() throws InterruptedException {
    Bot bot = bot(builder().interval(NEVER).initialLimit(limit(500, DAY, 16)));
    bot.queue.request(0, 64);
    bot.join(LongStream.of(16, 32, 48));
    for (long id = 1; id < 16; id++) {
      bot.queue.request(id, 64);
    }
    assertEquals(3, bot.queue.waiting());
    assertEquals(0, bot.interruptAll());
    assertEquals(500 - 16, bot.queue.limit().orElseThrow().remaining());
  }

  @Test
  void request_startDelay_releasesNobodyBeforeInAnyBucket(@TempDir Path folder) throws Exception {
    Duration delay = Duration.ofMillis(200);
    long start = System.nanoTime();
    try (Releases recorded = Releases.record()) {
      Bot bot = bot(builder().startDelay(delay).initialLimit(limit(500, DAY, 2)));
      List<Asking> requests = bot.joinInAnyOrder(LongStream.range(0, 8));
      bot.queue.update(limit(500, DAY, 4)); // the delay is carried over
      Asking.awaitReturns(requests);
      List<Release> releases = recorded.stop(folder);
      assertEquals(8, releases.size());
      for (Release release : releases) {
        assertTrue(release.nanos() - start >= delay.toNanos(), release::toString);
      }
    }
  }

  @Test
  void request_longestStartDelay_waits() throws InterruptedException {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE);
    Bot bot = bot(builder().startDelay(longest).initialLimit(limit(500, DAY, 1)));
    bot.join(0);
    assertEquals(1, bot.queue.waiting());
    assertNotNull(bot.queue.snapshot().buckets().getFirst().nextRelease());
    assertEquals(0, bot.interruptAll());
  }

  @Test
  void request_leavesNoPlatformThread() throws InterruptedException {
    Set<Thread> before = platformThreads();
    Bot bot = bot(builder());
    Asking request = bot.join(0);
    source.awaitCalls(1);
    source.answer(limit(500, DAY, 16));
    request.awaitReturn();
    source.awaitReaders();
    bot.queue.update(limit(1, DAY, 4));
    bot.join(0);
    bot.queue.update(limit(500, DAY, 8));
    Await.until(() -> before.containsAll(platformThreads())); // that of the log ends, too
    assertEquals(1, source.calls());
  }

  @Test
  void limit_beforeTheFirstReading_isUnknown() {
    assertEquals(Optional.empty(), builder().build().limit());
  }

  @Test
  void limit_resetAfter_isCountedDown() {
    LargeBotQueue queue = builder().initialLimit(limit(500, DAY, 16)).build();
    Duration first = queue.limit().orElseThrow().resetAfter();
    assertTrue(first.compareTo(DAY) <= 0);
    Await.until(() -> queue.limit().orElseThrow().resetAfter().compareTo(first) < 0);
    queue.update(limit(500, AT_ONCE, 16));
    Await.until(() -> queue.limit().orElseThrow().resetAfter().isZero());
    assertEquals(0, source.calls());
  }

  @Test
  void limit_absurdlyLongResetAfter_isADay() {
    Duration absurd = Duration.ofSeconds(Long.MAX_VALUE);
    LargeBotQueue queue = builder().initialLimit(limit(500, absurd, 1)).build();
    assertTrue(queue.limit().orElseThrow().resetAfter().compareTo(DAY) <= 0);
  }

  @Test
  void limit_updatedRightBehindReleases_theyAreTakenOffIt() throws InterruptedException {
    LargeBotQueue queue = builder().initialLimit(limit(500, DAY, 16)).build();
    long start = System.nanoTime();
    for (long id = 0; id < 7; id++) {
      queue.request(id, 7);
    }
    queue.update(limit(500, DAY, 16)); // which Discord may have made before it counted them
    queue.update(limit(498, DAY, 16)); // they are taken off each reading, not off the last one
    int remaining = queue.limit().orElseThrow().remaining();
    assumeWithin(RECENT, start); // or they would be counted
    assertEquals(491, remaining);
  }

  @Test
  void snapshot_beforeTheFirstReading_knowsNoNextRelease() throws InterruptedException {
    Bot bot = bot(builder());
    bot.join(0);
    QueueSnapshot snapshot = bot.queue.snapshot();
    assertEquals(Optional.empty(), snapshot.limit());
    assertEquals(List.of(new QueueSnapshot.Bucket(1, null, null, List.of())), snapshot.buckets());
    assertThrows(UnsupportedOperationException.class, () -> snapshot.buckets().clear());
  }

  @Test
  void snapshot_showsEachBucketAndTheLimit() throws InterruptedException {
    Bot bot = bot(builder().interval(NEVER).initialLimit(limit(500, DAY, 4)));
    Instant before = Instant.now();
    bot.queue.request(1, 12);
    bot.join(LongStream.of(5, 9));
    QueueSnapshot snapshot = bot.queue.snapshot();
    Instant after = Instant.now();
    List<QueueSnapshot.Bucket> buckets = snapshot.buckets();
    assertEquals(List.of(0, 2, 0, 0), buckets.stream().map(b -> b.waiting()).toList());
    Instant last = Objects.requireNonNull(buckets.get(1).lastRelease());
    requireBetween(before, last, after);
    assertEquals(last.plus(NEVER), buckets.get(1).nextRelease());
    assertNull(buckets.get(0).lastRelease());
    requireBetween(before, Objects.requireNonNull(buckets.get(0).nextRelease()), after);
    assertEquals(499, snapshot.limit().orElseThrow().remaining());
  }

  @Test
  void lines_someLeave_showsTheRestInOrder() throws InterruptedException {
    Bot bot = bot(builder().interval(NEVER).initialLimit(limit(500, DAY, 2)));
    bot.join(LongStream.of(0, 1)).forEach(LargeBotQueueTest::awaitReturn);
    List<Asking> waiting = bot.join(LongStream.of(6, 3, 2, 4, 0));
    waiting.get(2).interrupt();
    waiting.get(2).awaitInterruptedException();
    List<List<Thread>> lines = EngineAccess.bucketsOf(bot.queue).lines();
    assertEquals(
        List.of(List.of("shard 6", "shard 4", "shard 0"), List.of("shard 3")),
        lines.stream().map(line -> line.stream().map(Thread::getName).toList()).toList());
    assertThrows(UnsupportedOperationException.class, () -> lines.getFirst().clear());
    bot.queue.update(limit(500, DAY, 1));
    assertEquals(
        List.of("shard 6", "shard 3", "shard 4", "shard 0"),
        EngineAccess.bucketsOf(bot.queue).lines().getFirst().stream()
            .map(Thread::getName)
            .toList());
  }

  private static void awaitReturn(Asking request) {
    assertDoesNotThrow(request::awaitReturn);
  }

  @Test
  void snapshot_exhausted_theNextReleaseIsAtTheReset() {
    Instant before = Instant.now();
    LargeBotQueue queue = builder().initialLimit(limit(1, DAY, 2)).build();
    for (QueueSnapshot.Bucket bucket : queue.snapshot().buckets()) {
      Instant next = Objects.requireNonNull(bucket.nextRelease());
      requireBetween(before.plus(DAY), next, Instant.now().plus(DAY));
    }
  }

  /** The clocks of which one is read may drift apart a little. */
  private static void requireBetween(Instant from, Instant moment, Instant to) {
    assertFalse(moment.isBefore(from.minusMillis(100)), () -> moment + " is before " + from);
    assertFalse(moment.isAfter(to.plusMillis(100)), () -> moment + " is after " + to);
  }

  @Test
  void toString_isForPeople() throws InterruptedException {
    Bot bot = bot(LargeBotQueue.builder(source).reserve(5).noPredecessor());
    assertEquals(
        "LargeBotQueue[interval=PT6S, reserve=5, waiting=0, limit=null]", bot.queue.toString());
    bot.queue.update(limit(5, Duration.ZERO, 16));
    bot.join(0);
    assertEquals(
        "LargeBotQueue[interval=PT6S, reserve=5, waiting=1, limit="
            + bot.queue.limit().orElseThrow()
            + "]",
        bot.queue.toString());
  }
}
