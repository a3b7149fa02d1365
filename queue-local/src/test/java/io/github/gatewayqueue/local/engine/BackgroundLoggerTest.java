package io.github.gatewayqueue.local.engine;

import static io.github.gatewayqueue.testsupport.PlatformThreads.platformThreads;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.CapturedLog;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lines that another thread logs. */
class BackgroundLoggerTest {
  private static final String NAME = "io.github.gatewayqueue.test";
  private static final InheritableThreadLocal<String> CALLERS = new InheritableThreadLocal<>();

  private final CapturedLog log = new CapturedLog(NAME, Level.INFO);
  private final System.Logger target = System.getLogger(NAME);
  private final AtomicReference<Thread> thread = new AtomicReference<>();

  @AfterEach
  void closeLog() {
    log.close();
  }

  @Test
  void log_manyLines_areLoggedInOrder() {
    BackgroundLogger logger = new BackgroundLogger(target);
    IntStream.range(0, 1000).forEach(i -> logger.log(INFO, () -> "line " + i));
    Await.until(() -> log.lines().size() == 1000);
    assertEquals(
        IntStream.range(0, 1000).mapToObj(i -> "INFO: line " + i).toList(),
        List.copyOf(log.lines()));
  }

  @Test
  void log_levelIsOff_itsTextIsNotMade() {
    BackgroundLogger logger = new BackgroundLogger(target);
    assertFalse(logger.isLoggable(DEBUG));
    assertTrue(logger.isLoggable(INFO));
    AtomicInteger made = new AtomicInteger();
    logger.log(DEBUG, () -> "line " + made.incrementAndGet());
    logger.log(INFO, () -> "line");
    Await.until(() -> log.lines().size() == 1);
    assertEquals(0, made.get());
  }

  @Test
  void log_nothingLeftToLog_theThreadEnds() throws InterruptedException {
    log.then(() -> thread.set(Thread.currentThread()));
    new BackgroundLogger(target, anew()).log(INFO, () -> "line");
    Await.until(() -> thread.get() != null);
    assertTrue(thread.get().join(Await.HANG));
  }

  /** As the thread that all loggers share, which another test's lines may keep alive. */
  private static ThreadFactory anew() {
    return Thread.ofPlatform().daemon().factory();
  }

  @Test
  void log_theSharedThread_isADaemonThatInheritsNothing() {
    AtomicReference<String> inherited = new AtomicReference<>("nothing yet");
    log.then(() -> {
      inherited.set(CALLERS.get());
      thread.set(Thread.currentThread());
    });
    Await.until(() -> platformThreads().stream().noneMatch(BackgroundLoggerTest::logs));
    CALLERS.set("of the caller");
    try {
      new BackgroundLogger(target).log(INFO, () -> "line");
    } finally {
      CALLERS.remove();
    }
    Await.until(() -> thread.get() != null);
    assertTrue(thread.get().isDaemon());
    assertFalse(thread.get().isVirtual());
    assertEquals(BackgroundLogger.THREAD_NAME, thread.get().getName());
    assertNull(inherited.get());
  }

  private static boolean logs(Thread platformThread) {
    return platformThread.getName().equals(BackgroundLogger.THREAD_NAME);
  }

  @Test
  void log_handlerOrTextThrows_laterLinesAreLogged() {
    BackgroundLogger logger = new BackgroundLogger(target);
    log.failWith(new NoClassDefFoundError("org/example/Layout"));
    logger.log(INFO, () -> "first");
    logger.log(
        INFO,
        () -> {
          throw new IllegalStateException();
        });
    logger.log(INFO, () -> "second");
    Await.until(() -> log.lines().size() == 2);
  }

  @Test
  void log_noMemoryForAThread_theLineComesWithTheNext() {
    AtomicInteger asked = new AtomicInteger();
    ThreadFactory threads = anew();
    BackgroundLogger logger =
        new BackgroundLogger(
            target,
            task -> {
              if (asked.incrementAndGet() == 1) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return threads.newThread(task);
            });
    logger.log(INFO, () -> "first");
    assertEquals(List.of(), log.lines());
    logger.log(INFO, () -> "second");
    Await.until(() -> log.lines().size() == 2);
    assertEquals(List.of("INFO: first", "INFO: second"), log.lines());
  }

  @Test
  void log_handlerHangs_linesBeyondTheMostAreCounted() {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch reached = new CountDownLatch(1);
    AtomicInteger lines = new AtomicInteger();
    BackgroundLogger logger = new BackgroundLogger(target, anew());
    logger.log(
        INFO,
        () -> {
          reached.countDown();
          Await.zero(blocked);
          return "first";
        });
    Await.zero(reached);
    for (int i = 0; i < BackgroundLogger.MAX_WAITING + 7; i++) {
      logger.log(DEBUG, () -> "line " + lines.incrementAndGet());
    }
    blocked.countDown();
    Await.until(() -> log.lines().size() == 2);
    assertEquals(
        List.of("INFO: first", "WARNING: 7 lines were not logged: a log handler hangs, or is slow"),
        log.lines());
  }
}
