package io.github.gatewayqueue.jda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.GatewayQueue;
import io.github.gatewayqueue.GatewayQueueException;
import io.github.gatewayqueue.SessionStart;
import io.github.gatewayqueue.testsupport.AcquireOnly;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Level;
import net.dv8tion.jda.api.JDA;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller alone, with nodes that do what real ones do too rarely, or not on demand. */
class ControllerTest {
  /** No test waits for so long. */
  private static final Duration NEVER = Duration.ofHours(1);

  private static final Duration PAUSE = Duration.ofMillis(20);

  /** Releases as often as the test permits it. */
  private static final class Gate implements GatewayQueue {
    final Semaphore permits = new Semaphore(0, true);
    final AtomicInteger waiting = new AtomicInteger();

    @Override
    public void request(long id, long total) throws InterruptedException {
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
    }

    @Override
    public String toString() {
      return "gate";
    }
  }

  private final Gate gate = new Gate();
  private final CountingQueue queue = new CountingQueue(gate);
  private final QueueSessionController controller = controller(queue, NEVER);

  private static QueueSessionController controller(GatewayQueue queue, Duration patience) {
    return QueueSessionController.builder(queue)
        .patience(patience)
        .pauses(PAUSE, PAUSE.multipliedBy(4))
        .build();
  }

  @AfterEach
  void noThreadIsLeft() {
    Await.until(() -> LeftThreads.names().isEmpty());
  }

  private TestNode append(int id, TestNode.Run run) {
    var node = new TestNode(id, 64, run);
    controller.appendSession(node);
    return node;
  }

  private List<TestNode> append(int... ids) {
    List<TestNode> nodes = new ArrayList<>();
    for (int id : ids) {
      nodes.add(append(id, node -> node.status = JDA.Status.CONNECTED));
    }
    return nodes;
  }

  private void release(int times) {
    gate.permits.release(times);
  }

  private void awaitStory(String... story) {
    queue.awaitStory(story);
  }

  /** Waits until a node waits here, not in the queue: what must not happen would have. */
  private void awaitParked(TestNode node) {
    Await.until(() -> {
      Turn turn;
      synchronized (controller.line) {
        turn = controller.line.waiting.get(node);
      }
      return turn != null && turn.getState() == Thread.State.TIMED_WAITING;
    });
  }

  @Test
  @SuppressWarnings("NullAway") // on purpose
  void arguments_null_areRefused() {
    assertThrows(NullPointerException.class, () -> new QueueSessionController(null));
    assertThrows(NullPointerException.class, () -> controller.appendSession(null));
    assertThrows(NullPointerException.class, () -> controller.removeSession(null));
    var builder = QueueSessionController.builder(queue);
    assertThrows(NullPointerException.class, () -> builder.gateway(null));
    assertThrows(NullPointerException.class, () -> builder.patience(null));
    assertThrows(NullPointerException.class, () -> builder.pauses(PAUSE, null));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void setConcurrency_lessThanOne_isRefused(int level) {
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> controller.setConcurrency(level));
    assertEquals("level is " + level + ", expected at least 1", thrown.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://gateway.discord.gg", "gateway.discord.gg", "wss:///path"})
  void gateway_notOfAWebSocket_isRefused(String gateway) {
    var builder = QueueSessionController.builder(queue);
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> builder.gateway(URI.create(gateway)));
    assertEquals(
        "gateway is " + gateway + ", expected ws://HOST or wss://HOST", thrown.getMessage());
  }

  @Test
  void gateway_none_isJdasOwn() {
    assertEquals("wss://gateway.discord.gg/", controller.getGateway());
    var there =
        QueueSessionController.builder(queue).gateway(URI.create("ws://127.0.0.1:8")).build();
    assertEquals("ws://127.0.0.1:8", there.getGateway());
  }

  @ParameterizedTest
  @CsvSource({
    "PT-1S, PT1S, PT1S, 'patience is -1 s, expected 0 s to 1 d'",
    "PT24H0.001S, PT1S, PT1S, 'patience is 1 d 1 ms, expected 0 s to 1 d'",
    "PT0S, PT0S, PT1S, 'shortest is 0 s, expected 1 ms to 1 d'",
    "PT0S, PT2S, PT1S, 'longest is 1 s, expected 2 s to 1 d'"
  })
  void times_outOfTheirRange_areRefused(
      Duration patience, Duration shortest, Duration longest, String message) {
    var builder = QueueSessionController.builder(queue);
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> builder.patience(patience).pauses(shortest, longest));
    assertEquals(message, thrown.getMessage());
  }

  @Test
  void appendSession_oneBucket_asksOneAfterAnotherInOrder() {
    release(4);
    append(3, 1, 2, 0);
    awaitStory("3 answered", "1 answered", "2 answered", "0 answered");
  }

  /** Java 21 to 23 pin a carrier more often than in a class initializer; shards need none. */
  @Test
  void appendSession_allCarriersArePinned_shardsGoAllTheSame() throws IOException {
    PinnedCarriers.run(PinnedCarriersMain.class);
  }

  @Test
  void appendSession_theOneBeforeIsNotAnswered_waits() {
    var answer = new CountDownLatch(1);
    release(2);
    append(0, node -> answer.await());
    TestNode behind = append(1).getFirst();
    Await.until(() -> queue.released.get() == 1);
    awaitParked(behind);
    assertEquals(1, queue.asked.get());
    answer.countDown();
    awaitStory("0 answered", "1 answered");
  }

  @Test
  void appendSession_patienceIsOver_nextOneAsksAndTheFirstIsHeardLater() {
    var answer = new CountDownLatch(1);
    var patience = Duration.ofMillis(100);
    var impatient = controller(queue, patience);
    release(1);
    impatient.appendSession(new TestNode(0, 2, node -> answer.await()));
    impatient.appendSession(new TestNode(1, 2));
    Await.until(() -> queue.asked.get() == 2);
    assertTrue(System.nanoTime() - queue.start(0).releasedNanos >= patience.toNanos());
    release(1);
    awaitStory("0 ", "1 answered");
    answer.countDown();
    awaitStory("0 answered", "1 answered");
  }

  @Test
  void appendSession_twice_asksOnce() {
    TestNode node = append(0).getFirst();
    Await.until(() -> gate.waiting.get() == 1);
    controller.appendSession(node);
    assertEquals(1, controller.waiting());
    release(2);
    awaitStory("0 answered");
    assertEquals(0, controller.waiting());
  }

  /** As JDA does upon an op 9 or a lost connection, after which IDENTIFY may still arrive. */
  @Test
  void appendSession_whileItsRunEnds_waitsAgain() {
    release(2);
    var runs = new AtomicInteger();
    append(
        0,
        node -> {
          node.status = JDA.Status.CONNECTED;
          if (runs.incrementAndGet() == 1) {
            node.status = JDA.Status.RECONNECT_QUEUED;
            controller.appendSession(node);
          }
        });
    awaitStory("0 closed", "0 answered");
    assertEquals(2, runs.get());
  }

  /** JDA forgets a shard whose session is appended with an error. */
  @Test
  void appendSession_noThreadCanBeStarted_isRefusedWithAnException() {
    controller.starter =
        thread -> {
          throw new OutOfMemoryError("on purpose");
        };
    var node = new TestNode(0, 2);
    var thrown = assertThrows(IllegalStateException.class, () -> controller.appendSession(node));
    assertEquals("no thread could be started for shard 0 of 2", thrown.getMessage());
    assertEquals(0, controller.waiting());
    controller.starter = Thread::start;
    controller.appendSession(node);
    release(1);
    awaitStory("0 answered");
  }

  /** Each waits for its turn, and for the queue; that others come and go does not wake it. */
  @Test
  void appendSession_manyInABucket_releaseWakesOneOfThem() {
    int count = 60;
    List<TestNode> nodes = new ArrayList<>();
    var waits = new AtomicLong();
    TestNode.Run run =
        node -> {
          var threads = ManagementFactory.getThreadMXBean();
          long id = Thread.currentThread().threadId();
          waits.addAndGet(Objects.requireNonNull(threads.getThreadInfo(id)).getWaitedCount());
        };
    for (int id = 0; id < count; id++) {
      nodes.add(append(id, run));
    }
    nodes.subList(1, count).forEach(this::awaitParked);
    release(count);
    Await.until(() -> queue.count("answered") == count);
    assertTrue(waits.get() <= 4L * count, () -> waits + " waits");
  }

  @Test
  void run_fails_isCancelledAndTriedAgainBehindTheOthers() {
    var failures = new AtomicInteger();
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      append(
          0,
          node -> {
            if (failures.incrementAndGet() <= 2) {
              throw new IllegalStateException("no connection");
            }
          });
      append(1);
      release(4);
      awaitStory("0 cancelled", "1 answered", "0 cancelled", "0 answered");
      awaitLine(
          log,
          "WARNING: shard 0 of 64: the connection failed, to be tried again in 20 ms"
              + " java.lang.IllegalStateException: no connection");
    }
  }

  @Test
  void run_fails_bucketPausesLongerAndLonger() {
    var failures = new AtomicInteger();
    release(5);
    append(
        0,
        node -> {
          if (failures.incrementAndGet() < 5) {
            throw new IllegalStateException("no connection");
          }
        });
    awaitStory("0 cancelled", "0 cancelled", "0 cancelled", "0 cancelled", "0 answered");
    long tookNanos = queue.lastReleasedNanos() - queue.start(0).releasedNanos;
    assertTrue(tookNanos >= PAUSE.multipliedBy(1 + 2 + 4 + 4).toNanos());
  }

  @Test
  void run_failsInTwoBucketsOverAndOver_isWarnedOfOnceForEach() {
    controller.setConcurrency(2);
    TestNode.Run run =
        node -> {
          if (node.runs.get() <= 3) {
            throw new IllegalStateException("no connection");
          }
        };
    release(20);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      append(0, run);
      append(1, run);
      Await.until(() -> queue.count("answered") == 2 && log.lines().size() == 6);
      assertEquals(2, log.lines().stream().filter(line -> line.startsWith("WARNING")).count());
    }
  }

  /** One that JDA does not throw where it connects: nobody knows how far it has come. */
  @Test
  void run_throwsAnError_isClosedAndTriedAgain() {
    var errors = new AtomicInteger();
    release(2);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      append(
          0,
          node -> {
            if (errors.incrementAndGet() == 1) {
              throw new AssertionError("on purpose");
            }
          });
      awaitStory("0 closed", "0 answered");
      awaitLine(log, "AssertionError: on purpose");
    }
  }

  @Test
  void run_wasShutDownBefore_isCancelledAndNotTriedAgain() {
    release(2);
    append(
        0,
        node -> {
          node.status = JDA.Status.SHUTDOWN;
          controller.getGateway();
        });
    append(1);
    awaitStory("0 cancelled", "1 answered");
  }

  /** Its socket may open all the same, and then it identifies. */
  @Test
  void run_isShutDownWhileItConnects_isClosed() {
    release(2);
    append(
        0,
        node -> {
          controller.getGateway();
          node.status = JDA.Status.SHUTDOWN;
        });
    append(1);
    awaitStory("0 closed", "1 answered");
  }

  @Test
  void run_isRemovedAndFails_isNotTriedAgain() {
    var fail = new CountDownLatch(1);
    release(3);
    TestNode node =
        append(
            0,
            self -> {
              fail.await();
              throw new IllegalStateException("no connection");
            });
    Await.until(() -> node.runs.get() == 1);
    controller.removeSession(node);
    fail.countDown();
    append(1);
    awaitStory("0 cancelled", "1 answered");
    assertEquals(0, controller.waiting());
  }

  @Test
  void getGateway_twiceInARun_leavesJdasLoopAndIsTriedAgain() {
    var runs = new AtomicInteger();
    append(
        0,
        node -> {
          controller.getGateway();
          if (runs.incrementAndGet() == 1) {
            controller.getGateway();
          }
        });
    append(1);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      release(3); // only now, or the first might come back before the second is in line
      awaitStory("0 cancelled", "1 answered", "0 answered");
      awaitLine(log, "JDA could not connect: its own log has the reason, at DEBUG");
    }
  }

  @Test
  void getGateway_holdHasRunOut_doesNotConnect() {
    var connects = new AtomicInteger();
    var expired = new AtomicBoolean(true);
    var losing = controller(expiringOnce(expired), NEVER);
    release(2);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      losing.appendSession(
          new TestNode(
              0,
              2,
              node -> {
                losing.getGateway();
                connects.incrementAndGet();
              }));
      awaitStory("0 cancelled", "0 answered");
      awaitLine(log, "the hold ran out before JDA connected");
    }
    assertEquals(1, connects.get());
  }

  /** Where JDA's sleep cannot be skipped, and is longer than a hold. */
  @Test
  void getGateway_holdHasRunOutAsJdaSlept_waitsForAnother() {
    var connects = new AtomicInteger();
    var sleepy = controller(expiringOnce(new AtomicBoolean(true)), NEVER);
    release(1);
    var node =
        new TestNode(
            0,
            2,
            self -> {
              release(1);
              sleepy.getGateway();
              connects.incrementAndGet();
            });
    node.reconnects = true;
    sleepy.appendSession(node);
    awaitStory("0 cancelled", "0 answered");
    assertEquals(1, connects.get());
    assertEquals(1, node.runs.get());
  }

  private GatewayQueue expiringOnce(AtomicBoolean expired) {
    return new AcquireOnly() {
      @Override
      public SessionStart acquire(long id, long total) throws InterruptedException {
        SessionStart start = queue.acquire(id, total);
        return expired.getAndSet(false) ? new Expired(start) : start;
      }
    };
  }

  private record Expired(SessionStart start) implements SessionStart {
    @Override
    public void identified() {
      start.identified();
    }

    @Override
    public void answered() {
      start.answered();
    }

    @Override
    public void cancel() {
      start.cancel();
    }

    @Override
    public boolean isExpired() {
      return true;
    }

    @Override
    public void close() {
      start.close();
    }
  }

  @Test
  void getGateway_jdaHasShutDown_doesNotConnectAndIsCancelled() {
    release(1);
    var refusal = new AtomicReference<String>();
    append(
        0,
        node -> {
          node.status = JDA.Status.SHUTTING_DOWN;
          try {
            controller.getGateway();
          } catch (RejectedExecutionException e) { // as JDA does while it reconnects
            refusal.set("" + e.getMessage());
          }
        });
    awaitStory("0 cancelled");
    assertEquals("JDA has shut down", refusal.get());
  }

  @Test
  void removeSession_whoAsks_doesNotRunAndCostsNothing() {
    List<TestNode> nodes = append(0, 1);
    Await.until(() -> gate.waiting.get() == 1);
    controller.removeSession(nodes.get(0));
    Await.until(() -> queue.asked.get() == 2);
    release(1);
    awaitStory("1 answered");
    assertEquals(0, nodes.get(0).runs.get());
  }

  @Test
  void removeSession_whoWaitsBehind_doesNotAsk() {
    List<TestNode> nodes = append(0, 1, 2);
    Await.until(() -> gate.waiting.get() == 1);
    controller.removeSession(nodes.get(1));
    release(2);
    awaitStory("0 answered", "2 answered");
  }

  @Test
  void removeSession_afterTheConcurrencyChanged_doesNotRun() {
    List<TestNode> nodes = append(0, 1, 2, 3);
    Await.until(() -> gate.waiting.get() == 1);
    controller.setConcurrency(4);
    Await.until(() -> gate.waiting.get() == 4);
    controller.removeSession(nodes.get(2));
    Await.until(() -> gate.waiting.get() == 3);
    controller.setConcurrency(2);
    controller.removeSession(nodes.get(1));
    release(2);
    Await.until(() -> queue.count("answered") == 2);
    assertEquals(0, nodes.get(1).runs.get() + nodes.get(2).runs.get());
    assertEquals(0, gate.permits.availablePermits());
  }

  /** As over a network: the release was under way when the request was given up. */
  @Test
  void removeSession_requestReturnsAllTheSame_itsStartIsGivenBack() {
    var answer = new CountDownLatch(1);
    var stubborn = new CountingQueue((id, total) -> Await.zeroUninterruptibly(answer));
    var remote = controller(stubborn, NEVER);
    var removed = new TestNode(0, 2);
    remote.appendSession(removed);
    Await.until(() -> stubborn.asked.get() == 1);
    remote.removeSession(removed);
    answer.countDown();
    Await.until(() -> stubborn.story().equals(List.of("0 cancelled")));
    assertEquals(0, removed.runs.get());
  }

  /** Whichever wins, the node runs once or never, and the one behind it runs. */
  @RepeatedTest(200)
  void removeSession_racesTheRelease_nobodyIsLost() throws InterruptedException {
    List<TestNode> nodes = append(0, 1);
    Await.until(() -> gate.waiting.get() == 1);
    Thread remover = Thread.ofVirtual().start(() -> controller.removeSession(nodes.get(0)));
    release(3);
    remover.join();
    Await.until(() -> nodes.get(1).runs.get() == 1);
    Await.until(() -> LeftThreads.names().isEmpty());
    assertEquals(nodes.get(0).runs.get() + 1, queue.count("answered"), () -> "" + queue.story());
    assertEquals(0, queue.count("") + queue.count("closed"), () -> "" + queue.story());
    assertEquals(0, controller.waiting());
  }

  @Test
  void setConcurrency_whileTheyWait_eachBucketAsksInOrder() {
    append(0, 1, 2, 3, 4, 5, 6, 7);
    Await.until(() -> gate.waiting.get() == 1);
    controller.setConcurrency(4);
    Await.until(() -> gate.waiting.get() == 4);
    controller.setConcurrency(1);
    Await.until(() -> gate.waiting.get() == 1);
    controller.setConcurrency(2);
    Await.until(() -> gate.waiting.get() == 2);
    release(8);
    Await.until(() -> queue.count("answered") == 8);
    assertEquals(List.of(0L, 2L, 4L, 6L), released(0));
    assertEquals(List.of(1L, 3L, 5L, 7L), released(1));
  }

  private List<Long> released(int bucket) {
    return queue.order().stream().filter(id -> id % 2 == bucket).toList();
  }

  @Test
  void setConcurrency_changesInAPause_endsIt() {
    var asked = new AtomicInteger();
    GatewayQueue broken =
        (id, total) -> {
          if (asked.incrementAndGet() == 1) {
            throw new GatewayQueueException("on purpose");
          }
        };
    var slow = QueueSessionController.builder(broken).pauses(NEVER, NEVER).build();
    var node = new TestNode(0, 2);
    slow.appendSession(node);
    Await.until(() -> {
      synchronized (slow.line) {
        return slow.line.troubles.size() == 1;
      }
    });
    slow.setConcurrency(2);
    Await.until(() -> node.runs.get() == 1);
    assertEquals(2, asked.get());
  }

  @Test
  void setConcurrency_sameAgain_nobodyAsksAnew() {
    append(0);
    Await.until(() -> gate.waiting.get() == 1);
    controller.setConcurrency(1);
    release(1);
    awaitStory("0 answered");
    assertEquals(1, queue.asked.get());
  }

  /** As one that tells the bot's owner in a channel, while JDA appends another shard. */
  @Test
  void log_handlerThatWaitsForTheController_holdsNobodyUp() {
    requireSpared(log ->
        log.then(() -> {
          Thread other = Thread.ofVirtual().start(controller::waiting);
          Await.until(() -> !other.isAlive());
        }));
  }

  @Test
  void log_handlerThatThrows_changesNothing() {
    requireSpared(log -> log.failWith(new AssertionError("the disk is full")));
  }

  private void requireSpared(Consumer<CapturedLog> handler) {
    var failures = new AtomicInteger();
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.WARNING)) {
      handler.accept(log);
      append(
          0,
          node -> {
            if (failures.incrementAndGet() == 1) {
              throw new IllegalStateException("no connection");
            }
          });
      append(1);
      release(3);
      awaitStory("0 cancelled", "1 answered", "0 answered");
      Await.until(() -> log.lines().size() == 1);
    }
  }

  /** Failures are logged by the threads that connect, without the lock: others may go on before. */
  private static void awaitLine(CapturedLog log, String part) {
    Await.await()
        .untilAsserted(() -> assertTrue(("" + log.lines()).contains(part), "" + log.lines()));
  }

  /** Nothing is meant to, but a bucket that nobody wakes would be the end of all its shards. */
  @Test
  void awaitTurn_jdaThrows_bucketGoesOn() {
    var throwsOnce = new AtomicBoolean(true);
    release(1);
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
    Await.await().dontCatchUncaughtExceptions().until(() -> LeftThreads.names().isEmpty());
    assertEquals(List.of(1L), queue.order());
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
  void acquire_queueThrows_nodeKeepsItsPlaceAndIsWarnedOfOnce() {
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
    var unlucky = controller(broken, NEVER);
    try (var log = new CapturedLog("io.github.gatewayqueue.jda", Level.FINE)) {
      unlucky.appendSession(new TestNode(0, 2));
      unlucky.appendSession(new TestNode(1, 2));
      Await.until(() -> asked.size() == 6);
      assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 1L), List.copyOf(asked));
      assertEquals(
          "WARNING: shard 0 of 2: the queue failed, to be tried again in 20 ms"
              + " io.github.gatewayqueue.GatewayQueueException: refused",
          log.lines().getFirst());
      assertEquals(1, log.lines().stream().filter(line -> line.startsWith("WARNING")).count());
      assertEquals(failures.size(), log.lines().size());
    }
  }

  @Test
  void toString_tellsHowItStands() {
    append(0, 1);
    Await.until(() -> gate.waiting.get() == 1);
    var counted = controller(gate, NEVER);
    assertEquals(
        "QueueSessionController[waiting=0, connecting=0, concurrency=1, queue=gate]",
        counted.toString());
    assertTrue(controller.toString().contains("waiting=2, connecting=0"), controller.toString());
    release(2);
    awaitStory("0 answered", "1 answered");
  }

  /** Everybody appends, removes and changes the concurrency: nobody is lost, none runs twice. */
  @RepeatedTest(20)
  void everything_atOnce_eachNodeRunsOnceUnlessRemoved() throws InterruptedException {
    var free = controller(GatewayQueue.noOp(), NEVER);
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
