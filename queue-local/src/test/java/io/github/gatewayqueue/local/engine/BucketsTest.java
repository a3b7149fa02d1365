package io.github.gatewayqueue.local.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The waiting, on threads; a budget that the test hands out stands in for the passing of time. */
class BucketsTest {
  private static final Duration AT_ONCE = Duration.ofNanos(1);
  private static final long TOTAL = 1024;

  private final Grants grants = new Grants();
  private final Queue<Long> released = new ConcurrentLinkedQueue<>();

  /** Starts that are there as soon as somebody grants them. */
  private static final class Grants implements StartBudget {
    private final AtomicLong left = new AtomicLong();
    private volatile boolean refused;

    @Override
    public void check(long nowNanos) {
      if (refused) {
        throw new GatewayQueueException("refused");
      }
    }

    @Override
    public long tryCharge(long nowNanos, long holdNanos) {
      boolean charged = left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
      return charged ? 0 : Long.MAX_VALUE;
    }

    void grant(Buckets buckets, int starts) {
      left.addAndGet(starts);
      buckets.wakeHeads();
    }
  }

  private Buckets buckets(int count) {
    return new Buckets(AT_ONCE, Duration.ZERO, count, grants);
  }

  private Asking ask(Buckets buckets, long id) {
    int before = buckets.waiting();
    Asking asking =
        Asking.of(
            (shard, total) -> {
              buckets.request(shard, total);
              released.add(shard);
            },
            id,
            TOTAL);
    Await.until(() -> buckets.waiting() == before + 1);
    return asking;
  }

  private List<Asking> ask(Buckets buckets, int from, int to) {
    List<Asking> askings = new ArrayList<>();
    for (int id = from; id < to; id++) {
      askings.add(ask(buckets, id));
    }
    return askings;
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT-0.000000001S, -1 ns",
    "PT9223372036.854775808S, 106751 d 23 h 47 min 16.854775808 s", // one nanosecond too long
    "PT2562047788015215H30M7.999999999S, 106751991167300 d 15 h 30 min 7.999999999 s"
  })
  void constructor_intervalOutOfRange_isRefusedByName(Duration interval, String text) {
    var thrown =
        assertThrows(
            IllegalArgumentException.class, () -> new Buckets(interval, Duration.ZERO, 1, grants));
    assertEquals(
        "interval is " + text + ", expected more than zero and at most 292 years",
        thrown.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "PT-0.000000001S, -1 ns",
    "PT9223372036.854775808S, 106751 d 23 h 47 min 16.854775808 s"
  })
  void constructor_startDelayOutOfRange_isRefusedByName(Duration delay, String text) {
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> new Buckets(AT_ONCE, delay, 1, grants));
    assertEquals("startDelay is " + text + ", expected zero to 292 years", thrown.getMessage());
  }

  @Test
  void constructor_noBuckets_isRefused() {
    var thrown = assertThrows(IllegalArgumentException.class, () -> buckets(0));
    assertEquals("the number of buckets is 0, expected at least 1", thrown.getMessage());
  }

  @Test
  void request_oneGrantAtATime_releasesInOrderOfArrival() throws Exception {
    Buckets buckets = buckets(1);
    List<Asking> askings = ask(buckets, 0, 5);
    for (long id = 0; id < 5; id++) {
      assertEquals(5 - id, buckets.waiting());
      grants.grant(buckets, 1);
      askings.get((int) id).awaitReturn();
    }
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L), List.copyOf(released));
  }

  @Test
  void request_severalGrantsAtOnce_handsOverFromOneToTheNext() throws Exception {
    Buckets buckets = buckets(1);
    List<Asking> askings = ask(buckets, 0, 5);
    grants.grant(buckets, 4);
    Asking.awaitReturns(askings.subList(0, 4));
    assertEquals(1, buckets.waiting());
    assertFalse(askings.getLast().ended());
    askings.getLast().interrupt();
    askings.getLast().awaitInterruptedException();
    assertEquals(0, buckets.waiting());
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3"})
  void request_interruptedAnywhere_itsGrantGoesToTheNext(int position) throws Exception {
    Buckets buckets = buckets(1);
    List<Asking> askings = ask(buckets, 0, 4);
    askings.get(position).interrupt();
    askings.remove(position).awaitInterruptedException();
    assertEquals(3, buckets.waiting());
    grants.grant(buckets, 3);
    Asking.awaitReturns(askings);
    assertEquals(0, grants.left.get());
  }

  @Test
  void request_interruptRacesTheGrant_isNeitherLostNorTwice() throws Exception {
    Buckets buckets = buckets(1);
    for (int round = 0; round < 2000; round++) {
      Asking raced = ask(buckets, 0);
      Asking next = ask(buckets, 1);
      Thread granter = Thread.startVirtualThread(() -> grants.grant(buckets, 1));
      raced.interrupt();
      granter.join();
      if (!raced.awaitReturnOrInterrupt()) {
        next.awaitReturn();
      } else {
        assertEquals(1, buckets.waiting());
        next.interrupt();
        next.awaitInterruptedException();
      }
      assertEquals(0, grants.left.get());
      assertEquals(0, buckets.waiting());
    }
  }

  @Test
  void request_budgetRefuses_everyoneInLineAndEveryArrivalFails() throws InterruptedException {
    Buckets buckets = buckets(2);
    List<Asking> askings = ask(buckets, 0, 6);
    grants.refused = true;
    buckets.wakeHeads();
    for (Asking asking : askings) {
      asking.awaitThrown(GatewayQueueException.class);
    }
    assertThrows(GatewayQueueException.class, () -> buckets.request(0, TOTAL));
    assertEquals(0, buckets.waiting());
  }

  @Test
  void refuseWaiting_thoseInLineFailAndWhoJoinsLaterWaitsOn() throws InterruptedException {
    Buckets buckets = buckets(2);
    List<Asking> askings = ask(buckets, 0, 6);
    GatewayQueueException refusal = new GatewayQueueException("the token is refused");
    buckets.refuseWaiting(refusal);
    for (Asking asking : askings) {
      GatewayQueueException thrown = asking.awaitThrown(GatewayQueueException.class);
      assertEquals("the token is refused", thrown.getMessage());
      assertSame(refusal, thrown.getCause());
    }
    Asking later = ask(buckets, 6);
    assertEquals(1, buckets.waiting());
    grants.grant(buckets, 1);
    later.awaitReturn();
    assertEquals(0, grants.left.get());
  }

  @Test
  void refuseWaiting_itsMessageCanNotBeHad_thoseInLineFail() throws InterruptedException {
    Buckets buckets = buckets(1);
    Asking asking = ask(buckets, 0);
    GatewayQueueException refusal =
        new GatewayQueueException("") {
          @Override
          public String getMessage() {
            throw new IllegalStateException("no message");
          }
        };
    buckets.refuseWaiting(refusal);
    GatewayQueueException thrown = asking.awaitThrown(GatewayQueueException.class);
    assertEquals(refusal.getClass().getName(), thrown.getMessage());
    assertSame(refusal, thrown.getCause());
  }

  @Test
  void lines_someLeaveAndTheNumberChanges_showsTheRestInOrder() throws InterruptedException {
    Buckets buckets = buckets(2);
    List<Asking> askings = ask(buckets, 0, 5);
    askings.get(2).interruptAndJoin();
    List<Thread> threads = askings.stream().map(asking -> asking.thread).toList();
    assertEquals(
        List.of(
            List.of(threads.get(0), threads.get(4)), //
            List.of(threads.get(1), threads.get(3))),
        buckets.lines());
    buckets.resize(1);
    assertEquals(
        List.of(List.of(threads.get(0), threads.get(1), threads.get(3), threads.get(4))),
        buckets.lines());
    grants.grant(buckets, 4);
    for (int shard : new int[] {0, 1, 3, 4}) {
      askings.get(shard).awaitReturn();
    }
    assertEquals(List.of(List.of()), buckets.lines());
  }

  @Test
  void request_startDelay_releasesNobodyBefore() throws InterruptedException {
    Duration delay = Duration.ofMillis(50);
    long start = System.nanoTime();
    Buckets buckets = new Buckets(AT_ONCE, delay, 3, StartBudget.UNLIMITED);
    buckets.request(2, 3);
    long waited = System.nanoTime() - start;
    assertTrue(waited >= delay.toNanos(), () -> "waited " + waited + " ns");
  }

  @Test
  void request_idleBucket_doesNotWaitForAnother() throws Exception {
    Buckets buckets = new Buckets(Duration.ofHours(1), Duration.ZERO, 4, StartBudget.UNLIMITED);
    buckets.request(0, TOTAL);
    Asking waiting = ask(buckets, 4);
    for (long id = 1; id < 4; id++) {
      buckets.request(id, TOTAL);
    }
    assertEquals(1, buckets.waiting());
    waiting.interrupt();
    waiting.awaitInterruptedException();
  }

  @ParameterizedTest
  @CsvSource({"1, 16", "16, 1", "16, 24", "3, 2", "4, 4"})
  void resize_manyWait_nobodyIsLostAndOrderIsKept(int from, int to) throws Exception {
    Buckets buckets = buckets(from);
    List<Asking> askings = ask(buckets, 0, 200);
    askings.get(0).interrupt();
    askings.removeFirst().awaitInterruptedException();
    buckets.resize(to);
    assertEquals(199, buckets.waiting());
    Asking last = askings.removeLast();
    last.interrupt();
    last.awaitInterruptedException();
    for (int k = 1; k <= askings.size(); k++) {
      int granted = k; // one at a time, so that the order of the list is that of the releases
      grants.grant(buckets, 1);
      Await.until(() -> released.size() == granted);
    }
    Asking.awaitReturns(askings);
    assertEquals(0, buckets.waiting());
    for (int bucket = 0; bucket < to; bucket++) {
      int index = bucket;
      List<Long> ids = released.stream().filter(id -> id % to == index).toList();
      assertEquals(ids.stream().sorted().toList(), ids);
    }
  }

  @Test
  void resize_duringReleasesAndInterrupts_everyGrantIsUsedOnce() throws Exception {
    for (int round = 0; round < 50; round++) {
      Buckets buckets = buckets(1);
      List<Asking> askings = ask(buckets, 0, 40);
      Thread resizer =
          Thread.startVirtualThread(() -> {
            for (int count : new int[] {16, 3, 24, 1, 7}) {
              buckets.resize(count);
            }
          });
      Thread granter =
          Thread.startVirtualThread(() -> {
            for (int i = 0; i < 20; i++) {
              grants.grant(buckets, 1);
            }
          });
      List<Asking> some = new ArrayList<>(askings);
      Collections.shuffle(some);
      some.subList(0, 10).forEach(Asking::interrupt);
      resizer.join();
      granter.join();
      grants.grant(buckets, 40);
      int returned = 0;
      for (Asking asking : askings) {
        if (asking.awaitReturnOrInterrupt()) {
          returned++;
        }
      }
      assertEquals(0, buckets.waiting());
      assertEquals(60 - returned, grants.left.getAndSet(0));
    }
  }

  /** Starts a thread that changes the number of buckets to and fro. */
  private static Thread resizing(Buckets buckets, int one, int other, AtomicBoolean done) {
    return Thread.ofPlatform()
        .start(() -> {
          for (int count = one; !done.get(); count = one + other - count) {
            buckets.resize(count);
          }
        });
  }

  @Test
  void states_resizedMeanwhile_countsEverybodyOnce() throws Exception {
    Buckets buckets = buckets(8);
    List<Asking> askings = ask(buckets, 0, 40);
    AtomicBoolean done = new AtomicBoolean();
    Thread resizer = resizing(buckets, 9, 8, done);
    try {
      for (int round = 0; round < 20_000; round++) {
        assertEquals(40, buckets.states().stream().mapToInt(BucketState::waiting).sum());
      }
    } finally {
      done.set(true);
      resizer.join();
    }
    grants.grant(buckets, 40);
    Asking.awaitReturns(askings);
  }

  @Test
  void resize_interruptsFromFrontToBackMeanwhile_strandNobody() throws Exception {
    for (int round = 0; round < 40; round++) {
      Buckets buckets = buckets(1);
      List<Asking> askings = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        askings.add(Asking.of(buckets::request, i, TOTAL * 2));
      }
      Await.until(() -> buckets.waiting() == 2000);
      AtomicBoolean done = new AtomicBoolean();
      Thread resizer = resizing(buckets, 2, 1, done);
      askings.forEach(Asking::interrupt);
      for (Asking asking : askings) {
        asking.awaitInterruptedException();
      }
      done.set(true);
      resizer.join();
      assertEquals(0, buckets.waiting());
      assertTrue(buckets.states().stream().allMatch(state -> state.waiting() == 0));
    }
  }

  /**
   * The budget is asked under the lock, by the thread that goes, with the moment of its release.
   */
  @Test
  void request_thousandsOfRandomInterrupts_orderAndSpacingOfTheRestAreExact() throws Exception {
    record Release(Thread thread, long nanos) {}
    Duration interval = Duration.ofNanos(200_000);
    int count = 5000;
    List<Release> releases = new ArrayList<>(); // guarded by the bucket's lock
    AtomicInteger allowed = new AtomicInteger();
    Buckets buckets =
        new Buckets(
            interval,
            Duration.ZERO,
            1,
            (now, hold) -> {
              if (releases.size() >= allowed.get()) {
                return Long.MAX_VALUE;
              }
              releases.add(new Release(Thread.currentThread(), now));
              return 0;
            });
    List<Asking> askings = new ArrayList<>();
    List<Thread> joined = new ArrayList<>();
    Random random = new Random(1);
    int started = 0;
    while (started < count) {
      int before = started;
      int ended = (int) askings.stream().filter(Asking::ended).count();
      if (buckets.waiting() + ended < before) {
        continue; // the last one is not in line yet
      }
      Asking asking = Asking.of(buckets::request, 0, TOTAL);
      askings.add(asking);
      joined.add(asking.thread);
      started++;
      // However slow this thread is: some are released, and some still wait.
      allowed.set(started / 4);
      buckets.wakeHeads();
      int picked = random.nextInt(started);
      if (random.nextInt(3) > 0) {
        askings.get(picked).interrupt();
      }
    }
    allowed.set(count);
    buckets.wakeHeads();
    int returned = 0;
    for (Asking asking : askings) {
      returned += asking.awaitReturnOrInterrupt() ? 1 : 0;
    }
    assertEquals(returned, releases.size());
    assertEquals(0, buckets.waiting());
    List<Thread> order = releases.stream().map(Release::thread).toList();
    joined.retainAll(new HashSet<>(order));
    assertEquals(joined, order);
    for (int k = 1; k < releases.size(); k++) {
      long gap = releases.get(k).nanos - releases.get(k - 1).nanos;
      assertTrue(gap >= interval.toNanos(), "gap " + gap);
    }
    assertTrue(returned > 100 && returned < count - 100, returned + " of " + count + " returned");
  }

  @Test
  void resize_afterARelease_carriesTheSpacingOver() throws Exception {
    Buckets buckets = new Buckets(Duration.ofHours(1), Duration.ZERO, 2, StartBudget.UNLIMITED);
    buckets.request(0, TOTAL);
    buckets.resize(4); // 0 and 2 come from 0, 1 and 3 from 1
    buckets.request(1, TOTAL);
    buckets.request(3, TOTAL);
    List<Asking> blocked = List.of(ask(buckets, 0), ask(buckets, 2));
    buckets.resize(1);
    assertEquals(2, buckets.waiting());
    for (Asking asking : blocked) {
      asking.interrupt();
      asking.awaitInterruptedException();
    }
  }

  @Test
  @SuppressWarnings("NullAway") // that is the test
  void new_noInterval_isRefused() {
    var thrown =
        assertThrows(
            NullPointerException.class,
            () -> new Buckets(null, Duration.ZERO, 1, StartBudget.UNLIMITED));
    assertEquals("interval", thrown.getMessage());
  }

  @Test
  void resize_noBuckets_isRefused() {
    Buckets buckets = buckets(1);
    var thrown = assertThrows(IllegalArgumentException.class, () -> buckets.resize(0));
    assertEquals("the number of buckets is 0, expected at least 1", thrown.getMessage());
  }
}
