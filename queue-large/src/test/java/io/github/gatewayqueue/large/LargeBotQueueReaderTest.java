package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gatewayqueue.testsupport.Asking;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.PinnedCarriers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The thread on which the limit is read. */
class LargeBotQueueReaderTest extends BotTest {
  private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

  @Test
  void reading_isDoneByADaemonThatInheritsNothing() throws InterruptedException {
    AtomicReference<String> inherited = new AtomicReference<>();
    INHERITABLE.set("of the test's thread");
    try {
      LargeBotQueue queue = builder().build();
      queue.readLimitIfUnknown(); // the reader's parent is this thread
      source.answer(() -> {
        inherited.set(INHERITABLE.get());
        return limit(500, DAY, 1);
      });
      source.awaitCalls(1);
      source.awaitReaders();
    } finally {
      INHERITABLE.remove();
    }
    Thread reader = source.readers().getFirst();
    assertFalse(reader.isVirtual());
    assertTrue(reader.isDaemon());
    assertEquals("session-start-limit", reader.getName());
    assertNull(inherited.get());
  }

  /** As the JVM throws if the system gives it no thread. */
  @Test
  void reading_threadCannotBeStarted_theRequestThrowsThatAndTheNextHasItRead()
      throws InterruptedException {
    AtomicBoolean none = new AtomicBoolean(true);
    ThreadFactory sometimes =
        task -> {
          if (none.getAndSet(false)) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          return LimitReader.THREADS.newThread(task);
        };
    Bot bot = bot(builder().minBackoff(Duration.ofMillis(1)).readers(sometimes));
    bot.start(0).awaitThrown(OutOfMemoryError.class);
    Asking next = bot.join(1);
    source.answer(limit(500, DAY, 1));
    next.awaitReturn();
    assertEquals(1, source.calls());
  }

  /** Not even for what the source has thrown. */
  @Test
  void reading_noMemoryIsLeft_isDoneAgain() throws Exception {
    JavaProcess.runUntil(
        ReadingWithoutMemory.RELEASED + ": 2", List.of("-Xmx32m"), ReadingWithoutMemory.class);
  }

  /** Two carriers, both of which are taken by those who wait for the reading. */
  @Test
  void reading_everyCarrierIsPinned_everyoneIsReleased() throws Exception {
    JavaProcess.runUntil(
        AskingInInitializers.RELEASED, PinnedCarriers.OPTIONS, AskingInInitializers.class);
  }
}
