package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.stream.IntStream;
import net.dv8tion.jda.api.JDA;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller alone, with nodes that do what real ones do too rarely, or not on demand. */
class ControllerTest {
  /** No test waits for so long: a thread that stands still makes no shard overdue. */
  private static final Duration NEVER = Duration.ofHours(1);

  private static final Timing QUICK =
      new Timing(
          Duration.ofMillis(20),
          NEVER,
          Duration.ofMillis(20),
          Duration.ofMillis(80),
          Duration.ofMillis(2),
          NEVER);

  /** For a shard that is overdue on purpose; another one must be {@link #identified}. */
  private static final Timing IMPATIENT =
      new Timing(
          QUICK.spacing(),
          Duration.ofMillis(200),
          QUICK.shortestPause(),
          QUICK.longestPause(),
          QUICK.look(),
          NEVER);

  /** Longer than what a busy machine adds. */
  private static final Timing UNHURRIED =
      new Timing(
          Duration.ofMillis(500),
          NEVER,
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofMillis(2),
          NEVER);

  private static final Timing TINY =
      new Timing(
          Duration.ofNanos(1),
          NEVER,
          Duration.ofMillis(1),
          Duration.ofMillis(1),
          Duration.ofMillis(1),
          NEVER);

  /** Releases as often as the test permits it, and remembers who asked and was released. */
  private static final class PermittingQueue implements GatewayQueue {
    final Semaphore permits = new Semaphore(0, true);
    final List<Long> released = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger waiting = new AtomicInteger();

    @Override
    public void request(long id, long total) throws InterruptedException {
      asked.incrementAndGet();
      waiting.incrementAndGet();
      try {
        permits.acquire();
        if (Thread.interrupted()) { // just before it had the permit, which is for the next one
          permits.release();
          throw new InterruptedException();
        }
      } finally {
        waiting.decrementAndGet();
      }
      released.add(id);
    }

    @Override
    public String toString() {
      return "gate";
    }
  }

  private final PermittingQueue queue = new PermittingQueue();
  private final QueueSessionController controller = new QueueSessionController(queue, QUICK);

  @AfterEach
  void noThreadIsLeft() {
    Await.until(() -> LeftThreads.names().isEmpty());
  }

  private List<TestNode> append(int... ids) {
    List<TestNode> nodes = new ArrayList<>();
    for (int id : ids) {
      var node = new TestNode(id, 64);
      nodes.add(node);
      controller.appendSession(node);
    }
    return nodes;
  }

  /** One that is seen to have identified at the first look, so that it is never overdue. */
  private static TestNode identified(int id, int total) {
    var node = new TestNode(id, total);
    node.status = JDA.Status.CONNECTED;
    return node;
  }

  private void release(int times) {
    queue.permits.release(times);
  }

  @Test
  @SuppressWarnings("NullAway") // on purpose
  void constructor_null_isRefused() {
    assertThrows(NullPointerException.class, () -> new QueueSessionController(null));
  }

  @Test
  @SuppressWarnings("NullAway") // on purpose
  void nodes_null_isRefused() {
    assertThrows(NullPointerException.class, () -> controller.appendSession(null));
    assertThrows(NullPointerException.class, () -> controller.removeSession(null));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void setConcurrency_lessThanOne_isRefused(int level) {
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> controller.setConcurrency(level));
    assertEquals("level is " + level + ", expected at least 1", thrown.getMessage());
  }

  @Test
  void appendSession_oneBucket_asksOneAfterAnotherInOrder() {
    release(4);
    append(3, 1, 2, 0);
    Await.until(() -> queue.released.size() == 4);
    assertEquals(List.of(3L, 1L, 2L, 0L), queue.released);
  }

  /** Java 21 to 23 pin a carrier more often than in a class initializer; shards need none. */
  @Test
  void appendSession_allCarriersArePinned_shardsGoAllTheSame() throws IOException {
    try (var process = JavaProcess.of(PinnedCarriers.OPTIONS, PinnedCarriersMain.class)) {
      process.awaitLine(PinnedCarriersMain.DONE);
    }
  }

  @Test
  void appendSession_identifyNotSeenYet_nextOneDoesNotAsk() throws InterruptedException {
    var identified = new CountDownLatch(1);
    var slow =
        new TestNode(
            0,
            2,
            node -> {
              identified.await();
              node.status = JDA.Status.CONNECTED;
            });
    release(2);
    controller.appendSession(slow);
    controller.appendSession(new TestNode(1, 2));
    Await.until(() -> slow.runs.get() == 1);
    // By then, what must not happen would have, were it not held back.
    int looks = (int) QUICK.spacing().multipliedBy(3).dividedBy(QUICK.look());
    int before = slow.looks.get();
    Await.until(() -> slow.looks.get() >= before + looks);
    assertEquals(1, queue.asked.get());
    long beforeNanos = System.nanoTime();
    identified.countDown();
    Await.until(() -> queue.asked.get() == 2);
    assertTrue(System.nanoTime() - beforeNanos >= QUICK.spacing().toNanos());
  }

  @Test
  void appendSession_runEndsBetweenTwoLooks_countsAsAnIdentify() {
    var slow = new QueueSessionController(queue, UNHURRIED);
    var endNanos = new AtomicLong();
    release(2);
    slow.appendSession(new TestNode(0, 2, node -> endNanos.set(System.nanoTime())));
    slow.appendSession(new TestNode(1, 2)); // the status of the first never tells
    Await.until(() -> queue.released.size() == 2);
    assertTrue(System.nanoTime() - endNanos.get() >= UNHURRIED.spacing().toNanos());
  }

  @Test
  void run_fails_bucketPausesBeforeItAsksAgain() {
    var slow = new QueueSessionController(queue, UNHURRIED);
    var failNanos = new AtomicLong();
    release(2);
    slow.appendSession(
        new TestNode(
            0,
            2,
            node -> {
              if (failNanos.compareAndSet(0, System.nanoTime())) {
                throw new IllegalStateException("no connection");
              }
              node.status = JDA.Status.CONNECTED;
            }));
    Await.until(() -> queue.asked.get() == 2);
    assertTrue(System.nanoTime() - failNanos.get() >= UNHURRIED.shortestPause().toNanos());
  }

  @Test
  void appendSession_nodeHangs_bucketGoesOnWithAWarning() {
    var impatient = new QueueSessionController(queue, IMPATIENT);
    var end = new CountDownLatch(1);
    TestNode behind = identified(1, 2);
    release(2);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      impatient.appendSession(new TestNode(0, 2, node -> end.await()));
      impatient.appendSession(behind);
      Await.until(() -> behind.runs.get() == 1);
      assertEquals(
          List.of(
              "WARNING: shard 0 of 2 was released and has not identified, its status is"
                  + " LOGGING_IN: its bucket goes on"),
          log.lines());
    }
    end.countDown();
  }

  /** Whoever else the queue has released meanwhile, in another process, knows nothing of that. */
  @Test
  void appendSession_hungOneIdentifiesWhileTheNextAsks_itsReleaseGrowsTooOldAndItAsksAgain() {
    var end = new CountDownLatch(1);
    var ranNanos = new AtomicLong();
    var hung = new TestNode(0, 2, node -> end.await());
    var behind =
        new TestNode(
            1,
            2,
            node -> {
              ranNanos.set(System.nanoTime());
              node.status = JDA.Status.CONNECTED;
            });
    var fussy =
        new QueueSessionController(
            queue,
            new Timing(
                UNHURRIED.spacing(),
                IMPATIENT.patience(),
                QUICK.shortestPause(),
                QUICK.longestPause(),
                QUICK.look(),
                QUICK.look()));
    fussy.appendSession(hung);
    fussy.appendSession(behind);
    release(1);
    Await.until(() -> queue.asked.get() == 2);
    long identifiedNanos = System.nanoTime();
    hung.status = JDA.Status.CONNECTED;
    release(2);
    Await.until(() -> ranNanos.get() != 0);
    assertEquals(List.of(0L, 1L, 1L), queue.released);
    assertTrue(ranNanos.get() - identifiedNanos >= UNHURRIED.spacing().toNanos());
    end.countDown();
  }

  @Test
  void appendSession_twice_asksOnce() {
    TestNode node = append(0).getFirst();
    Await.until(() -> queue.waiting.get() == 1);
    controller.appendSession(node);
    assertEquals(1, controller.waiting());
    release(1);
    Await.until(() -> node.runs.get() == 1);
    assertEquals(0, controller.waiting());
  }

  @Test
  void removeSession_whoAsks_doesNotRunAndCostsNothing() {
    List<TestNode> nodes = append(0, 1);
    Await.until(() -> queue.waiting.get() == 1);
    controller.removeSession(nodes.get(0));
    Await.until(() -> queue.asked.get() == 2);
    release(1);
    Await.until(() -> nodes.get(1).runs.get() == 1);
    assertEquals(List.of(1L), queue.released);
    assertEquals(0, nodes.get(0).runs.get());
  }

  @Test
  void removeSession_whoWaitsBehind_doesNotAsk() {
    List<TestNode> nodes = append(0, 1, 2);
    Await.until(() -> queue.waiting.get() == 1);
    controller.removeSession(nodes.get(1));
    release(2);
    Await.until(() -> nodes.get(2).runs.get() == 1);
    assertEquals(List.of(0L, 2L), queue.released);
  }

  @Test
  void removeSession_afterTheConcurrencyChanged_doesNotRun() {
    List<TestNode> nodes = append(0, 1, 2, 3);
    Await.until(() -> queue.waiting.get() == 1);
    controller.setConcurrency(4);
    Await.until(() -> queue.waiting.get() == 4);
    controller.removeSession(nodes.get(2));
    Await.until(() -> queue.waiting.get() == 3);
    controller.setConcurrency(2);
    controller.removeSession(nodes.get(1));
    release(2);
    Await.until(() -> nodes.get(0).runs.get() + nodes.get(3).runs.get() == 2);
    assertEquals(0, nodes.get(1).runs.get() + nodes.get(2).runs.get());
    assertEquals(0, queue.permits.availablePermits());
  }

  @Test
  void removeSession_whileItRuns_isNotTriedAgainIfItFails() {
    var fail = new CountDownLatch(1);
    var node =
        new TestNode(
            0,
            2,
            self -> {
              fail.await();
              throw new IllegalStateException("no connection");
            });
    release(2);
    controller.appendSession(node);
    Await.until(() -> node.runs.get() == 1);
    controller.removeSession(node);
    fail.countDown();
    List<TestNode> behind = append(1);
    Await.until(() -> behind.getFirst().runs.get() == 1);
    assertEquals(0, controller.waiting(), "it does not wait for another try");
    assertEquals(1, node.runs.get());
    assertEquals(List.of(0L, 1L), queue.released);
  }

  /** As over a network: the release was under way when the request was given up. */
  @Test
  void removeSession_requestReturnsAllTheSame_doesNotRun() {
    var answer = new CountDownLatch(1);
    var asked = Collections.synchronizedList(new ArrayList<Long>());
    GatewayQueue stubborn =
        (id, total) -> {
          asked.add(id);
          if (id == 0) {
            awaitUninterruptibly(answer);
          }
        };
    var remote = new QueueSessionController(stubborn, QUICK);
    var removed = new TestNode(0, 2);
    var behind = new TestNode(1, 2);
    remote.appendSession(removed);
    remote.appendSession(behind);
    Await.until(() -> asked.size() == 1);
    remote.removeSession(removed);
    answer.countDown();
    Await.until(() -> behind.runs.get() == 1);
    assertEquals(0, removed.runs.get());
    assertEquals(List.of(0L, 1L), List.copyOf(asked));
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whoever wins, the node runs once or never, and the one behind it runs. */
  @RepeatedTest(200)
  void removeSession_racesTheRelease_nobodyIsLost() throws InterruptedException {
    List<TestNode> nodes = append(0, 1);
    Await.until(() -> queue.waiting.get() == 1);
    Thread remover = Thread.ofVirtual().start(() -> controller.removeSession(nodes.get(0)));
    release(2);
    remover.join();
    Await.until(() -> nodes.get(1).runs.get() == 1);
    assertTrue(nodes.get(0).runs.get() <= 1);
    Await.until(() -> queue.waiting.get() == 0);
    assertEquals(0, controller.waiting());
  }

  @Test
  void setConcurrency_whileTheyWait_eachBucketAsksInOrder() {
    append(0, 1, 2, 3, 4, 5, 6, 7);
    Await.until(() -> queue.waiting.get() == 1);
    controller.setConcurrency(4);
    Await.until(() -> queue.waiting.get() == 4);
    controller.setConcurrency(1);
    Await.until(() -> queue.waiting.get() == 1);
    controller.setConcurrency(2);
    Await.until(() -> queue.waiting.get() == 2);
    release(8);
    Await.until(() -> queue.released.size() == 8);
    assertEquals(List.of(0L, 2L, 4L, 6L), released(2, 0));
    assertEquals(List.of(1L, 3L, 5L, 7L), released(2, 1));
  }

  private List<Long> released(int buckets, int bucket) {
    return List.copyOf(queue.released).stream().filter(id -> id % buckets == bucket).toList();
  }

  @Test
  void setConcurrency_sameAgain_nobodyAsksAnew() {
    append(0);
    Await.until(() -> queue.waiting.get() == 1);
    controller.setConcurrency(1);
    release(1);
    Await.until(() -> queue.released.size() == 1);
    assertEquals(1, queue.asked.get());
  }

  @Test
  void run_fails_isTriedAgainBehindTheOthers() {
    var failures = new AtomicInteger();
    var failing =
        new TestNode(
            0,
            64,
            node -> {
              if (failures.incrementAndGet() <= 2) {
                throw new IllegalStateException("no connection");
              }
              node.status = JDA.Status.CONNECTED;
            });
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      controller.appendSession(failing);
      append(1);
      release(4);
      Await.until(() -> queue.released.size() == 4);
      assertEquals(List.of(0L, 1L, 0L, 0L), queue.released);
      Await.until(() -> failing.runs.get() == 3);
      awaitLine(log, "WARNING: shard 0 of 64: the connection failed");
    }
  }

  @Test
  void run_failsOverAndOver_isWarnedOfOnce() {
    var failures = new AtomicInteger();
    release(10);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      controller.appendSession(
          new TestNode(
              0,
              2,
              node -> {
                if (failures.incrementAndGet() < 5) {
                  throw new IllegalStateException("no connection");
                }
              }));
      Await.until(() -> failures.get() == 5);
      Await.until(() -> log.lines().size() == 4);
      assertEquals(1, log.lines().stream().filter(line -> line.startsWith("WARNING")).count());
      assertEquals(3, log.lines().stream().filter(line -> line.startsWith("FINE")).count());
    }
  }

  /** As one that tells the bot's owner in a channel, while JDA appends another shard. */
  @Test
  void log_handlerThatWaitsForTheController_holdsNobodyUp() {
    var impatient = new QueueSessionController(queue, IMPATIENT);
    requireSpared(
        impatient, log -> log.then(() -> join(Thread.ofVirtual().start(impatient::waiting))));
  }

  /** The interrupt by which that takes a request back is not to end up in the handler. */
  @Test
  void log_handlerThatRemovesTheNext_costsNothing() {
    var end = new CountDownLatch(1);
    var impatient = new QueueSessionController(queue, IMPATIENT);
    var next = new TestNode(1, 3);
    TestNode last = identified(2, 3);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      log.then(() -> {
        impatient.removeSession(next);
        Thread.interrupted();
      });
      impatient.appendSession(new TestNode(0, 3, node -> end.await())); // until it is warned of
      impatient.appendSession(next);
      impatient.appendSession(last);
      release(3); // only now, or the warning might come before the next is in line
      Await.until(() -> last.runs.get() == 1);
      assertEquals(List.of(0L, 2L), queue.released);
      assertEquals(0, next.runs.get());
    } finally {
      end.countDown();
    }
  }

  @Test
  void log_handlerThatThrows_changesNothing() {
    requireSpared(
        new QueueSessionController(queue, IMPATIENT),
        log -> log.failWith(new IllegalStateException("the disk is full")));
  }

  /** A shard fails, and then hangs: both are logged, and the others go on. */
  private void requireSpared(QueueSessionController impatient, Consumer<CapturedLog> handler) {
    var end = new CountDownLatch(1);
    var failures = new AtomicInteger();
    release(4);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      handler.accept(log);
      var failing =
          new TestNode(
              0,
              4,
              node -> {
                if (failures.incrementAndGet() == 1) {
                  throw new IllegalStateException("no connection");
                }
                node.status = JDA.Status.LOGGING_IN;
                end.await();
              });
      failing.status = JDA.Status.WAITING_TO_RECONNECT; // which is never overdue
      List<TestNode> behind = List.of(identified(1, 4), identified(2, 4));
      impatient.appendSession(failing);
      impatient.appendSession(behind.get(0));
      Await.until(() -> failures.get() == 2);
      impatient.appendSession(behind.get(1));
      Await.until(() -> behind.stream().allMatch(node -> node.runs.get() == 1));
      Await.until(() -> log.lines().size() == 2);
    } finally {
      end.countDown();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Has threads of some names throw when they are started, as with the OutOfMemoryError of a JVM
   * that the system gives no thread. Another error here, as JUnit ends the JVM upon that one.
   */
  private static final class ScarceThreads implements ThreadFactory {
    /** How the names of those begin that cannot be started. */
    volatile Set<String> scarce = Set.of();

    @Override
    public Thread newThread(Runnable task) {
      var thread =
          new Thread(task) {
            @Override
            public void start() {
              if (scarce.stream().anyMatch(getName()::startsWith)) {
                throw new InternalError("unable to create native thread");
              }
              super.start();
            }
          };
      thread.setDaemon(true);
      return thread;
    }
  }

  private final ScarceThreads threads = new ScarceThreads();
  private final QueueSessionController starved = new QueueSessionController(queue, QUICK, threads);

  private static String bucketThread(int bucket) {
    return "gateway-queue-jda-bucket-" + bucket;
  }

  @Test
  void setConcurrency_threadsCannotBeStarted_otherBucketsGoOnAndTheNextCallTriesAgain() {
    List<TestNode> nodes = IntStream.range(0, 4).mapToObj(id -> new TestNode(id, 4)).toList();
    nodes.forEach(starved::appendSession);
    Await.until(() -> queue.waiting.get() == 1);
    threads.scarce = Set.of(bucketThread(1), bucketThread(2));
    assertThrows(InternalError.class, () -> starved.setConcurrency(4));
    release(2);
    Await.until(() -> nodes.get(0).runs.get() + nodes.get(3).runs.get() == 2);
    assertEquals(2, starved.waiting());
    threads.scarce = Set.of();
    starved.appendSession(new TestNode(7, 8)); // of a bucket that has nothing to do with it
    release(3);
    Await.until(() -> nodes.stream().allMatch(node -> node.runs.get() == 1));
  }

  /** JDA would shut the shard down if this threw. */
  @Test
  void appendSession_onlyAnotherBucketHasNoThread_doesNotThrow() {
    starved.setConcurrency(2);
    var unlucky = new TestNode(0, 4);
    threads.scarce = Set.of(bucketThread(0));
    assertThrows(InternalError.class, () -> starved.appendSession(unlucky));
    var lucky = new TestNode(1, 4);
    release(2);
    starved.appendSession(lucky);
    Await.until(() -> lucky.runs.get() == 1);
    threads.scarce = Set.of();
    starved.removeSession(lucky);
    Await.until(() -> unlucky.runs.get() == 1);
  }

  /** Nobody serves the bucket then: the shard that hung was given up by it. */
  @Test
  void run_failsAndItsBucketHasNoThread_isLoggedAndTheNextCallTriesAgain() {
    var fail = new CountDownLatch(1);
    var attempts = new AtomicInteger();
    var hung =
        new TestNode(
            0,
            4,
            node -> {
              if (attempts.incrementAndGet() == 1) {
                fail.await();
                throw new IllegalStateException("no connection");
              }
              node.status = JDA.Status.CONNECTED;
            });
    var starvedAndImpatient = new QueueSessionController(queue, IMPATIENT, threads);
    release(2);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      starvedAndImpatient.appendSession(hung);
      Await.until(() -> LeftThreads.names().equals(List.of("gateway-queue-jda-shard-0")));
      threads.scarce = Set.of(bucketThread(0));
      fail.countDown();
      awaitLine(log, "WARNING: shard 0 of 4: the connection failed");
      assertEquals(1, starvedAndImpatient.waiting());
      threads.scarce = Set.of();
      starvedAndImpatient.removeSession(new TestNode(1, 4));
      Await.until(() -> attempts.get() == 2);
    }
  }

  @Test
  void run_threadCannotBeStarted_isTriedAgainLikeAConnectionThatFailed() {
    var node = new TestNode(0, 2);
    threads.scarce = Set.of("gateway-queue-jda-shard-");
    release(1);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      starved.appendSession(node);
      awaitLine(log, "the connection failed, to be tried again in PT0.02S java.lang.InternalError");
      Await.until(() -> queue.waiting.get() == 1);
      assertEquals(0, node.runs.get());
      threads.scarce = Set.of();
      release(1);
      Await.until(() -> node.runs.get() == 1);
    }
  }

  /** Nothing is meant to, but a bucket without a thread would be the end of all its shards. */
  @Test
  void next_jdaThrows_bucketGoesOn() {
    var throwsOnce = new AtomicBoolean(true);
    release(2);
    controller.appendSession(
        new TestNode(0, 2) {
          @Override
          public JDA getJDA() {
            if (throwsOnce.getAndSet(false)) {
              throw new IllegalStateException("on purpose");
            }
            return super.getJDA();
          }
        });
    List<TestNode> behind = append(1);
    // The exception ends up with the thread's handler, which Awaitility would take for a failure.
    Await.await().dontCatchUncaughtExceptions().until(() -> behind.getFirst().runs.get() == 1);
    // It may do so after another thread has gone on with the bucket: wait for the end of all.
    Await.await().dontCatchUncaughtExceptions().until(() -> LeftThreads.names().isEmpty());
    assertEquals(List.of(0L, 1L), queue.released);
  }

  @Test
  void run_throwsAnError_bucketGoesOn() {
    var errors = new AtomicInteger();
    release(3);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      controller.appendSession(
          new TestNode(
              0,
              2,
              node -> {
                if (errors.incrementAndGet() == 1) {
                  throw new AssertionError("on purpose");
                }
                node.status = JDA.Status.CONNECTED;
              }));
      List<TestNode> behind = append(1);
      Await.until(() -> errors.get() == 2 && behind.getFirst().runs.get() == 1);
      awaitLine(log, "AssertionError: on purpose");
    }
  }

  /** Failures are logged by the threads that connect, without the lock: others may go on before. */
  private static void awaitLine(CapturedLog log, String part) {
    Await.until(() -> log.lines().stream().anyMatch(line -> line.contains(part)));
  }

  @Test
  void run_jdaHasShutDownMeanwhile_isNotTriedAgain() {
    release(2);
    var node =
        new TestNode(
            0,
            2,
            self -> {
              self.status = JDA.Status.SHUTDOWN;
              throw new IllegalStateException("shut down");
            });
    controller.appendSession(node);
    List<TestNode> behind = append(1);
    Await.until(() -> behind.getFirst().runs.get() == 1);
    assertEquals(1, node.runs.get());
  }

  /** Its socket may open all the same, and then it identifies. */
  @Test
  void run_jdaShutsDownWhileItConnects_nextOneWaitsForTheEnd() {
    var slow = new QueueSessionController(queue, UNHURRIED);
    var endNanos = new AtomicLong();
    int looks = (int) UNHURRIED.spacing().dividedBy(UNHURRIED.look());
    release(2);
    slow.appendSession(
        new TestNode(
            0,
            2,
            node -> {
              node.status = JDA.Status.SHUTDOWN;
              // So long it takes to connect, unless somebody asks before, which is the mistake.
              Await.until(() -> node.looks.get() >= looks || queue.asked.get() > 1);
              endNanos.set(System.nanoTime());
            }));
    slow.appendSession(new TestNode(1, 2));
    Await.until(() -> queue.asked.get() == 2);
    long askedNanos = System.nanoTime();
    assertTrue(endNanos.get() != 0, "it was asked while the first one connected");
    assertTrue(askedNanos - endNanos.get() >= UNHURRIED.spacing().toNanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHUTTING_DOWN", "SHUTDOWN", "FAILED_TO_LOGIN"})
  void appendSession_jdaHasShutDown_isDroppedWithoutARequest(String status) {
    var gone = new TestNode(0, 2);
    gone.status = JDA.Status.valueOf(status);
    controller.appendSession(gone);
    Await.until(() -> controller.waiting() == 0);
    assertEquals(0, queue.asked.get());
    assertEquals(0, gone.runs.get());
  }

  @Test
  void request_queueThrows_nodeKeepsItsPlaceAndIsWarnedOfOnce() {
    var asked = Collections.synchronizedList(new ArrayList<Long>());
    List<Throwable> failures =
        List.of(
            new GatewayQueueException("refused"),
            new IllegalStateException("closed"),
            new InterruptedException("by nobody"),
            new StackOverflowError("on purpose"));
    GatewayQueue broken =
        (id, total) -> {
          asked.add(id);
          if (asked.size() <= failures.size()) {
            TestNode.<RuntimeException>throwAny(failures.get(asked.size() - 1));
          }
        };
    var unlucky = new QueueSessionController(broken, QUICK);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      unlucky.appendSession(new TestNode(0, 2));
      unlucky.appendSession(new TestNode(1, 2));
      Await.until(() -> asked.size() == 6);
      assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 1L), List.copyOf(asked));
      assertEquals(
          "WARNING: shard 0 of 2: the queue failed, to be tried again in PT0.02S"
              + " io.github.gatewayqueue.GatewayQueueException: refused",
          log.lines().getFirst());
      assertEquals(1, log.lines().stream().filter(line -> line.startsWith("WARNING")).count());
      assertEquals(failures.size(), log.lines().size());
    }
  }

  @Test
  void toString_tellsHowItStands() {
    append(0, 1);
    Await.until(() -> queue.waiting.get() == 1);
    assertEquals(
        "QueueSessionController[waiting=2, connecting=0, concurrency=1, queue=gate]",
        controller.toString());
    release(2);
    Await.until(() -> controller.waiting() == 0);
  }

  /** Everybody appends, removes and changes the concurrency: nobody is lost, none runs twice. */
  @RepeatedTest(20)
  void everything_atOnce_eachNodeRunsOnceUnlessRemoved() throws InterruptedException {
    var free = new QueueSessionController(GatewayQueue.noOp(), TINY);
    List<TestNode> kept = Collections.synchronizedList(new ArrayList<>());
    List<TestNode> removed = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int thread = i;
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int j = 0; j < 20; j++) {
                  var node = new TestNode(thread + 8 * j, 320);
                  free.appendSession(node);
                  if (j % 4 == 0) {
                    free.removeSession(node);
                    removed.add(node);
                  } else {
                    kept.add(node);
                  }
                  if (j % 7 == thread) {
                    free.setConcurrency(1 + (thread + j) % 16);
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Await.until(() -> kept.stream().allMatch(node -> node.runs.get() == 1));
    Await.until(() -> LeftThreads.names().isEmpty());
    assertTrue(kept.stream().allMatch(node -> node.runs.get() == 1));
    assertTrue(removed.stream().allMatch(node -> node.runs.get() <= 1));
    assertEquals(0, free.waiting());
  }
}
