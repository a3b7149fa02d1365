package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.NEVER;
import static io.github.gatewayqueue.large.Bot.limit;
import static io.github.gatewayqueue.large.Releases.requireOrderAndSpacing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.QueueSnapshot;
import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.large.Releases.Release;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that change while shards wait. */
class LargeBotQueueUpdateTest extends BotTest {
  private static final int WAITERS = 1000;
  private static final int PLENTY = 9_000;
  private static final int[] COUNTS = {1, 16, 24, 5};
  private static final int COMMON_MULTIPLE = 240;

  @TempDir private Path folder;

  private static LongStream shuffledIds() {
    List<Long> ids = new ArrayList<>(LongStream.range(0, WAITERS).boxed().toList());
    Collections.shuffle(ids, new Random(1));
    return ids.stream().mapToLong(Long::longValue);
  }

  @ParameterizedTest
  @CsvSource({"1, 16", "16, 1", "16, 24"})
  void update_duringExhaustion_nobodyIsLostAndOrderAndSpacingHold(int from, int to)
      throws Exception {
    Duration interval = Duration.ofMillis(1);
    try (Releases recorded = Releases.record()) {
      Bot bot = bot(builder().interval(interval).initialLimit(limit(1, DAY, from)));
      List<Asking> requests = bot.join(shuffledIds());
      bot.queue.update(limit(1, DAY, to)); // exhausted as before
      assertEquals(WAITERS, bot.queue.waiting());
      assertEquals(to, bot.queue.snapshot().buckets().size());
      bot.queue.update(limit(PLENTY, DAY, to));
      Asking.awaitReturns(requests);
      List<Release> releases = recorded.stop(folder);
      assertEquals(WAITERS, releases.size());
      requireOrderAndSpacing(releases, requests, interval.toNanos(), id -> id % to);
      assertTrue(releases.stream().allMatch(release -> release.bucket() == release.id() % to));
      assertEquals(PLENTY - WAITERS, bot.queue.limit().orElseThrow().remaining());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 16, 1, 16", "16, 1, 1, 16", "16, 24, 8, 48"})
  void update_duringReleases_nobodyIsLostAndOrderAndSpacingHold(
      int from, int to, int divisor, int multiple) throws Exception {
    Duration interval = Duration.ofMillis(1);
    try (Releases recorded = Releases.record()) {
      Bot bot = bot(builder().interval(interval).initialLimit(limit(1, DAY, from)));
      List<Asking> requests = bot.join(shuffledIds());
      bot.queue.update(limit(WAITERS / 2 + 1, DAY, from)); // the other half goes after the next one
      Await.until(() -> bot.ended() >= WAITERS / 10);
      long beforeNanos = System.nanoTime();
      bot.queue.update(limit(PLENTY, DAY, to));
      long afterNanos = System.nanoTime();
      Asking.awaitReturns(requests);
      List<Release> releases = recorded.stop(folder);
      assertEquals(WAITERS, releases.size());
      List<Release> before =
          releases.stream().filter(release -> release.nanos() - beforeNanos < 0).toList();
      List<Release> after =
          releases.stream().filter(release -> release.nanos() - afterNanos > 0).toList();
      assertFalse(before.isEmpty());
      assertFalse(after.isEmpty());
      long nanos = interval.toNanos();
      requireOrderAndSpacing(releases, requests, nanos, id -> id % multiple);
      requireOrderAndSpacing(before, requests, nanos, id -> id % from);
      requireOrderAndSpacing(after, requests, nanos, id -> id % to);
      requireSpacingCarriedOver(before, after, divisor, nanos);
    }
  }

  /** Shards of an old and a new bucket may be the same ones if they agree modulo the divisor. */
  private static void requireSpacingCarriedOver(
      List<Release> before, List<Release> after, int divisor, long intervalNanos) {
    Map<Long, Release> last = new HashMap<>();
    before.forEach(release -> last.put(release.id() % divisor, release));
    for (Release release : after) {
      Release old = last.get(release.id() % divisor);
      if (old != null) {
        assertTrue(
            release.nanos() - old.nanos() >= intervalNanos,
            () -> release + " is too close behind " + old);
      }
    }
  }

  @Test
  void update_fromSeveralThreadsDuringReleasesAndInterrupts_everyoneEndsOnceAndInOrder()
      throws Exception {
    Duration interval = Duration.ofMillis(1);
    try (Releases recorded = Releases.record()) {
      Bot bot = bot(builder().interval(interval).initialLimit(limit(1, DAY, 1)));
      List<Asking> requests = bot.join(shuffledIds());
      List<FutureTask<?>> updaters = startUpdaters(bot.queue, PLENTY);
      List<Asking> some = new ArrayList<>(requests);
      Collections.shuffle(some, new Random(2));
      some.subList(0, WAITERS / 5).forEach(Asking::interrupt);
      for (FutureTask<?> updater : updaters) {
        updater.get();
      }
      int released = 0;
      for (Asking request : requests) {
        if (request.awaitReturnOrInterrupt()) {
          released++;
        }
      }
      assertTrue(released >= WAITERS - WAITERS / 5);
      assertEquals(0, bot.queue.waiting());
      List<Release> releases = recorded.stop(folder);
      assertEquals(released, releases.size());
      requireOrderAndSpacing(releases, requests, interval.toNanos(), id -> id % COMMON_MULTIPLE);
      requireBucketsOfTheLimit(bot.queue);
    }
  }

  @Test
  void update_fromSeveralThreadsDuringExhaustion_nobodyGoesBeforeThereIsBudget() throws Exception {
    try (Releases recorded = Releases.record()) {
      Bot bot = bot(builder().initialLimit(limit(1, DAY, 16)));
      List<Asking> requests = bot.join(shuffledIds());
      for (FutureTask<?> updater : startUpdaters(bot.queue, 1)) {
        updater.get();
      }
      requireBucketsOfTheLimit(bot.queue);
      assertEquals(WAITERS, bot.queue.waiting());
      assertEquals(0, bot.ended());
      bot.queue.update(limit(PLENTY, DAY, 3));
      Asking.awaitReturns(requests);
      requireOrderAndSpacing(recorded.stop(folder), requests, 1, id -> id % 3);
    }
  }

  private static List<FutureTask<?>> startUpdaters(LargeBotQueue queue, int remaining) {
    List<FutureTask<?>> updaters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Random random = new Random(i);
      FutureTask<?> updater =
          new FutureTask<>(
              () -> {
                for (int j = 0; j < 50; j++) {
                  queue.update(limit(remaining, DAY, COUNTS[random.nextInt(COUNTS.length)]));
                }
              },
              null);
      updaters.add(updater);
      Thread.startVirtualThread(updater);
    }
    return updaters;
  }

  /** Fails unless budget and buckets are those of the same update. */
  private static void requireBucketsOfTheLimit(LargeBotQueue queue) {
    assertEquals(queue.limit().orElseThrow().maxConcurrency(), queue.snapshot().buckets().size());
  }

  @Test
  void update_moreBuckets_eachMayGoWhenTheOldOneMight() throws InterruptedException {
    Bot bot = bot(builder().interval(NEVER).initialLimit(limit(500, DAY, 2)));
    Instant before = Instant.now();
    bot.queue.request(0, 8);
    bot.join(LongStream.of(2, 4, 6));
    Instant last = Objects.requireNonNull(bot.queue.snapshot().buckets().getFirst().lastRelease());
    bot.queue.update(limit(500, DAY, 4)); // 0 and 2 come from 0, 1 and 3 from 1
    bot.queue.request(1, 8);
    bot.queue.request(3, 8);
    List<QueueSnapshot.Bucket> buckets = bot.queue.snapshot().buckets();
    assertEquals(List.of(1, 0, 2, 0), buckets.stream().map(b -> b.waiting()).toList());
    for (int i = 0; i < 4; i += 2) {
      Instant moment = Objects.requireNonNull(buckets.get(i).lastRelease());
      assertEquals(moment.plus(NEVER), buckets.get(i).nextRelease());
    }
    // The wall clock is read anew for each snapshot, and a little after the other one.
    Instant carried = Objects.requireNonNull(buckets.getFirst().lastRelease());
    for (Instant moment : List.of(last, carried)) {
      assertFalse(moment.isBefore(before.minusMillis(100)), moment::toString);
      assertFalse(moment.isAfter(Instant.now().plusMillis(100)), moment::toString);
    }
    assertEquals(0, bot.interruptAll());
  }

  @Test
  void update_fewerBuckets_noneGoesBeforeTheLastOfThemMight() throws InterruptedException {
    Bot bot = bot(builder().interval(NEVER).initialLimit(limit(500, DAY, 4)));
    bot.queue.request(3, 8);
    bot.queue.request(1, 8);
    Instant before = Instant.now();
    bot.queue.request(2, 8);
    bot.join(LongStream.of(7, 5));
    bot.queue.update(limit(500, DAY, 1));
    bot.join(0); // whose old bucket was idle
    QueueSnapshot.Bucket bucket = bot.queue.snapshot().buckets().getFirst();
    Instant last = Objects.requireNonNull(bucket.lastRelease());
    assertFalse(last.isBefore(before.minusMillis(100)), last::toString);
    assertEquals(last.plus(NEVER), bucket.nextRelease());
    assertEquals(3, bucket.waiting());
    assertEquals(0, bot.interruptAll());
  }

  @Test
  void update_movedApart_bothGoAnIntervalAfterTheOldBucketsRelease() throws Exception {
    Duration interval = Duration.ofMillis(300);
    try (Releases recorded = Releases.record()) {
      Bot bot = bot(builder().interval(interval).initialLimit(limit(500, DAY, 1)));
      bot.join(0);
      List<Asking> requests = bot.join(LongStream.of(1, 2));
      bot.queue.update(limit(500, DAY, 2));
      Asking.awaitReturns(requests);
      List<Release> releases = recorded.stop(folder);
      assertEquals(0, releases.getFirst().id());
      for (Release release : releases.subList(1, 3)) {
        long gap = release.nanos() - releases.getFirst().nanos();
        assertTrue(gap >= interval.toNanos(), () -> release + " after " + gap + " ns");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {65_537, Integer.MAX_VALUE})
  void update_tooManyBuckets_isRefusedByNameAndNothingChanges(int count)
      throws InterruptedException {
    Bot bot = bot(builder().initialLimit(limit(1, DAY, 16)));
    Asking request = bot.join(3);
    SessionStartLimit absurd = limit(PLENTY, Duration.ofHours(1), count);
    var thrown = assertThrows(IllegalArgumentException.class, () -> bot.queue.update(absurd));
    assertEquals("maxConcurrency is " + count + ", expected at most 65536", thrown.getMessage());
    SessionStartLimit limit = bot.queue.limit().orElseThrow();
    assertEquals(1, limit.remaining());
    assertEquals(16, limit.maxConcurrency());
    assertTrue(limit.resetAfter().compareTo(Duration.ofHours(1)) > 0);
    List<QueueSnapshot.Bucket> buckets = bot.queue.snapshot().buckets();
    assertEquals(16, buckets.size());
    assertEquals(1, buckets.get(3).waiting());
    request.interrupt();
    request.awaitInterruptedException();
  }

  @Test
  void update_unknownLimit_isTheFirstReading() throws InterruptedException {
    Bot bot = bot(builder());
    bot.queue.update(limit(500, DAY, 16));
    bot.queue.request(0, 8);
    assertEquals(499, bot.queue.limit().orElseThrow().remaining());
    assertTrue(bot.queue.snapshot().limit().isPresent());
    assertEquals(0, source.calls());
  }

  @Test
  void update_byAnInterruptedThread_keepsItsStatus() {
    LargeBotQueue queue = builder().initialLimit(limit(500, DAY, 16)).build();
    Thread.currentThread().interrupt();
    queue.update(limit(400, DAY, 4));
    assertTrue(Thread.interrupted());
    assertEquals(400, queue.limit().orElseThrow().remaining());
  }
}
