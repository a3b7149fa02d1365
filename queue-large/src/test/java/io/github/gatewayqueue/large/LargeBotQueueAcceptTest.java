package io.github.gatewayqueue.large;

import static io.github.gatewayqueue.large.Bot.DAY;
import static io.github.gatewayqueue.large.Bot.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gatewayqueue.testsupport.Await;
import io.github.gatewayqueue.testsupport.JavaProcess;
import io.github.gatewayqueue.testsupport.Thorough;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What may go wrong, or come between, as a limit is taken. */
class LargeBotQueueAcceptTest extends BotTest {

  /** Its limit may reset sooner than it seems, by as long as the answer took. */
  @Test
  void buildAndRead_theAnswerTookLong_startsRightBeforeTheResetMayBeOfTheNextDay()
      throws Exception {
    source.answer(() -> {
      long askedNanos = System.nanoTime();
      Await.until(() -> System.nanoTime() - askedNanos >= Duration.ofMillis(300).toNanos());
      return limit(500, Duration.ofMillis(200), 16);
    });
    source.answer(limit(500, DAY, 16));
    LargeBotQueue queue = LargeBotQueue.builder(source).buildAndRead();
    queue.request(0, 16);
    assumeTrue(source.calls() == 1, "the start came after the reset");
    Await.until(() -> queue.limit().orElseThrow().resetAfter().isZero());
    queue.request(1, 16);
    assertEquals(498, queue.limit().orElseThrow().remaining());
  }

  @Test
  void reading_threadCannotBeStarted_isPutOff() throws InterruptedException {
    AtomicInteger tried = new AtomicInteger();
    Bot bot =
        bot(
            builder()
                .minBackoff(Bot.NEVER)
                .readers(task -> {
                  tried.incrementAndGet();
                  throw new OutOfMemoryError("unable to create native thread");
                }));
    bot.start(0).awaitThrown(OutOfMemoryError.class);
    bot.join(1);
    bot.queue.snapshot(); // looks at the bucket once the request has asked for a start
    assertEquals(1, bot.queue.waiting());
    assertEquals(1, tried.get());
  }

  /** It is put off as if it had failed, or it would be done again and again. */
  @Test
  void reading_succeedsAndCannotBeTaken_isPutOff() throws Exception {
    JavaProcess.runUntil(
        AcceptingWithoutMemory.READERS + ": 1", List.of("-Xmx32m"), AcceptingWithoutMemory.class);
  }

  /** A start counts as missed by the limit if it was within 11 s of the call, not of its turn. */
  @Test
  @Thorough("takes the 11 s that a start may be uncounted; nothing shorter tells the two apart")
  void update_waitsForAnother_isAsOldAsWhenItWasCalled() throws InterruptedException {
    CountDownLatch lockIsHeld = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    Bot bot =
        bot(
            builder()
                .initialLimit(limit(500, DAY, 1))
                .readers(task -> { // called under the lock of the bucket, for which a resize waits
                  lockIsHeld.countDown();
                  Await.zero(letGo);
                  return Thread.ofPlatform().daemon().unstarted(task);
                }));
    long startNanos = System.nanoTime();
    bot.join(0).awaitReturn();
    long releasedNanos = System.nanoTime();
    bot.queue.update(limit(500, Bot.AT_ONCE, 1));
    Await.until(() -> bot.queue.limit().orElseThrow().resetAfter().isZero());
    bot.start(1);
    Await.zero(lockIsHeld);
    Thread first = Await.startAtLock(() -> bot.queue.update(limit(1, DAY, 2)));
    Thread second = Await.startAtLock(() -> bot.queue.update(limit(500, DAY, 2)));
    assumeWithin(Duration.ofSeconds(11), startNanos); // or it is counted
    Await.until(() -> System.nanoTime() - releasedNanos > Duration.ofSeconds(11).toNanos());
    letGo.countDown();
    first.join();
    second.join();
    Await.until(() -> bot.ended() == 2);
    assertEquals(498, bot.queue.limit().orElseThrow().remaining());
  }
}
