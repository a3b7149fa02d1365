package io.github.gatewayqueue.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.internal.DurationText;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The contract of {@link GatewayQueue#request} and {@link GatewayQueue#acquire}, as tests. The test
 * of a queue extends this class and gives it two things, a queue with a given interval and the
 * number of requests in its line. A queue that can be closed, as the one here, extends {@link
 * CloseableGatewayQueueContract} instead.
 *
 * {@snippet file="io/github/gatewayqueue/testkit/ReferenceQueueTest.java" region="contract"}
 *
 * <p>What is tested:
 *
 * <ul>
 *   <li>Order: releases happen in the order of joining; nobody barges, and nobody is merged with
 *       another request of the same shard.
 *   <li>Spacing: never less than the interval after the release before, also after an idle spell
 *       and when that release was late.
 *   <li>Interruption: on entry, anywhere in line, and racing the release. A request returns with
 *       the status as it is or throws with the status cleared, and then leaves no trace.
 *   <li>Starts that are held: their bucket releases nobody, what is said of them counts, one that
 *       is cancelled costs nothing, and none is held for ever. A queue whose {@code acquire} is the
 *       default has no hold time-out, and these tests are skipped.
 *   <li>Bad input: refused by name, for the interval too; nothing joins.
 *   <li>Memory effects: what was done before a request is seen after every later release.
 *   <li>No platform thread outlives its work, unless the queue is {@linkplain #remote() remote}.
 * </ul>
 *
 * What is not: whether a queue fails closed, because how its source of truth fails is its own
 * affair; and whether buckets are independent of one another, because the tests know nothing of
 * buckets.
 *
 * <p>No test has an upper bound on time, so a slow machine fails none. What needs a machine that
 * keeps up is tried with ever longer intervals, and skipped if that does not help. A start that is
 * lost shows as a wait that outlasts {@link #hangGuard()}: so many requests are interrupted that,
 * if each cost its interval, the next in line would not be released before that.
 */
@Isolated("busy carriers and new platform threads would be seen by other tests")
public abstract class GatewayQueueContract extends SessionStartContract {
  /** For subclasses. */
  protected GatewayQueueContract() {}

  // Order

  @Test
  void request_severalInLine_areReleasedInOrderOfJoining() throws Exception {
    QueueUnderTest line = open(interval());
    long start = System.nanoTime();
    List<Request> requests = line.join(8);
    for (Request request : requests) {
      new HangGuard(hangGuard())
          .await(
              "the next one is released",
              () -> {
                requireNobodyWaitsBeforeTheLastReleased(requests, line);
                return request.ended();
              });
    }
    line.requireSpacing(start, requests);
  }

  private static void requireNobodyWaitsBeforeTheLastReleased(
      List<Request> requests, QueueUnderTest line) {
    for (int i = requests.size() - 1; i >= 0; i--) {
      if (requests.get(i).ended()) {
        int behind = requests.size() - 1 - i;
        int waiting = line.waiting();
        assertTrue(
            waiting <= behind,
            "request "
                + i
                + " was released, only "
                + behind
                + " are behind it, but "
                + waiting
                + " wait");
        return;
      }
    }
  }

  /** Arrivals hammer on the queue all the time, also at the moment at which the head is due. */
  @Test
  void request_arrivingWhileOthersWait_overtakesNobody() throws Exception {
    QueueUnderTest line = open(interval());
    long start = System.nanoTime();
    List<Request> before = line.join(10);
    long turnNanos = start + before.size() * interval().toNanos();
    Deque<Request> arrivals = new ArrayDeque<>();
    for (Request request : before) {
      var guard = new HangGuard(hangGuard());
      while (!request.ended()) {
        guard.check("the next of those in line is released");
        arrivals.add(line.start());
        if (arrivals.size() > 4) {
          requireNotReleasedBefore(turnNanos, arrivals.remove());
        }
      }
    }
    for (Request arrival : arrivals) {
      requireNotReleasedBefore(turnNanos, arrival);
    }
    line.requireSpacing(start, before);
  }

  private static void requireNotReleasedBefore(long turnNanos, Request request)
      throws InterruptedException {
    request.interrupt();
    if (request.awaitReturnOrInterrupt()) {
      Request.requireNotBefore(turnNanos, request.await().endNanos());
    }
  }

  @Test
  void request_sameShardAgainWhileItWaits_joinsOnceMore() throws Exception {
    QueueUnderTest line = open(NEVER);
    line.start().awaitReturn();
    List<Request> requests = line.join(3);
    assertEquals(3, line.waiting());
    assertTrue(requests.stream().noneMatch(Request::ended), "nobody's turn has come");
  }

  @Test
  void request_shardsOfDifferentIds_areAllReleased() throws Exception {
    int shards = 8;
    QueueUnderTest line = open(interval());
    long start = System.nanoTime();
    List<List<Request>> rounds = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      List<Request> requests = new ArrayList<>();
      for (int id = 0; id < shards; id++) {
        requests.add(line.start(id, shards));
      }
      rounds.add(requests);
    }
    for (int id = 0; id < shards; id++) {
      long first = rounds.get(0).get(id).awaitReturn();
      long second = rounds.get(1).get(id).awaitReturn();
      Request.requireNotBefore(start + interval().toNanos(), Math.max(first, second));
    }
    assertEquals(0, line.waiting());
  }

  // Spacing

  @Test
  void request_onIdleQueue_isReleasedAtOnce() throws Exception {
    open(NEVER).start().awaitReturn();
  }

  /** Shard 0 is in bucket 0 whatever the total is: a bot may reshard while it runs. */
  @Test
  void request_oneAfterAnotherOfDifferentTotals_keepTheInterval() throws Exception {
    for (int round = 0; round < 10; round++) {
      QueueUnderTest line = open(interval());
      long start = System.nanoTime();
      List<Request> requests = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Request request = line.start(0, i + 1);
        request.awaitReturn();
        requests.add(request);
      }
      line.requireSpacing(start, requests);
    }
  }

  /** Several intervals without a request earn no credit: the second one still waits. */
  @Test
  void request_severalAfterAnIdleSpell_keepTheInterval() throws Exception {
    QueueUnderTest line = open(interval());
    for (int round = 0; round < 3; round++) {
      line.start().awaitReturn();
      letPass(interval().multipliedBy(4)); // the idle spell itself
      long start = System.nanoTime();
      List<Request> requests = List.of(line.start(), line.start(), line.start());
      line.requireSpacing(start, byReturn(requests));
    }
  }

  /** The interval counts from when a request was released, not from when it was due. */
  @Test
  void request_behindOneReleasedLate_keepsTheIntervalFromThen() throws Exception {
    assumeFalse(remote(), "a server releases whether or not the client's threads get to run");
    for (Duration interval = interval();
        fitsTheGuard(interval);
        interval = interval.multipliedBy(2)) {
      QueueUnderTest line = open(interval);
      long start = System.nanoTime();
      line.start().awaitReturn();
      List<Request> requests = line.join(2);
      long late = start + interval.multipliedBy(3).toNanos();
      BusyCarriers carriers = BusyCarriers.until(late);
      boolean busyInTime = System.nanoTime() - start < interval.toNanos();
      if (carriers.await() && busyInTime) {
        line.requireSpacing(late, requests);
        return;
      }
    }
    abort("the carriers could not be kept busy in time");
  }

  // Interruption

  @Test
  void request_interruptedOnEntry_throwsAndTakesNoStart() throws Exception {
    QueueUnderTest line = open(NEVER);
    for (int i = 0; i < 10; i++) {
      line.startInterrupted().awaitInterruptedException();
    }
    assertEquals(0, line.waiting());
    line.start().awaitReturn();
    line.startInterrupted().awaitInterruptedException();
  }

  /** The head, one in the middle and the tail: for each the hour is not over. */
  @Test
  void request_interruptedWhileWaiting_throwsAndLeavesTheLine() throws Exception {
    QueueUnderTest line = open(NEVER);
    line.start().awaitReturn();
    List<Request> requests = line.join(6);
    for (int place : new int[] {2, 4, 0, 1, 1, 0}) {
      Request request = requests.remove(place);
      request.interrupt();
      request.awaitInterruptedException();
      assertEquals(requests.size(), line.waiting());
    }
  }

  @Test
  void request_behindManyInterrupted_waitsForNoneOfThem() throws Exception {
    QueueUnderTest line = open(interval());
    long start = System.nanoTime();
    List<Request> requests = line.join(2);
    List<Request> interrupted = line.joinInAnyOrder(moreThanTheGuardAllows());
    Request last = line.join();
    Collections.shuffle(interrupted, new Random(1));
    interrupted.forEach(Request::interrupt);
    for (Request request : interrupted) {
      request.awaitReturnOrInterrupt();
    }
    last.awaitReturn();
    assertEquals(0, line.waiting());
    requests.addAll(byReturn(released(interrupted)));
    requests.add(last);
    line.requireSpacing(start, requests);
  }

  /** Front to back: each is the head, or about to be, when it is interrupted. */
  @Test
  void request_behindManyHeadsInterruptedInTurn_waitsForNoneOfThem() throws Exception {
    QueueUnderTest line = open(interval());
    line.start().awaitReturn();
    List<Request> heads = line.joinInAnyOrder(moreThanTheGuardAllows());
    Request last = line.join();
    for (Request head : heads) {
      head.interrupt();
      head.awaitReturnOrInterrupt();
    }
    last.awaitReturn();
    assertEquals(0, line.waiting());
  }

  /**
   * If an interrupted head put off the next release, this would go on for ever. The interval is so
   * long that one head follows another well within it. A start that is due may be missed by an
   * interrupt that comes first, but not by one head after the other.
   */
  @Test
  void request_loneHeadInterruptedAgainAndAgain_putsOffNoRelease() throws Exception {
    Duration interval = interval().multipliedBy(10);
    QueueUnderTest line = open(interval);
    long start = System.nanoTime();
    long dueNanos = line.start().awaitReturn() + interval.toNanos();
    var guard = new HangGuard(hangGuard());
    int headsWhenDue = 0;
    Request head;
    do {
      headsWhenDue += System.nanoTime() - dueNanos >= 0 ? 1 : 0;
      if (headsWhenDue > 100) {
        guard.check("somebody is released at last"); // a server's race may cost some starts
      }
      head = line.join();
      LockSupport.parkNanos(50_000); // long enough, mostly, to have fallen asleep
      head.interrupt();
    } while (!head.awaitReturnOrInterrupt());
    Request.requireNotBefore(start + interval.toNanos(), head.awaitReturn());
  }

  @Test
  void request_joiningBehindAnInterruptedTail_isReleased() throws Exception {
    QueueUnderTest line = open(interval());
    for (int round = 0; round < 5; round++) {
      long start = System.nanoTime();
      List<Request> requests = line.join(2);
      Request tail = line.join();
      tail.interrupt();
      if (tail.awaitReturnOrInterrupt()) {
        requests.add(tail);
      }
      requests.add(line.join());
      line.requireSpacing(start, requests);
    }
  }

  /** A start is available: either the interrupted request has it or the next one. */
  @Test
  void request_interruptRacesReleaseOnIdleQueue_nextInLineGetsTheStart() throws Exception {
    assumeFalse(remote(), "a race may cost the start");
    for (int round = 0; round < rounds(); round++) {
      QueueUnderTest line = open(NEVER);
      Request request = line.start();
      spinUntil(System.nanoTime() + round % 40 * 1_000L);
      request.interrupt();
      if (!request.awaitReturnOrInterrupt()) {
        line.start().awaitReturn();
      }
      discard(line);
    }
  }

  @Test
  void request_interruptRacesReleaseOfHead_returnsOrThrowsAndTheNextIsReleased() throws Exception {
    Duration interval = interval().dividedBy(10);
    QueueUnderTest line = open(interval);
    for (int round = 0; round < Math.min(100, rounds()); round++) {
      long start = System.nanoTime();
      Request first = line.join();
      Request head = line.join();
      Request next = line.join();
      spinUntil(first.awaitReturn() + interval.toNanos() + (round % 50 - 25) * 10_000L);
      head.interrupt();
      line.requireSpacing(
          start, head.awaitReturnOrInterrupt() ? List.of(first, head, next) : List.of(first, next));
    }
    assertEquals(0, line.waiting());
  }

  /**
   * The head cannot run when its turn comes, and is interrupted before it can. If it throws, the
   * next one has the start, and does not wait for yet another.
   *
   * <p>On a machine that is too busy to tell, this is tried again with an interval twice as long.
   * Only a queue that takes the start away lets the next one wait however long that is.
   */
  @Test
  void request_headInterruptedAfterItsTurnCame_nextInLineGetsTheStart() throws Exception {
    Duration interval = interval();
    Turn last = Turn.TOO_BUSY;
    int seen = 0;
    while (seen < 5 && fitsTheGuard(interval)) {
      last = interruptHeadAfterItsTurnCame(interval);
      if (last == Turn.SEEN) {
        seen++;
      } else {
        interval = interval.multipliedBy(2);
      }
    }
    assertNotEquals(
        Turn.NEXT_IS_LATE,
        last,
        "the head was interrupted when its turn had come, and the next in line had to wait");
    if (seen == 0) {
      abort("the carriers could not be kept busy in time");
    }
  }

  /** What came of an interrupt of a head whose turn had come. */
  private enum Turn {
    SEEN,
    TOO_BUSY,
    NEXT_IS_LATE
  }

  private Turn interruptHeadAfterItsTurnCame(Duration interval) throws Exception {
    long intervalNanos = interval.toNanos();
    QueueUnderTest line = open(interval);
    long start = System.nanoTime();
    Request first = line.start();
    long firstNanos = first.awaitReturn();
    Request head = line.join();
    Request next = line.join();
    long freeNanos = firstNanos + intervalNanos * 3 / 2;
    BusyCarriers carriers = BusyCarriers.until(freeNanos);
    boolean busyInTime = System.nanoTime() - start < intervalNanos;
    spinUntil(firstNanos + intervalNanos * 5 / 4);
    head.interrupt();
    boolean interruptedInTime = System.nanoTime() - freeNanos < 0;
    boolean keptBusy = carriers.await() && busyInTime && interruptedInTime;
    boolean released = head.awaitReturnOrInterrupt();
    line.requireSpacing(start, released ? List.of(first, head, next) : List.of(first, next));
    assertEquals(0, line.waiting());
    if (remote()) {
      return Turn.SEEN; // the server does not wait for the carriers, and the race may cost a start
    }
    if (!keptBusy) {
      return Turn.TOO_BUSY;
    }
    // Had the start been lost when the head threw, the next one would be an interval behind that.
    boolean late = !released && next.endNanos() - freeNanos >= intervalNanos;
    return late ? Turn.NEXT_IS_LATE : Turn.SEEN;
  }

  /** Most are interrupted, wherever they stand by then, while others join and are due. */
  @Test
  void request_manyInterruptedAtRandom_othersKeepOrderAndSpacing() throws Exception {
    QueueUnderTest line = open(interval().dividedBy(20));
    var random = new Random(2);
    long start = System.nanoTime();
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < rounds(); i++) {
      requests.add(line.join());
      if (random.nextInt(10) > 0) {
        requests.get(random.nextInt(requests.size())).interrupt();
      }
    }
    for (int i = 0; i < requests.size(); i++) {
      if (random.nextInt(10) > 0) {
        requests.get(random.nextInt(requests.size())).interrupt();
      }
    }
    for (Request request : requests) {
      request.awaitReturnOrInterrupt();
    }
    assertEquals(0, line.waiting());
    line.requireSpacing(start, released(requests));
  }

  // Bad input

  @Test
  void request_badShard_isRefusedByNameAndDoesNotJoin() throws Exception {
    QueueUnderTest line = open(NEVER);
    long max = Long.MAX_VALUE;
    long min = Long.MIN_VALUE;
    for (long total : new long[] {0, -1, min}) {
      requireRefused(line, 0, total);
      requireRefused(line, -1, total);
      requireRefused(line, 7, total);
    }
    for (long id : new long[] {min, -3, 17, 42, max}) {
      requireRefused(line, id, 17);
    }
    requireRefused(line, max, max);
    assertEquals(0, line.waiting());
    line.start().awaitReturn();
    line.join();
    requireRefused(line, 42, 17);
    assertEquals(1, line.waiting());
  }

  private static void requireRefused(QueueUnderTest line, long id, long total)
      throws InterruptedException {
    String call = "request(" + id + ", " + total + ")";
    var thrown =
        assertInstanceOf(
            IllegalArgumentException.class, line.start(id, total).await().thrown(), call);
    String message = String.valueOf(thrown.getMessage());
    String offending = String.valueOf(total < 1 ? total : id);
    assertTrue(
        message.contains(offending) && message.contains(String.valueOf(total)),
        call + " is refused without naming the values: " + message);
  }

  @Test
  void request_largestShard_isReleased() throws Exception {
    open(NEVER).start(Long.MAX_VALUE - 1, Long.MAX_VALUE).awaitReturn();
  }

  @Test
  void createQueue_badInterval_isRefused() {
    List<Duration> refused =
        List.of(
            Duration.ZERO,
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofNanos(Long.MAX_VALUE).plusNanos(1),
            Duration.ofSeconds(Long.MAX_VALUE));
    for (Duration interval : refused) {
      var thrown =
          assertThrows(
              IllegalArgumentException.class, () -> open(interval), "interval " + interval);
      String message = String.valueOf(thrown.getMessage());
      assertTrue(
          message.contains(DurationText.exact(interval)) || message.contains(interval.toString()),
          interval + " is not named: " + message);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // callers without a null checker do this
  void createQueue_nullInterval_isRefused() {
    assertThrows(NullPointerException.class, () -> open(null));
  }

  // Threads and memory

  @Test
  void request_onInProcessQueue_leavesNoPlatformThread() throws Exception {
    assumeFalse(remote(), "a client may have threads of its own");
    // The first virtual thread that waits for a time has the JDK start a thread for its timers.
    Thread.ofVirtual().start(() -> LockSupport.parkNanos(1)).join();
    Set<Thread> before = platformThreads();
    QueueUnderTest line = open(interval());
    List<Request> requests = line.join(4);
    requests.get(2).interrupt();
    for (Request request : requests) {
      request.awaitReturnOrInterrupt();
    }
    Set<Thread> started = platformThreads();
    started.removeAll(before);
    for (Thread thread : started) {
      assertTrue(
          thread.join(hangGuard()), () -> thread + " was started, and outlives all requests");
    }
  }

  /**
   * Whichever of two requests is released later sees what was written before the other one, so they
   * cannot both miss it.
   */
  @Test
  void request_releasedLater_seesWhatWasWrittenBeforeTheOther() throws Exception {
    GatewayQueue queue = open(Duration.ofNanos(1)).queue();
    var left = new int[rounds()];
    var right = new int[rounds()];
    var writer = new PlainWriter(queue, left, right);
    var other = new PlainWriter(queue, right, left);
    writer.start();
    other.start();
    try {
      List<Boolean> seen = writer.await(hangGuard());
      List<Boolean> otherSeen = other.await(hangGuard());
      for (int i = 0; i < rounds(); i++) {
        assertTrue(
            seen.get(i) || otherSeen.get(i), "in round " + i + " neither saw the other's write");
      }
    } finally {
      writer.stop(hangGuard());
      other.stop(hangGuard());
    }
  }

  // What the tests share

  /** So many that, if each cost a start, the next one would wait for longer than the guard. */
  private int moreThanTheGuardAllows() {
    return Math.toIntExact(2 * hangGuard().dividedBy(interval()));
  }

  private static List<Request> released(List<Request> requests) throws InterruptedException {
    List<Request> released = new ArrayList<>();
    for (Request request : requests) {
      if (request.await().returned()) {
        released.add(request);
      }
    }
    return released;
  }

  private static List<Request> byReturn(List<Request> requests) throws InterruptedException {
    for (Request request : requests) {
      request.awaitReturn();
    }
    return requests.stream().sorted(Comparator.comparingLong(Request::endNanos)).toList();
  }

  private static void spinUntil(long nanos) {
    while (System.nanoTime() - nanos < 0) {
      Thread.onSpinWait();
    }
  }

  /** The platform threads alive now, without those on which the JDK runs and wakes virtual ones. */
  private static Set<Thread> platformThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !servesVirtualThreads(thread.getClass().getName()))
        .collect(Collectors.toSet());
  }

  private static boolean servesVirtualThreads(String threadClass) {
    return threadClass.startsWith("jdk.internal.")
        || threadClass.equals("java.util.concurrent.DelayScheduler");
  }
}
