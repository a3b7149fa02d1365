package io.github.gatewayqueue.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.SessionStartLimit;
import io.github.gatewayqueue.SessionStartLimitSource;
import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import io.github.gatewayqueue.testsupport.PlatformThreads;
import io.github.gatewayqueue.testsupport.TestProxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;

/** The threads that a queue has, as long as it is open. */
class RedisQueueThreadsTest extends RedisTestBase {
  private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

  RedisQueueThreadsTest() {
    super(Duration.ofMillis(1));
  }

  /** Those of the other tests' queues may be there as well, but these are no others' afterwards. */
  private static Set<Thread> threads() {
    return PlatformThreads.platformThreads().stream()
        .filter(thread ->
            thread.getName().startsWith("gateway-queue")
                || thread.getName().equals("session-start-limit"))
        .collect(Collectors.toSet());
  }

  private static Set<Thread> threadsSince(Set<Thread> before) {
    Set<Thread> since = threads();
    since.removeAll(before);
    return since;
  }

  /** Two carriers; the JVM is one of its own. */
  @Test
  void request_everyCarrierIsPinned_isReleased() throws Exception {
    PinnedCarriers.run(PinnedCarriersMain.class, redis.uri());
  }

  @Test
  void source_isAskedByADaemonThatInheritsNothing() throws Exception {
    AtomicReference<Thread> reader = new AtomicReference<>();
    AtomicReference<String> inherited = new AtomicReference<>();
    AtomicReference<ClassLoader> loader = new AtomicReference<>();
    INHERITABLE.set("of the test's thread");
    try {
      RedisQueue queue =
          open(
              builder()
                  .limits(() -> {
                    reader.set(Thread.currentThread());
                    inherited.set(INHERITABLE.get());
                    loader.set(Thread.currentThread().getContextClassLoader());
                    return new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1);
                  }));
      Asking.of(queue, 0, 1).awaitReturn();
    } finally {
      INHERITABLE.remove();
    }
    assertFalse(reader.get().isVirtual());
    assertTrue(reader.get().isDaemon());
    assertNull(inherited.get());
    assertSame(ClassLoader.getSystemClassLoader(), loader.get());
    Await.until(() -> !reader.get().isAlive());
  }

  @Test
  void close_leavesNoThreadNotEvenThatOfASourceThatHangs() throws Exception {
    Set<Thread> before = threads();
    CountDownLatch asked = new CountDownLatch(1);
    RedisQueue queue =
        open(
            builder()
                .limits(() -> {
                  asked.countDown();
                  Thread.sleep(Duration.ofDays(1)); // hangs, until it is interrupted
                  throw new IllegalStateException();
                }));
    Asking waiting = Requests.inLine(queue, 0, 1);
    Await.until(() -> asked.getCount() == 0);
    assertEquals(4, threadsSince(before).size());
    assertTrue(threadsSince(before).stream().allMatch(Thread::isDaemon));
    queue.close();
    waiting.thrown();
    Await.until(() -> threadsSince(before).isEmpty());
  }

  /** Makes threads, one of which fails to start as if the system had none to give. */
  private static QueueThreadFactory withoutThreadOnce(String missing) {
    AtomicBoolean none = new AtomicBoolean(true);
    return (name, task) ->
        name.equals(missing) && none.getAndSet(false)
            ? new Unstartable(task)
            : QueueThreadFactory.DAEMONS.unstarted(name, task);
  }

  private static final class Unstartable extends Thread {
    Unstartable(Runnable task) {
      super(task);
    }

    @Override
    public void start() {
      throw new OutOfMemoryError("unable to create native thread");
    }
  }

  @Test
  void source_readerCannotBeStarted_isAskedLaterAndTheRequestWaits() throws Exception {
    try (CapturedLog log = new CapturedLog("io.github.gatewayqueue.redis", Level.ALL)) {
      RedisQueue queue =
          open(
              builder()
                  .threads(withoutThreadOnce("session-start-limit"))
                  .limits(() -> new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1)));
      Asking.of(queue, 0, 1).awaitReturn();
      assertEquals(
          List.of(
              "WARNING: could not begin to read the session start limit, trying again: "
                  + "java.lang.OutOfMemoryError: unable to create native thread"),
          log.lines());
    }
  }

  /** As one does that has no memory left, or whose failure cannot even be named. */
  @Test
  void source_readerDiesWithoutAWord_isAskedAgain() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    SessionStartLimitSource source =
        () -> {
          if (asked.incrementAndGet() == 1) {
            throw new NamelessException();
          }
          return new SessionStartLimit(1000, 1000, Duration.ofDays(1), 1);
        };
    RedisQueue queue = open(builder().lease(Duration.ofMillis(900)).limits(source));
    Asking.of(queue, 0, 1).awaitReturn();
    assertEquals(2, asked.get());
  }

  private static final class NamelessException extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new OutOfMemoryError("not really");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gateway-queue-redis",
        "gateway-queue-notifications",
        "gateway-queue-notifications-watch"
      })
  void build_threadCannotBeStarted_leavesNoThreadAndNoLease(String missing) {
    Set<Thread> before = threads();
    RedisQueue.Builder builder = builder().threads(withoutThreadOnce(missing));
    assertThrows(OutOfMemoryError.class, builder::build);
    Await.until(() -> threadsSince(before).isEmpty());
    assertEquals(0, leases());
  }

  /** Closing the queue does not wait for the thread that has that connection. */
  @Test
  void close_clientHasNoConnectionLeft_returnsAndLeavesNoThread() {
    Set<Thread> before = threads();
    ConnectionPoolConfig one = new ConnectionPoolConfig();
    one.setMaxTotal(1);
    try (RedisClient client = // has none to give
        RedisClient.builder()
            .hostAndPort(RedisProcess.LOOPBACK, redis.port())
            .poolConfig(one)
            .build()) {
      Connection taken = client.getPool().getResource();
      RedisQueue queue = RedisQueue.builder(client).namespace(namespace).build();
      queue.close();
      Await.until(() -> threadsSince(before).isEmpty());
      taken.close();
    }
  }

  /** A thread that reads from such a connection would never hear of the end. */
  @Test
  void close_whileTheStoreSaysNothing_leavesNoThread() throws Exception {
    Set<Thread> before = threads();
    try (TestProxy network = new TestProxy(redis.port());
        RedisClient impatient =
            RedisClient.builder()
                .hostAndPort(RedisProcess.LOOPBACK, network.uri("redis").getPort())
                .clientConfig(DefaultJedisClientConfig.builder().socketTimeoutMillis(500).build())
                .build()) {
      RedisQueue queue =
          open(
              RedisQueue.builder(impatient)
                  .namespace(namespace)
                  .interval(Duration.ofMillis(1))
                  .startDelay(Duration.ZERO));
      Asking.of(queue, 0, 1).awaitReturn();
      network.stall(true);
      queue.close();
      Await.until(() -> threadsSince(before).isEmpty());
    }
  }
}
